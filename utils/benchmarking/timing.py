"""How long one call takes, and how many times as fast one model is as another. Lesson 08.

What is compared takes turns, so that a busy moment hits all of it. Of the rounds the median counts, since a computer
that does something else for a moment makes some of them slow and none of them fast.
"""

import time
from collections.abc import Iterable, Mapping

from utils.benchmarking.inputs import named, ready, synchronise, threads_of

ROUNDS, WARMUP = 15, 3
BATCHES, TOKENS = (1, 32), (16, 128, 512)
RESAMPLES, SEED = 2_000, 0
COLUMNS = ("median", "low", "high", "p95", "fastest", "rounds")


def latency(
    works,
    batch: int = 1,
    tokens: int = 128,
    *,
    inputs=None,
    rounds: int = ROUNDS,
    warmup: int = WARMUP,
    threads: int | None = None,
):
    """Milliseconds of one call, as a DataFrame with one row for each name. Lesson 08.

    `works` is a model, a function that takes nothing, or a dict of either by their names, which then take turns. A
    model reads random ids (batch, tokens), or `inputs`: a dict of keywords, such as `tokenizer(texts,
    padding=True, return_tensors="pt")`, or a tuple. It runs in evaluation mode and under `torch.inference_mode()`.
    Columns: `median`, `low` and `high` (its 95 % bootstrap interval; NaN after a single round), `p95` (the 95th
    percentile), `fastest`, `rounds`. `.attrs["milliseconds"]` keeps every measurement, for `speedups`.
    The `warmup` calls before are not counted. `threads` is how many PyTorch uses meanwhile (None: as many as now).
    Raises ValueError for what cannot run, and for less than one round.
    """
    import pandas as pd

    measured = _milliseconds(named(works), batch, tokens, inputs, rounds, warmup, threads)
    table = pd.DataFrame.from_dict({name: _summary(times) for name, times in measured.items()}, orient="index")
    table = table[list(COLUMNS)].astype({"rounds": int}).rename_axis("model")
    table.attrs["milliseconds"] = measured
    return table


def sweep(
    models: Mapping,
    batches: Iterable[int] = BATCHES,
    tokens: Iterable[int] = TOKENS,
    *,
    rounds: int | Mapping[tuple[int, int], int] = ROUNDS,
    warmup: int = 1,
    threads: int | None = None,
):
    """`latency` of models for each batch size and length: one row for each `model`, `batch` and `tokens`. Lesson 08.

    The columns of `latency`, and `texts per second` (of the median). The models take turns. `rounds` is one number,
    or {(batch, tokens): number} where slow shapes should have fewer; what is not listed has 15.
    """
    import pandas as pd

    rows, measured = [], {}
    for batch in batches:
        for length in tokens:
            turns = rounds.get((batch, length), ROUNDS) if isinstance(rounds, Mapping) else rounds
            part = latency(models, batch, length, rounds=turns, warmup=warmup, threads=threads)
            measured |= {(name, batch, length): times for name, times in part.attrs["milliseconds"].items()}
            rows.append(part.reset_index().assign(batch=batch, tokens=length))
    table = pd.concat(rows, ignore_index=True)[["model", "batch", "tokens", *COLUMNS]]
    table["texts per second"] = 1_000 * table["batch"] / table["median"]
    table.attrs["milliseconds"] = measured
    return table


def speedups(table, over: str, of: str | None = None):
    """How many times as fast as the model called `over`, with a 95 % interval: `value`, `low`, `high`. Lesson 08.

    `table` is what `latency` or `sweep` returned. Of latency's there is one row for each other model (or for `of`
    alone); of sweep's, where `of` must be given, one for each (batch, tokens). The value is a ratio of medians, the
    interval is a percentile bootstrap of the rounds (Efron and Tibshirani 1993), in which both took turns.
    Raises ValueError for a name that was not measured, and for another table.
    """
    import numpy as np
    import pandas as pd

    from utils.evaluation.intervals import percentiles

    measured = table.attrs.get("milliseconds")
    if measured is None:
        raise ValueError("This table has lost its single measurements. Give it as latency() or sweep() returned it.")
    shapes = sorted({key[1:] for key in measured if isinstance(key, tuple)})
    names = list(dict.fromkeys(key[0] if isinstance(key, tuple) else key for key in measured))
    for name in (over, *([] if of is None else [of])):
        if name not in names:
            raise ValueError(f"{name!r} was not measured. There are: {', '.join(map(repr, names))}.")
    if shapes and of is None:
        raise ValueError(f"Say which model: of={next(name for name in names if name != over)!r}.")
    if shapes:
        pairs = {shape: (measured[(of, *shape)], measured[(over, *shape)]) for shape in shapes}
    else:
        others = [name for name in names if name != over] if of is None else [of]
        pairs = {name: (measured[name], measured[over]) for name in others}

    def row(fast, slow):
        fast, slow = np.array(fast), np.array(slow)

        def ratios(rounds):
            return np.median(slow[rounds], axis=-1) / np.median(fast[rounds], axis=-1)

        low, high = percentiles(ratios, len(fast), RESAMPLES, SEED) if len(fast) > 1 else (np.nan, np.nan)
        return {"value": np.median(slow) / np.median(fast), "low": low, "high": high}

    index = pd.MultiIndex.from_tuples(pairs, names=["batch", "tokens"]) if shapes else pd.Index(pairs, name="model")
    return pd.DataFrame([row(*pair) for pair in pairs.values()], index)


def _milliseconds(works, batch, tokens, inputs, rounds, warmup, threads) -> dict[str, tuple[float, ...]]:
    if rounds < 1 or warmup < 0:
        raise ValueError(f"rounds is {rounds} and warmup is {warmup}. Give at least 1 round and 0 warm-up calls.")
    times = {name: [] for name in works}
    with threads_of(threads), ready(works, batch, tokens, inputs) as runs:
        for turn in range(-warmup, rounds):
            for name, run in runs.items():
                synchronise()
                start = time.perf_counter()
                run()
                synchronise()
                if turn >= 0:
                    times[name].append(1_000 * (time.perf_counter() - start))
    return {name: tuple(found) for name, found in times.items()}


def _summary(times) -> dict:
    """What the table says of the times of one thing."""
    import numpy as np

    from utils.evaluation.intervals import percentiles

    times = np.array(times)

    def medians(rounds):
        return np.median(times[rounds], axis=-1)

    low, high = percentiles(medians, len(times), RESAMPLES, SEED) if len(times) > 1 else (np.nan, np.nan)
    p95 = np.percentile(times, 95)
    found = {"median": np.median(times), "low": low, "high": high, "p95": p95, "fastest": times.min()}
    return found | {"rounds": len(times)}
