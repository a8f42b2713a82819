"""How much of what a model computes is padding, for each way to make batches. Lesson 08."""

from collections.abc import Sequence


def padding_waste(tokenizer, texts: Sequence[str], batch_size: int = 8, longest: int | None = None):
    """Tokens and padding of the same texts in batches made in different ways, as a DataFrame. Lesson 08.

    Rows: `as they come` (each batch as wide as its longest text), `sorted by length`, `all as wide as the longest`
    (`padding=True` for all texts at once), `as wide as the model reads` (`padding="max_length"`), and `one by one`.
    Columns: `tokens` (of the texts, special ones included), `padding` (how many were added) and `wasted` (the share of
    padding in all that is computed, from 0 to 1). Texts are cut after `longest` tokens (None: what the tokenizer says
    the model reads).
    Raises ValueError for no texts, a batch size below 1, and a tokenizer that says no limit where none is given.
    """
    import pandas as pd

    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}. Give 1 or more.")
    limit = tokenizer.model_max_length if longest is None else longest
    if limit > 1_000_000:
        raise ValueError("This tokenizer does not say how many tokens its model reads. Say it: longest=512.")
    texts = list(texts)
    if not texts:
        raise ValueError("There are no texts. Give at least one.")
    rows = tokenizer(texts, verbose=False, return_attention_mask=False)["input_ids"]
    lengths = [min(len(row), limit) for row in rows]
    computed = {
        "one by one": sum(lengths),
        "sorted by length": _computed(sorted(lengths), batch_size),
        "as they come": _computed(lengths, batch_size),
        "all as wide as the longest": len(lengths) * max(lengths),
        "as wide as the model reads": len(lengths) * limit,
    }
    table = pd.DataFrame({"tokens": sum(lengths), "computed": computed})
    table["padding"] = table["computed"] - table["tokens"]
    table["wasted"] = table["padding"] / table.pop("computed")
    return table.rename_axis("batches")


def _computed(lengths: list[int], batch_size: int) -> int:
    """The tokens of all batches, padding included."""
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    return sum(len(batch) * max(batch) for batch in batches)
