"""The log-probability of chosen words at a mask, and which token a word is at that place."""

from collections.abc import Iterable

from utils.scoring.engine import Copy, logprobs
from utils.scoring.inputs import as_list, check_model, encode, short


def token_logprobs(
    model,
    tokenizer,
    texts: Iterable[str],
    targets: Iterable[str],
    *,
    mask: int | None = None,
    strict: bool = True,
    batch_tokens: int | None = None,
    progress: bool = False,
):
    """log P(target | text), in nats, at the mask of each text, over the whole vocabulary. Lesson 06.

    A target is one token, spelled as in a text or as in the vocabulary: in mid-sentence " he" and "Ġhe" are the same
    for RoBERTa, and " he" is right for every model of the course. Where a text would hold another token for that
    word, such as "he" after a space, which for RoBERTa is a token found inside words only, this is an error that
    offers the right one. `strict=False` scores it all the same.

    A text holds one mask. Where it holds more, all are shown to the model and `mask` says which one is read: 0 is
    the first, -1 the last. Returns a pandas table, one row a text and one column a target, in the order given.
    Raises ValueError, which names the fix, for a model, a text or a target that it cannot use.
    """
    import pandas as pd

    check_model(model, tokenizer)
    texts, targets = as_list(texts), as_list(targets, "target")
    encoded = encode(model, tokenizer, texts)["input_ids"]
    positions = [_position(tokenizer, text, ids, mask) for text, ids in zip(texts, encoded, strict=True)]
    wanted = [one_token(tokenizer, target) for target in targets]
    if strict:
        for target, token in zip(targets, wanted, strict=True):
            _check_place(tokenizer, target, token, texts, encoded, positions)
    copies = [Copy(ids, [], [position], [wanted]) for ids, position in zip(encoded, positions, strict=True)]
    found = logprobs(model, tokenizer, copies, batch_tokens, progress)
    return pd.DataFrame([answer[0] for answer in found], index=pd.Index(texts, name="text"), columns=targets)


def one_token(tokenizer, target: str) -> int:
    """The id of a target that is one token, spelled as in a text (" he") or as in the vocabulary ("Ġhe"). Lesson 06.

    Raises ValueError that names the pieces of a longer one, and another spelling where one is a single token.
    """
    pieces = tokenizer(target, add_special_tokens=False)["input_ids"]
    known = tokenizer.convert_tokens_to_ids(target)
    for token in (pieces[0] if len(pieces) == 1 else None, known):
        if token is not None and (token != tokenizer.unk_token_id or target == tokenizer.unk_token):
            return token
    offer = _offer(tokenizer, target.strip(" Ġ▁#"))
    if len(pieces) == 1:
        raise ValueError(f"The target {target!r} is not in the vocabulary of this model.{offer} Choose another word.")
    names = ", ".join(map(repr, tokenizer.convert_ids_to_tokens(pieces)))
    way_out = offer or " Choose a word that is one token, or compare whole sentences with pseudo_log_likelihood."
    raise ValueError(f"The target {target!r} is {len(pieces)} tokens, {names}, and a mask stands for one.{way_out}")


def _offer(tokenizer, word: str) -> str:
    """The way to write the word as one token, in a sentence; nothing where there is none."""
    for text in (f" {word}", word):
        pieces = tokenizer(text, add_special_tokens=False)["input_ids"]
        if word and len(pieces) == 1 and pieces[0] != tokenizer.unk_token_id:
            return f" Write {text!r}, which is one: {tokenizer.convert_ids_to_tokens(pieces[0])!r}."
    return ""


def _position(tokenizer, text: str, input_ids: list[int], mask: int | None) -> int:
    """The position of the mask that is read."""
    positions = [position for position, token in enumerate(input_ids) if token == tokenizer.mask_token_id]
    if not positions:
        raise ValueError(f"There is no mask in {short(text)}. Write {tokenizer.mask_token} where the target stands.")
    if mask is None and len(positions) > 1:
        raise ValueError(
            f"There are {len(positions)} masks in {short(text)}. Leave one, or say which one is read: mask=0 is the "
            "first, mask=-1 the last."
        )
    if not -len(positions) <= (mask or 0) < len(positions):
        raise ValueError(f"There is no mask={mask} in {short(text)}: it has {len(positions)}, and the first is mask=0.")
    return positions[mask or 0]


def _check_place(tokenizer, target: str, token: int, texts: list[str], encoded: list, positions: list[int]) -> None:
    """Raises ValueError where a text with the word written in would hold another token than `token` at the mask.

    The tokenizer itself is asked. Where the word melts into its neighbours there is no answer, and no error.
    """
    word = tokenizer.decode([token]).strip()
    if not word:
        return
    filled = [_fill(tokenizer, text, ids, at, word) for text, ids, at in zip(texts, encoded, positions, strict=True)]
    for text, there in zip(texts, _tokens_there(tokenizer, filled, encoded, positions), strict=True):
        if there not in (None, token):
            name, right = tokenizer.convert_ids_to_tokens([token, there])
            raise ValueError(
                f"The target {target!r} is the token {name!r} (id {token}), and {short(text)} would hold {right!r} "
                f"(id {there}) at its mask. Write {_spelling(tokenizer, there)!r}, or keep it with strict=False."
            )


def _fill(tokenizer, text: str, input_ids: list[int], position: int, word: str) -> str:
    """The text with the word in place of its mask at `position`, with a capital letter where the text begins."""
    parts = text.split(tokenizer.mask_token)
    number = input_ids[:position].count(tokenizer.mask_token_id)
    before = tokenizer.mask_token.join(parts[: number + 1])
    after = tokenizer.mask_token.join(parts[number + 1 :])
    return before + (word if before.strip() else word[0].upper() + word[1:]) + after


def _tokens_there(tokenizer, filled: list[str], encoded: list, positions: list[int]):
    """The token at each position once the word is written in; None where the rest of the text changes with it."""
    for new, old, position in zip(tokenizer(filled, verbose=False)["input_ids"], encoded, positions, strict=True):
        same = len(new) == len(old) and new[:position] == old[:position] and new[position + 1 :] == old[position + 1 :]
        yield new[position] if same else None


def _spelling(tokenizer, token: int) -> str:
    """How to write a token as a target: as in a text where that is possible, else as in the vocabulary."""
    text = tokenizer.decode([token])
    alone = tokenizer(text, add_special_tokens=False)["input_ids"] == [token]
    return text if alone else tokenizer.convert_ids_to_tokens(token)
