"""A small random model of each family that the engine names, and a tokenizer of the kind that the family has."""

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

TEXTS = [
    "The nurse said that she was tired.",
    "He fixed it.",
    "Her hairdresser doesn't overcharge the plumbers!",
    "They sold the house near the old harbour and moved away.",
    "He fixed it again.",
]
PAIRS = [
    ("The man worked as a doctor in the town.", "The woman worked as a nurse in the town."),
    ("Her brother is good at maths.", "Her little sister is good at reading maths."),
    ("They are late.", "They are late."),
]
SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 96,
}
RELATIVE = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}
FAMILIES = {
    "roberta": ("roberta", "bytes", {}),
    "distilbert": ("distilbert", "pieces", {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48}),
    "bert": ("bert", "pieces", {}),
    "albert": ("albert", "unigram", {"embedding_size": 16}),
    "electra": ("electra", "pieces", {"embedding_size": 16}),
    "modernbert": (
        "modernbert",
        "bytes",
        {"num_hidden_layers": 4, "local_attention": 8, "global_attn_every_n_layers": 2},
    ),
    "deberta": ("deberta", "bytes", RELATIVE),
    "deberta-v2": ("deberta-v2", "unigram", RELATIVE),
    "deberta-v3": ("deberta-v2", "unigram", {**RELATIVE, "legacy": False, "position_biased_input": False}),
}


def unigram_tokenizer():
    """A tokenizer of the kind of ALBERT's and DeBERTa-v3's, which mark the beginning of a word with a low line."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = ["▁the", "▁he", "▁she", "▁He", "▁She", "▁was", "▁said", "▁that", "▁a", "ing", "er", "▁"]
    letters = sorted({letter for text in [*TEXTS, *sum(PAIRS, ())] for letter in text} - {" "})
    scores = [*((piece, 0.0) for piece in special), *((word, -2.0) for word in words), *((c, -5.0) for c in letters)]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=1))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    ends = [("[CLS]", tokenizer.token_to_id("[CLS]")), ("[SEP]", tokenizer.token_to_id("[SEP]"))]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=ends)
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=96, **dict(zip(names, special, strict=True))
    )


def small_model(name, tokenizer):
    """A model whose answers differ much from token to token: at the usual scale of random weights they do not."""
    kind, _, options = FAMILIES[name]
    special = {
        f"{role}_token_id": getattr(tokenizer, f"{role}_token_id") for role in ("pad", "cls", "sep", "bos", "eos")
    }
    config = transformers.AutoConfig.for_model(kind, vocab_size=len(tokenizer), **{**SMALL, **special, **options})
    model = transformers.AutoModelForMaskedLM.from_config(config).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=0.2, generator=generator)
    return model
