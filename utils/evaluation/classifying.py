"""A classifier's answers to many texts, fast, in order, and with what it could not read. Lesson 05."""

import contextlib

import numpy as np

from utils import last_layer
from utils.batching import by_length, default_batch_tokens, evaluating, longest_input, pad
from utils.evaluation.inputs import column


def classify(model, tokenizer, texts, *, progress: bool | None = None, batch_tokens: int | None = None):
    """What a sequence classifier answers to each text, as a DataFrame with one row per text, in order. Lesson 05.

    Columns: `predicted` (the label, a word of `model.config.id2label`), one column of probabilities for each label,
    `tokens` (of the whole text, special ones included) and `truncated` (True where the model could not read them all).
    A pandas Series keeps its index. Batches hold texts of like length, at most `batch_tokens` tokens (None: a good
    number for a CPU or a GPU). The model runs where it is and comes back in its own mode. `progress` shows a bar on
    stderr; None means where huggingface_hub shows its own, which is not in the course's notebooks: there a bar would
    stay in what is saved.
    A head that was never trained answers, too: its answers mean nothing, and only the LOAD REPORT tells.
    Raises ValueError for texts that are empty or missing, for a model that is no such classifier, and for a tokenizer
    that is not the model's.
    """
    import pandas as pd

    index = texts.index if isinstance(texts, pd.Series) else None
    texts = _checked_texts(texts)
    _check_model(model, tokenizer)
    limit = longest_input(model, tokenizer)
    rows = tokenizer(texts, return_attention_mask=False, verbose=False)["input_ids"]
    tokens = np.array([len(row) for row in rows])
    for long in np.flatnonzero(tokens > limit):
        rows[long] = tokenizer(texts[long], truncation=True, max_length=limit)["input_ids"]
    logits = _logits(model, rows, tokenizer.pad_token_id, batch_tokens, progress)
    labels = model.config.id2label
    table = pd.DataFrame(logits.softmax(-1).numpy(), index, [labels[number] for number in range(len(labels))])
    table.insert(0, "predicted", [labels[number] for number in logits.argmax(-1).tolist()])
    return table.assign(tokens=tokens, truncated=tokens > limit)


def _logits(model, rows, pad_token_id: int, batch_tokens: int | None, progress: bool | None):
    """The logits (texts, labels) in double precision, from the rows of input ids."""
    import torch
    from huggingface_hub.utils import are_progress_bars_disabled
    from tqdm import tqdm

    hidden = are_progress_bars_disabled() if progress is None else not progress
    logits = torch.empty(len(rows), model.config.num_labels, dtype=torch.float64)
    bar = tqdm(total=len(rows), unit=" texts", desc="classify", leave=False, disable=hidden)
    tokens = default_batch_tokens(model) if batch_tokens is None else batch_tokens
    with evaluating(model), torch.inference_mode(), bar:
        for batch in by_length([len(row) for row in rows], tokens):
            input_ids, attention_mask = pad([rows[row] for row in batch], pad_token_id)
            inputs = {"input_ids": input_ids.to(model.device)}
            if not attention_mask.all():  # without a mask the model skips the work of one
                inputs["attention_mask"] = attention_mask.to(model.device)
            with _first_token(model, len(batch)):
                logits[batch] = model(**inputs).logits.to("cpu", torch.float64)
            bar.update(len(batch))
    return logits


def _first_token(model, texts: int):
    """The last layer at the first token only, which is all that these classifiers read of it."""
    import torch

    if not last_layer.is_known(model):
        return contextlib.nullcontext()
    return last_layer.only_at(model, torch.zeros(texts, dtype=torch.long, device=model.device))


def _checked_texts(texts) -> list[str]:
    texts = column(texts, "texts").tolist()
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"Row {row} of texts (from 0) is a {type(text).__name__}, not a text. Give strings.")
        if not text.strip():
            raise ValueError(f"Row {row} of texts (from 0) is empty, and an answer to it would mean nothing. Drop it.")
    return texts


def _check_model(model, tokenizer) -> None:
    name = type(model).__name__
    fix = "Give what AutoModelForSequenceClassification.from_pretrained(folder) returns."
    if not name.endswith("ForSequenceClassification"):
        raise ValueError(f"model is a {name} and has no head that classifies texts. {fix}")
    if model.config.num_labels < 2 or model.config.problem_type in ("regression", "multi_label_classification"):
        raise ValueError("This model does not choose one of several labels. Use its logits yourself: model(**inputs).")
    if model.device.type == "meta":
        raise ValueError('This model has shapes and no weights (device "meta"), so it cannot answer. Load it on "cpu".')
    if not hasattr(tokenizer, "pad_token_id"):
        raise ValueError(
            f"tokenizer is a {type(tokenizer).__name__}. Give what AutoTokenizer.from_pretrained(folder) returns."
        )
    known = model.get_input_embeddings().num_embeddings
    if tokenizer.pad_token_id != model.config.pad_token_id or len(tokenizer) > known:
        raise ValueError("This tokenizer is not the model's: load both from the same folder.")
