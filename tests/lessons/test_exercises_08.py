"""The checks of lesson 08, proved both ways: right answers pass, likely wrong ones fail with their own message."""

import statistics
import time
from pathlib import Path

import nbformat
import numpy as np
import torch
from both_ways import (  # noqa: F401
    test_each_exercise_is_proved_both_ways,
    test_right_answer_passes,
    test_wrong_answer_fails_with_its_own_message,
)

from utils.exercises.lesson_08 import TIMES, chosen, drawn_ratios, lesson, padding_share

EXERCISES = Path(__file__).parents[2] / "exercises/08_speed_and_size.ipynb"
ELMO, DISTILBERT = 895, 410  # seconds, table 3 of the paper


def padded(divide=True, own=True, short=True, order=list):
    """A learner's function for exercise 3, with a slip where an argument says so."""

    def share(lengths, size):
        lengths = order(lengths)
        batches = [lengths[start : start + size] for start in range(0, len(lengths), size)]
        widths = [max(batch) if own else max(lengths) for batch in batches]
        rows = [len(batch) if short else size for batch in batches]
        computed = sum(width * count for width, count in zip(widths, rows, strict=True))
        return (computed - sum(lengths)) / (computed if divide else sum(lengths))

    return share


def timed(warm_up=3, middle=statistics.median, unit=1000):
    """A learner's function for exercise 4, with a slip where an argument says so."""

    def milliseconds(work, rounds=9):
        for _ in range(warm_up):
            work()
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        return unit * middle(times)

    return milliseconds


def ratio(paired=True, ends=(2.5, 97.5), upside_down=False, draws=500):
    """A learner's function for exercise 5, with a slip where an argument says so."""

    def interval(a, b):
        rng, ratios = np.random.default_rng(7), []
        for _ in range(draws):
            one = rng.integers(0, len(a), len(a))
            other = one if paired else rng.integers(0, len(a), len(a))
            ratios.append(np.median(a[one]) / np.median(b[other]))
        return np.percentile(1 / np.array(ratios) if upside_down else ratios, ends)

    return interval


def int8(dim=1, top=127, absolute=True, rounded=True, least=1e-12, kind=torch.int8):
    """A learner's function for exercise 6, with a slip where an argument says so."""

    def quantised(weight):
        largest = weight.abs() if absolute else weight
        largest = largest.max() if dim is None else largest.amax(dim=dim, keepdim=True)
        scale = largest.clamp(min=least) / top
        steps = weight / scale
        return (steps.round() if rounded else steps).to(kind), scale

    return quantised


def amdahl(parts, kept):
    return sum(parts.values()) / (kept * parts["layers"] + sum(v for name, v in parts.items() if name != "layers"))


def ship(**slip):
    """A learner's function for exercise 8, with a slip where an argument says so."""
    return lambda table, **limits: chosen(table, limits, **slip)


def anything(table, megabytes, milliseconds, accuracy):
    fits = table[(table["megabytes"] <= megabytes) & (table["p95"] <= milliseconds) & (table["accuracy"] >= accuracy)]
    return table["accuracy"].idxmax() if fits.empty else fits["accuracy"].idxmax()


RIGHT = [
    (1, lambda: (np.median(TIMES), np.percentile(TIMES, 95))),
    (1, lambda: (statistics.median(TIMES), statistics.quantiles(TIMES, n=20)[-1])),
    (1, lambda: [sorted(TIMES)[9] / 2 + sorted(TIMES)[10] / 2, sorted(TIMES)[18]]),
    (2, lambda: (ELMO / DISTILBERT, 100 * (1 - DISTILBERT / ELMO))),
    (2, lambda: (2.18, 54)),
    (3, padded),
    (3, lambda: padding_share),
    (4, timed),
    (4, lambda: timed(middle=np.median)),
    (5, ratio),
    (5, lambda: lambda a, b: drawn_ratios(a, b, draws=1000)),
    (6, int8),
    (6, lambda: lambda weight: (int8()(weight)[0], int8()(weight)[1].squeeze())),
    (6, lambda: int8(top=127.4)),
    (7, lambda: amdahl),
    (7, lambda: lambda parts, kept: 1 / (1 - (1 - kept) * parts["layers"] / sum(parts.values()))),
    (8, ship),
]

