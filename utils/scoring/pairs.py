"""Pairs of sentences that differ in a few words: CrowS-Pairs' score of each."""

import difflib
from collections.abc import Iterable, Sequence

from utils.scoring.engine import Copy, logprobs
from utils.scoring.inputs import as_list, check_model, check_plain, encode, short


def conditional(
    model, tokenizer, pairs: Iterable[Sequence[str]], *, batch_tokens: int | None = None, progress: bool = False
):
    """The score of CrowS-Pairs (Nangia et al. 2020, 2020.emnlp-main.154) for pairs of sentences, in nats. Lesson 06.

    For each sentence the sum of log P(token | all others) over the tokens that both sentences share, one masked at a
    time. The words in which they differ are never asked for: they are the condition. Which tokens are shared is the
    longest alignment that `difflib` finds between the two lists of ids, as in the authors' code.

    `pairs` holds two strings each: a list of tuples, or two columns of a pandas table. Returns a pandas table, one
    row a pair in the order given: `first` and `second`, the scores of the two, and `shared`, how many tokens they
    share. Nothing is rounded, where the authors round to three digits. Raises ValueError, which names the fix, for a
    model or a text that it cannot use, for what is no pair, and for two sentences with no token in common.
    """
    import numpy as np
    import pandas as pd

    check_model(model, tokenizer)
    pairs = _as_pairs(pairs)
    texts = [text for pair in pairs for text in pair]
    encoded = encode(model, tokenizer, texts)
    check_plain(tokenizer, texts, encoded)
    shared = [_shared(encoded, 2 * number, 2 * number + 1) for number in range(len(pairs))]
    copies, owners = [], []
    for number, positions in enumerate(shared):
        if not positions:
            raise ValueError(
                f"The pair at index {number} shares no token: {short(pairs[number][0])} and {short(pairs[number][1])}. "
                "Give two sentences that differ in a word or two."
            )
        for side in (0, 1):
            input_ids = encoded["input_ids"][2 * number + side]
            copies += [Copy(input_ids, [both[side]], [both[side]], [[input_ids[both[side]]]]) for both in positions]
            owners += [(number, side)] * len(positions)
    scores = np.zeros((len(pairs), 2))
    for owner, answer in zip(owners, logprobs(model, tokenizer, copies, batch_tokens, progress), strict=True):
        scores[owner] += answer.item()
    return pd.DataFrame(scores, columns=["first", "second"]).assign(shared=[len(positions) for positions in shared])


def _as_pairs(pairs) -> list[list[str]]:
    rows = pairs.to_numpy() if hasattr(pairs, "to_numpy") else pairs  # a pandas table iterates over its columns
    if isinstance(rows, str):
        raise ValueError(f"One string was given for the list of pairs. Give two strings each: [({short(rows)}, …), …].")
    rows = list(rows)
    if not rows:
        raise ValueError("There is no pair: the list is empty. Give at least one.")
    for number, row in enumerate(rows):
        if isinstance(row, str) or not hasattr(row, "__len__") or len(row) != 2:
            raise ValueError(f"The entry at index {number} is no pair. Give two sentences each: [(first, second), …].")
    return [as_list(row, f"sentence of pair {number}") for number, row in enumerate(rows)]


def _shared(encoded, first: int, second: int) -> list[tuple[int, int]]:
    """The positions, in both texts, of the tokens that they share; no special ones."""
    one, other = encoded["input_ids"][first], encoded["input_ids"][second]
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    both = [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]
    special = encoded["special_tokens_mask"]
    return [(a, b) for a, b in both if not special[first][a] and not special[second][b]]
