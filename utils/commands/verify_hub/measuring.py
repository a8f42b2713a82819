"""What a checkpoint on disk really is: the figures that documents speak of, measured."""

from utils import anatomy, checkpoints
from utils.commands.verify_hub import sst2
from utils.commands.verify_hub.documented import SST2

LOVE = "I love learning about AI!"


def measure(name: str, folder, asked, sentences) -> dict:
    """The value of each figure in the rows `asked`; those on SST-2 only where its `sentences` are there.

    One checkpoint is in memory at a time.
    """
    import transformers

    auto_class = getattr(transformers, f"AutoModelFor{checkpoints.checkpoint(name).task}")
    with anatomy.no_load_report():
        model, told = auto_class.from_pretrained(folder, output_loading_info=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    figures = [row.figure for row in asked]
    found = {figure: MEASURES[figure](model, tokenizer, folder) for figure in figures if figure in MEASURES}
    found["weights missing"] = len(told["missing_keys"])
    prompts = [figure for figure in figures if tokenizer.mask_token and tokenizer.mask_token in figure]
    if prompts:
        fill = transformers.pipeline("fill-mask", model=model, tokenizer=tokenizer)
        found |= {prompt: {row["token_str"].strip(): row["score"] for row in fill(prompt)} for prompt in prompts}
    special = next((row.documented for row in asked if row.figure == "special tokens"), {})
    found["special tokens"] = {token: tokenizer.get_vocab().get(token) for token in special}
    if sentences is not None and any(figure.startswith(SST2) for figure in figures):
        found |= {SST2 + metric: value for metric, value in sst2.scores(model, tokenizer, sentences).items()}
    return found


def _shape(model, tokenizer, _) -> list[int]:
    import torch

    with torch.inference_mode():
        states = model(**tokenizer("Hello", return_tensors="pt"), output_hidden_states=True).hidden_states
    return list(states[-1].shape)


def _says(model, tokenizer, _) -> str:
    import torch

    with torch.inference_mode():
        logits = model(**tokenizer(LOVE, return_tensors="pt")).logits
    return model.config.id2label[logits.argmax().item()]


def _megabytes(_model, _tokenizer, folder) -> float:
    (weights, *_) = [folder / file for file in ("model.safetensors", "pytorch_model.bin") if (folder / file).exists()]
    return weights.stat().st_size / 1e6


def _in_pieces(_model, tokenizer, _folder) -> list[str]:
    from utils import bias

    return sorted(word for word in bias.labour_statistics().index if len(tokenizer.tokenize(" " + word)) > 1)


def _licence(_model, _tokenizer, folder) -> str:
    from huggingface_hub import ModelCard

    return str(ModelCard.load(folder / "README.md").data.license)


MEASURES = {  # of (model, tokenizer, folder)
    "class": lambda model, *_: type(model).__name__,
    "labels": lambda model, *_: [model.config.id2label[number] for number in range(model.config.num_labels)],
    f'label of "{LOVE}"': _says,
    "rows of positions": lambda model, *_: model.base_model.embeddings.position_embeddings.num_embeddings,
    "layers": lambda model, *_: model.config.num_hidden_layers,
    "heads": lambda model, *_: model.config.num_attention_heads,
    "vocabulary": lambda model, tokenizer, _: len(tokenizer),
    'shape for "Hello"': _shape,
    'ids of "Hello world!"': lambda _, tokenizer, __: tokenizer("Hello world!").input_ids,
    "id of the mask": lambda _, tokenizer, __: tokenizer.mask_token_id,
    "parameters with the head": lambda model, *_: anatomy.count(model),
    "parameters in millions": lambda model, *_: anatomy.count(model) / 1e6,
    "megabytes of weights": _megabytes,
    "occupations in pieces": _in_pieces,
    "licence": _licence,
}