WRONG = [
    (1, lambda: (np.mean(TIMES), np.percentile(TIMES, 95)), "the first number is the mean"),
    (1, lambda: (np.percentile(TIMES, 95), np.median(TIMES)), "the two are exchanged"),
    (1, lambda: (np.median(TIMES), max(TIMES)), "the slowest call of all"),
    (1, lambda: (np.median(TIMES), np.percentile(TIMES, 5)), "the fast end"),
    (1, lambda: (np.median(TIMES), 0.95 * max(TIMES)), "is no percentile"),
    (1, lambda: (np.median(TIMES) / 1000, np.percentile(TIMES, 95) / 1000), "in seconds?"),
    (1, lambda: (40.0, 90.0), "is not the median"),
    (1, lambda: (np.median(TIMES), 50.0), "is not the 95th percentile"),
    (1, lambda: np.median(TIMES), "Give the median, then the 95th percentile"),
    (2, lambda: (DISTILBERT / ELMO, 54), "upside down"),
    (2, lambda: (ELMO / DISTILBERT - 1, 54), "by how much faster"),
    (2, lambda: (ELMO / DISTILBERT, 118), "divides by the old time"),
    (2, lambda: (ELMO / DISTILBERT, 0.54), "Give per cent"),
    (2, lambda: (ELMO / DISTILBERT, 46), "the time that is left"),
    (2, lambda: (ELMO / DISTILBERT, ELMO - DISTILBERT), "in seconds"),
    (2, lambda: (2.5, 54), "2.5 is not how many times"),
    (2, lambda: (2.18, 60), "by how many per cent"),
    (3, lambda: padded(divide=False), "divided by the real tokens"),
    (3, lambda: padded(own=False), "not as the longest of all"),
    (3, lambda: padded(short=False), "may hold fewer texts"),
    (3, lambda: padded(order=sorted), "Keep the order given"),
    (3, lambda: lambda lengths, size: 1 - padding_share(lengths, size), "the share of real tokens"),
    (3, lambda: lambda lengths, size: 100 * padding_share(lengths, size), "a share from 0 to 1"),
    (3, lambda: padding_share([1, 2], 2), "give the function itself"),
    (4, lambda: timed(warm_up=0, middle=statistics.mean), "both bugs are still there"),
    (4, lambda: timed(middle=statistics.mean), "lets one slow call speak for all"),
    (4, lambda: timed(warm_up=0), "are still counted"),
    (4, lambda: timed(middle=min), "the fastest call"),
    (4, lambda: timed(unit=1), "in seconds?"),
    (4, lambda: lambda work, rounds=9: 10.0, "does not read time.perf_counter()"),
    (5, lambda: ratio(paired=False), "are drawn apart"),
    (5, lambda: ratio(upside_down=True), "upside down"),
    (5, lambda: ratio(ends=(25, 75)), "too narrow"),
    (5, lambda: ratio(ends=(97.5, 2.5)), "the upper end comes first"),
    (5, lambda: ratio(ends=(0, 100)), "too wide"),
    (5, lambda: ratio(draws=1), "nothing was drawn"),
    (5, lambda: lambda a, b: np.percentile(a / b, [2.5, 97.5]), "where single rounds lie"),
    (5, lambda: lambda a, b: np.percentile(a - b, [2.5, 97.5]), "does not hold the ratio"),
    (6, lambda: int8(dim=None), "one scale for the whole matrix"),
    (6, lambda: int8(dim=0), "a scale for each column"),
    (6, lambda: int8(top=128), "does not fit into -127 to 127"),
    (6, lambda: int8(absolute=False), "without its sign"),
    (6, lambda: int8(rounded=False), "Round first"),
    (6, lambda: int8(least=0.0), "above 0, also in a row of zeros"),
    (6, lambda: int8(top=60), "its own largest must become 127"),
    (6, lambda: int8(kind=torch.float32), "End with .to(torch.int8)"),
    (6, lambda: lambda weight: int8()(weight)[0], "return two tensors"),
    (6, lambda: lambda weight: int8()(weight.T), "have the shape"),
    (7, lambda: lambda parts, kept: 1 / kept, "what the layers alone gain"),
    (7, lambda: lambda parts, kept: 1 / amdahl(parts, kept), "upside down"),
    (7, lambda: lambda parts, kept: sum(parts.values()) / amdahl(parts, kept), "the time afterwards"),
    (7, lambda: lambda parts, kept: amdahl(parts, 1 - kept), "keeps what should go"),
    (7, lambda: lambda parts, kept: (1 - kept) * parts["layers"], "the time saved"),
    (8, lambda: ship(of=("accuracy", "milliseconds")), "it ignores the megabytes"),
    (8, lambda: ship(of=("accuracy", "megabytes")), "it ignores the deadline"),
    (8, lambda: ship(of=("megabytes", "milliseconds")), "it ignores the least accuracy"),
    (8, lambda: ship(deadline="milliseconds"), "compare it with p95"),
    (8, lambda: ship(by="milliseconds"), "the fastest of what fits"),
    (8, lambda: ship(by="megabytes"), "the smallest of what fits"),
    (8, lambda: anything, "Return None then"),
    (8, lambda: lambda table, **limits: 0, "Return a name from the table's index"),
]


def given(cell):
    """The function that a cell of the exercises gives to be mended."""
    source = next(c.source for c in nbformat.read(EXERCISES, 4).cells if c.id == cell)
    scope = {"np": np, "time": time}
    exec(source, scope)
    return scope["buggy"]


def test_the_stopwatch_to_mend_has_both_bugs(verdict):
    assert "both bugs are still there" in verdict(lesson, 4, given("e4-given"))
