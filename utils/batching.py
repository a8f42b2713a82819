"""Batches of texts of like length: the reason why the course's own loops are fast. Lesson 08 measures it.

A batch is as wide as its longest row. With rows of like length next to nothing of it is padding.
"""

import contextlib
from collections.abc import Iterator, Sequence

BATCH_TOKENS = 1_024  # on two cores, wider batches are no faster and take more memory
CUDA_BATCH_TOKENS = 16_384


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


def longest_input(model, tokenizer) -> int:
    """How many tokens the model reads at most, the special ones included: 512 for the models of this course. Lesson 05.

    Its table of positions decides, without those that RoBERTa leaves to padding (lesson 02), since a tokenizer's
    `model_max_length` may be unset. Where there is no such table, the config or else the tokenizer says it.
    """
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and hasattr(module, "num_embeddings"):
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            return module.num_embeddings - unused
    return getattr(model.config, "max_position_embeddings", None) or tokenizer.model_max_length


def default_batch_tokens(model) -> int:
    """How many tokens a batch holds where nobody says: few on a CPU, more on a GPU."""
    return BATCH_TOKENS if model.device.type == "cpu" else CUDA_BATCH_TOKENS


@contextlib.contextmanager
def evaluating(model) -> Iterator[None]:
    """Evaluation mode (no dropout) for a while; then each module is in the mode in which it was."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
