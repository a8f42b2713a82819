"""How many texts a second: throughput, which batches raise and padding lowers. Lesson 08."""

from collections.abc import Callable, Sequence

from utils.batching import evaluating, longest_input, pad
from utils.benchmarking.inputs import named
from utils.benchmarking.timing import latency

Reader = Callable[[Sequence[str]], None]


def throughput(readers, texts: Sequence[str], *, rounds: int = 3, warmup: int = 1, threads: int | None = None):
    """Texts a second, as a DataFrame with one row for each name. Lesson 08.

    `readers` is a function that takes all the texts, such as `in_batches(…)` or a pipeline, or a dict of such
    functions by their names, which then take turns. Columns: `texts per second` (median), `low` and `high` (its 95 %
    bootstrap interval; NaN after a single round), `seconds` (median, for all texts), `rounds`.
    `.attrs["milliseconds"]` keeps every measurement, for `speedups`.
    """
    texts = list(texts)
    if not texts:
        raise ValueError("There are no texts to read. Give at least one.")
    works = {name: lambda read=read: read(texts) for name, read in named(readers).items()}
    table = latency(works, rounds=rounds, warmup=warmup, threads=threads).rename_axis("reader")
    per_second = {"texts per second": "median", "low": "high", "high": "low"}  # the fewer milliseconds, the more texts
    found = table.assign(**{name: 1_000 * len(texts) / table[column] for name, column in per_second.items()})
    found["seconds"] = table["median"] / 1_000
    return found[["texts per second", "low", "high", "seconds", "rounds"]]


def in_batches(model, tokenizer, batch_size: int = 8, *, by_length: bool = False) -> Reader:
    """A function that reads texts in batches of `batch_size`, as they come or sorted by length. Lesson 08.

    It does the whole work, the tokenizer's too, and throws the answers away. A batch is as wide as its longest text;
    what is longer than the model reads is cut. Raises ValueError for a batch size below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}. Give 1 or more.")

    def read(texts: Sequence[str]) -> None:
        import torch

        longest = longest_input(model, tokenizer)
        rows = tokenizer(list(texts), truncation=True, max_length=longest)["input_ids"]
        if by_length:
            rows = sorted(rows, key=len, reverse=True)
        with evaluating(model), torch.inference_mode():
            for start in range(0, len(rows), batch_size):
                input_ids, attention_mask = pad(rows[start : start + batch_size], tokenizer.pad_token_id)
                model(input_ids=input_ids.to(model.device), attention_mask=attention_mask.to(model.device))

    return read
