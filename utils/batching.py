"""Batches of texts of like length: the reason why the course's own loops are fast. Lesson 08 measures it.

A batch is as wide as its longest row. With rows of like length next to nothing of it is padding.
"""

from collections.abc import Sequence

BATCH_TOKENS = 1_024  # on two cores, wider batches are no faster and take more memory


def by_length(lengths: Sequence[int], tokens: int = BATCH_TOKENS) -> list[list[int]]:
    """Row numbers in batches of like length, the longest rows first, so that memory peaks at the start. Lesson 05.

    No batch is larger than `tokens`, padding included, unless a single row is. Every row is in one batch, and the
    same lengths give the same batches. Raises ValueError when `tokens` is below 1.
    """
    if tokens < 1:
        raise ValueError(f"A batch of {tokens} tokens holds nothing. Give 1 or more, such as {BATCH_TOKENS}.")
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if not batches or lengths[batches[-1][0]] * (len(batches[-1]) + 1) > tokens:
            batches.append([])
        batches[-1].append(row)
    return batches


def pad(rows: Sequence[Sequence[int]], pad_token_id: int):
    """`input_ids` and `attention_mask` of the rows, both (batch, tokens), with the padding on the right. Lesson 02."""
    import torch

    width = max(map(len, rows))
    input_ids = torch.tensor([[*row, *[pad_token_id] * (width - len(row))] for row in rows])
    attention_mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    return input_ids, attention_mask
