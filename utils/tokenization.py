"""How a tokenizer cuts a word: the merges of byte-level BPE and the pieces of WordPiece, step by step. Lesson 02.

Both are computed from the loaded tokenizer's own merges or vocabulary, and end in exactly what it gives.
Sources: Sennrich et al. 2016 (BPE, arXiv 1508.07909), Radford et al. 2019 (bytes instead of letters, the GPT-2 report),
Devlin et al. 2019 (BERT's use of WordPiece, arXiv 1810.04805).
"""

import functools
import json
from typing import NamedTuple


class Merge(NamedTuple):
    """One step of BPE: the two neighbours that are joined, and all pieces of the word after it.

    `rank` is the pair's place in the tokenizer's list of merges. It was learned in that order: a low rank means that
    the pair was frequent in the training text.
    """

    rank: int
    left: str
    right: str
    pieces: tuple[str, ...]


class Match(NamedTuple):
    """One step of WordPiece: what is left of the word, the candidates looked up, and the one found.

    `found` is None when no candidate is in the vocabulary. Then the whole word becomes the unknown token.
    """

    rest: str
    tried: tuple[str, ...]
    found: str | None


def words(tokenizer, text: str) -> list[str]:
    """The words of `text` as the tokenizer sees them, before it cuts into them. Lesson 02.

    RoBERTa's are spelled in byte letters: each byte of the text is one letter, and a space is `Ġ`. BERT's are in
    lower case and without accents. Raises ValueError when the text holds a special token, which is never cut.
    """
    for special in tokenizer.all_special_tokens:
        if special in text:
            raise ValueError(f"{special!r} is a special token, and no tokenizer cuts those. Leave it out of the text.")
    backend = tokenizer.backend_tokenizer
    if backend.normalizer:
        text = backend.normalizer.normalize_str(text)
    return [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(text)]


def bpe_merges(tokenizer, word: str) -> list[Merge]:
    """How byte-level BPE (RoBERTa, DistilRoBERTa) builds the pieces of one word from its letters. Lesson 02.

    Of all neighbours it joins those whose merge was learned first, until no pair is in the list of merges.
    Raises ValueError for a tokenizer of another kind, or when `word` is not one word.
    """
    return _merges(_model(tokenizer, "BPE"), _one(tokenizer, word))


def wordpiece_matches(tokenizer, word: str) -> list[Match]:
    """How WordPiece (BERT, DistilBERT) cuts one word: the longest piece that it knows, from the left. Lesson 02.

    A piece that does not begin the word is looked up with `##` in front.
    Raises ValueError for a tokenizer of another kind, or when `word` is not one word.
    """
    return _matches(_model(tokenizer, "WordPiece"), _one(tokenizer, word))


def tokens(tokenizer, text: str) -> list[str]:
    """The tokens of `text`, found by the steps above: the same as `tokenizer.tokenize(text)`. Lesson 02."""
    model = _model(tokenizer)
    cut = {"BPE": _bpe_tokens, "WordPiece": _wordpiece_tokens}[model["type"]]
    return [token for word in words(tokenizer, text) for token in cut(model, word)]


def _bpe_tokens(model: dict, word: str) -> list[str]:
    merges = _merges(model, word)
    return list(merges[-1].pieces) if merges else list(word)


def _wordpiece_tokens(model: dict, word: str) -> list[str]:
    found = [match.found for match in _matches(model, word)]
    return [model["unk_token"]] if None in found else found


def _merges(model: dict, word: str) -> list[Merge]:
    ranks, pieces, steps = model["ranks"], list(word), []
    while True:
        pairs = list(zip(pieces, pieces[1:], strict=False))
        known = [(ranks[pair], place) for place, pair in enumerate(pairs) if pair in ranks]
        if not known:
            return steps
        rank, place = min(known)  # of equal pairs the leftmost
        left, right = pairs[place]
        pieces[place : place + 2] = [left + right]
        steps.append(Merge(rank, left, right, tuple(pieces)))


def _matches(model: dict, word: str) -> list[Match]:
    if len(word) > model["max_input_chars_per_word"]:
        return [Match(word, (), None)]
    steps, start = [], 0
    while start < len(word):
        prefix = model["continuing_subword_prefix"] if start else ""
        tried, found = [], None
        for end in range(len(word), start, -1):
            tried.append(prefix + word[start:end])
            if tried[-1] in model["vocab"]:
                found = tried[-1]
                break
        steps.append(Match(word[start:], tuple(tried), found))
        if found is None:
            return steps
        start = end
    return steps


def _one(tokenizer, word: str) -> str:
    found = words(tokenizer, word)
    if len(found) != 1:
        raise ValueError(f"{word!r} is {len(found)} words for this tokenizer: {found}. Give one word.")
    return found[0]


@functools.lru_cache(maxsize=4)  # reading the published merges takes a while
def _model(tokenizer, kind: str | None = None) -> dict:
    """The tokenizer's own rules, with `ranks` from pair to rank for BPE."""
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    known = {"BPE": "bpe_merges", "WordPiece": "wordpiece_matches"}
    if model["type"] not in known:
        raise ValueError(f"This tokenizer is of the kind {model['type']}. Give a {' or '.join(known)} tokenizer.")
    if kind and model["type"] != kind:
        raise ValueError(f"This tokenizer is of the kind {model['type']}, not {kind}. Use {known[model['type']]}.")
    if model["type"] == "BPE":
        model["ranks"] = {tuple(pair): rank for rank, pair in enumerate(model["merges"])}
    return model
