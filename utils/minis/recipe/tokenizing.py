"""Both tokenizers, trained on the corpus, with the special tokens and the ids of the published ones (lesson 02)."""

from __future__ import annotations

import json

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AddedToken, BertTokenizer, PreTrainedTokenizerBase, RobertaTokenizer

MAX_LENGTH = 512
ROBERTA_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]  # ids 0 to 3; <mask> comes last
BERT_SPECIAL = [
    "[PAD]",
    *(f"[unused{number}]" for number in range(99)),
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
]  # ids 0 to 103


def roberta_tokenizer(texts: list[str], size: int) -> RobertaTokenizer:
    """Cased byte-level BPE with `size` entries, `<mask>` being the last."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size - 1,
        special_tokens=ROBERTA_SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    trained.train_from_iterator(texts, trainer)
    vocabulary, merges = _bpe_parts(trained)
    mask = AddedToken("<mask>", lstrip=True, special=True)  # takes the space before it, as the published one does
    return RobertaTokenizer(vocab=vocabulary, merges=merges, mask_token=mask, model_max_length=MAX_LENGTH)


def bert_tokenizer(texts: list[str], size: int) -> BertTokenizer:
    """Uncased WordPiece with `size` entries, accents stripped, `[MASK]` at 103."""
    trained = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    trained.normalizer = normalizers.BertNormalizer(lowercase=True)
    trained.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trained.decoder = decoders.WordPiece()
    letters = {letter for text in texts for letter in trained.normalizer.normalize_str(text) if not letter.isspace()}
    pieces = [f"##{letter}" for letter in sorted(letters)]  # else the trainer adds these in an order of chance
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=BERT_SPECIAL + pieces, show_progress=False)
    trained.train_from_iterator(texts, trainer)
    return BertTokenizer(vocab=trained.get_vocab(), do_lower_case=True, model_max_length=MAX_LENGTH)


def encode(tokenizer: PreTrainedTokenizerBase, texts: list[str], max_length: int) -> list[list[int]]:
    """Token ids of each text, special tokens included, cut at `max_length`."""
    lines = tokenizer(texts)["input_ids"] if texts else []
    return [line if len(line) <= max_length else line[: max_length - 1] + line[-1:] for line in lines]


def _bpe_parts(trained: Tokenizer) -> tuple[dict[str, int], list[tuple[str, str]]]:
    model = json.loads(trained.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]
