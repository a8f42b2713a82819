"""The steps of BPE and WordPiece end in exactly what the tokenizers give, and each step is what the rule asks for."""

import pandas as pd
import pytest
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from utils import checkpoints, tokenization

NAMES = ("roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased")
WORDS = [
    *("unbelievably", " unbelievably", "US", "us", "English", "distillation", "tokenization", "xylophone", "HELLO"),
    *(
        "café",
        "naïve",
        "Müller",
        "Ångström",
        "ﬁnal",
        "e\u0301",
        "ß",
        "İstanbul",
    ),  # also as letters of their own
    *("🙂", " 🙂", "👩‍🚀", "👍🏽", "❤️", "★", "東京", "日本", "한국어", "ไทย", "مرحبا"),
    *("2024", "3.14", "don't", "it's", "...", "?!", "$5", "a-b", "#1", "x_y", "good🙂good"),
    *("a" * 100, "a" * 101, "z" * 300, "\u0000", "\t", "a\u200bb", "\u00ad", "�"),
]
TEXTS = [
    "",
    " ",
    "  two  spaces ",
    "a\nb\tc",
    "US tourists told us: this café is unbelievably good 🙂",
    " ".join(WORDS),
]


@pytest.fixture(scope="module")
def tokenizers():
    return {name: AutoTokenizer.from_pretrained(checkpoints.locate(name)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_steps_end_in_what_the_tokenizer_gives(name, tokenizers):
    reviews = pd.read_csv(checkpoints.DATA / "reviews.csv").text
    for text in [*WORDS, *TEXTS, *reviews]:
        assert tokenization.tokens(tokenizers[name], text) == tokenizers[name].tokenize(text), text


def test_each_merge_is_the_first_learned_of_all_that_are_possible(tokenizers):
    tokenizer = tokenizers["roberta-base"]
    steps = tokenization.bpe_merges(tokenizer, " unbelievably")
    ranks = tokenization._model(tokenizer)["ranks"]
    before = tuple("Ġunbelievably")
    for step in steps:
        possible = [ranks[pair] for pair in zip(before, before[1:], strict=False) if pair in ranks]
        assert step.rank == min(possible) == ranks[step.left, step.right]
        assert "".join(step.pieces) == "Ġunbelievably" and len(step.pieces) == len(before) - 1
        assert step.left + step.right in step.pieces
        before = step.pieces
    assert len(steps) >= 5 and not [pair for pair in zip(before, before[1:], strict=False) if pair in ranks]


def test_each_piece_is_the_longest_in_the_vocabulary(tokenizers):
    tokenizer = tokenizers["bert-base-uncased"]
    steps = tokenization.wordpiece_matches(tokenizer, "Unbelievably")
    vocabulary, word = tokenizer.get_vocab(), "unbelievably"
    for number, step in enumerate(steps):
        assert step.rest == word
        prefix = "##" if number else ""
        assert step.tried == tuple(prefix + word[:end] for end in range(len(word), 0, -1))[: len(step.tried)]
        assert [candidate in vocabulary for candidate in step.tried] == [False] * (len(step.tried) - 1) + [True]
        assert step.found == step.tried[-1]
        word = word[len(step.found) - len(prefix) :]
    assert word == "" and len(steps) >= 2


def test_one_unknown_letter_makes_the_whole_word_unknown(tokenizers):
    steps = tokenization.wordpiece_matches(tokenizers["bert-base-uncased"], "good🙂")
    assert steps[0].found == "good" and steps[-1].found is None
    assert tokenization.tokens(tokenizers["bert-base-uncased"], "good🙂") == ["[UNK]"]


def test_words_are_byte_letters_for_one_and_plain_for_the_other(tokenizers):
    assert tokenization.words(tokenizers["roberta-base"], "Café au lait") == ["CafÃ©", "Ġau", "Ġlait"]
    assert tokenization.words(tokenizers["bert-base-uncased"], "Café au lait") == ["cafe", "au", "lait"]


@pytest.mark.parametrize("name, text", [("roberta-base", "a <mask> b"), ("bert-base-uncased", "a [MASK]")])
def test_special_tokens_are_refused(name, text, tokenizers):
    with pytest.raises(ValueError, match="special token.*Leave it out"):
        tokenization.tokens(tokenizers[name], text)


def test_the_wrong_kind_of_tokenizer_is_refused_with_the_right_function(tokenizers):
    with pytest.raises(ValueError, match="kind WordPiece, not BPE. Use wordpiece_matches"):
        tokenization.bpe_merges(tokenizers["bert-base-uncased"], "word")
    with pytest.raises(ValueError, match="kind BPE, not WordPiece. Use bpe_merges"):
        tokenization.wordpiece_matches(tokenizers["roberta-base"], "word")
    other = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
    with pytest.raises(ValueError, match="kind WordLevel. Give a BPE or WordPiece tokenizer"):
        tokenization.tokens(other, "a")


@pytest.mark.parametrize("word", ["two words", "", "don't"])
def test_only_one_word_has_steps(word, tokenizers):
    with pytest.raises(ValueError, match="words for this tokenizer: .* Give one word"):
        tokenization.bpe_merges(tokenizers["roberta-base"], word)
