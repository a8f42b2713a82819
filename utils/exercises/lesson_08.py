"""Checks and hints of lesson 08, Speed and size. Every expected value is computed."""

import functools
import math
import time
from unittest import mock

from utils import anatomy, checkpoints
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import function, near, shown

lesson = Lesson("08")
check, hint, progress = lesson.check, lesson.hint, lesson.progress

# Milliseconds of twenty calls, as one laptop gave them; a backup started in the middle.
TIMES = [41.2, 40.8, 41.5, 40.9, 41.1, 42.0, 41.3, 40.7, 66.4, 93.8]
TIMES += [58.9, 41.6, 41.0, 40.9, 41.4, 41.2, 43.1, 41.1, 41.0, 41.3]
DISTILBERT = "distilbert-base-uncased-finetuned-sst-2-english"


def numbers(answer, what: str, count: int) -> list[float]:
    """The answer as so many numbers. Raises Wrong for anything else; `what` says what is asked."""
    try:
        found = [float(number) for number in answer]
    except (TypeError, ValueError):
        found = []
    if len(found) != count:
        raise Wrong(f"{shown(answer)} is not it. Give {what}.")
    return found


@lesson.exercise(
    1,
    "Median and p95",
    (
        "Sort the times in your mind. Which one has half of them below? Which one has 95 in 100 below?",
        "numpy.median and numpy.percentile.",
        "np.median(times), np.percentile(times, 95)",
    ),
)
def median_and_p95(answer):
    import numpy as np

    median, p95 = numbers(answer, "the median, then the 95th percentile", 2)
    right = np.median(TIMES)
    percentiles = [np.percentile(TIMES, 95, method=how) for how in ("linear", "lower", "hazen", "weibull")]
    if near(median, right) and any(near(p95, value) for value in percentiles):
        return f"{right:.1f} ms as a rule, {p95:.0f} for the unlucky one in twenty. The mean is {np.mean(TIMES):.1f}."
    if near(p95, right):
        raise Wrong("the two are exchanged: the median first.")
    if near(median, right / 1000):
        raise Wrong("in seconds? The times are in milliseconds: leave them so.")
    if near(median, np.mean(TIMES)):
        raise Wrong("the first number is the mean, which three slow calls have pulled up. Take the median.")
    if not near(median, right):
        raise Wrong(f"{shown(median)} is not the median: half of the times are below it, half above.")
    if near(p95, max(TIMES)):
        raise Wrong("the second number is the slowest call of all. The 95th percentile leaves one in twenty above it.")
    if near(p95, np.percentile(TIMES, 5)):
        raise Wrong("that is the 5th percentile, the fast end. Take the 95th.")
    if near(p95, 0.95 * max(TIMES)):
        raise Wrong("95 per cent of the slowest is no percentile. Ask which time 95 in 100 calls stay below.")
    raise Wrong(f"the median is right; {shown(p95)} is not the 95th percentile.")


@lesson.exercise(
    2,
    "How much less time?",
    (
        "Two questions, two divisions. How often does the new time fit into the old one? And what part is saved?",
        "Both use the same two numbers: old / new, and (old - new) / old.",
        "elmo / distilbert, and 100 * (1 - distilbert / elmo)",
    ),
)
def how_much_faster(answer):
    seconds = checkpoints.published()["sts_b_seconds"]["values"]
    old, new = seconds["elmo"], seconds["distilbert-base-uncased"]
    times, saved = numbers(answer, "how many times as fast, then how many per cent less time", 2)
    if abs(times - old / new) < 0.006 and abs(saved - 100 * (1 - new / old)) < 0.6:
        return f"{times:.2f} times as fast, {100 * (times - 1):.0f} % faster, {saved:.0f} % less time: all the same."
    if near(times, new / old):
        raise Wrong("the first number is upside down: below 1 would mean slower.")
    if abs(times - (old / new - 1)) < 0.006:
        raise Wrong("that is by how much faster. How many times as fast is the plain quotient.")
    if abs(times - old / new) > 0.006:
        raise Wrong(f"{shown(times)} is not how many times as fast it is.")
    if abs(saved - 100 * (old / new - 1)) < 0.6:
        raise Wrong("the second number is the gain in speed. How much less time divides by the old time.")
    if abs(saved - (1 - new / old)) < 0.006:
        raise Wrong("the second number is a share. Give per cent.")
    if abs(saved - 100 * new / old) < 0.6:
        raise Wrong("the second number is the time that is left. How much is saved?")
    if abs(saved - (old - new)) < 0.6:
        raise Wrong("the second number is in seconds. Give per cent of the old time.")
    raise Wrong(f"the first is right; {shown(saved)} is not by how many per cent the time falls.")


LENGTHS = ([5, 30, 7, 28], [12] * 6, [9, 3, 40, 11, 8], [4, 6, 50, 5, 7, 48, 9, 6, 51, 3], [17])


def padding_share(lengths: list[int], size: int) -> float:
    """The share of padding among all that the model computes, in batches in the order given."""
    batches = [lengths[start : start + size] for start in range(0, len(lengths), size)]
    return 1 - sum(lengths) / sum(len(batch) * max(batch) for batch in batches)


@lesson.exercise(
    3,
    "The price of padding",
    (
        "Each batch is a rectangle: as many rows as texts, as wide as its longest. What share of it is empty?",
        "lengths[start : start + size] is a batch; len(batch) * max(batch) is its rectangle. The last may be small.",
        "1 - sum(lengths) / sum(len(batch) * max(batch) for batch in batches)",
    ),
)
def price_of_padding(answer):
    function(answer)
    for lengths in LENGTHS:
        for size in (2, 4):
            rectangles = [lengths[at : at + size] for at in range(0, len(lengths), size)]
            computed, real = sum(len(b) * max(b) for b in rectangles), sum(lengths)
            full = sum(size * max(b) for b in rectangles)
            (given,) = numbers([answer(list(lengths), size)], "one number from your function", 1)
            if abs(given - (1 - real / computed)) < 1e-6:
                continue
            wrong = {
                "the padding is divided by the real tokens. Divide by all that is computed.": computed / real - 1,
                "the last batch may hold fewer texts: count those it has.": 1 - real / full,
                "each batch is as wide as its own longest text, not as the longest of all.": 1
                - real / (len(lengths) * max(lengths)),
                "the texts are sorted first. Keep the order given.": padding_share(sorted(lengths), size),
                "the longest first is sorted, too. Keep the order given.": padding_share(sorted(lengths)[::-1], size),
                "that is the share of real tokens. Which part is padding?": real / computed,
                "that is the number of padded places. Give their share of all places.": computed - real,
                "in per cent? Give a share from 0 to 1.": 100 * (1 - real / computed),
            }
            for message, value in wrong.items():
                if abs(given - value) < 1e-6:
                    raise Wrong(f"for {lengths} in batches of {size}: {message}")
            raise Wrong(f"for {lengths} in batches of {size} it gives {shown(given)}.")
    return f"ten texts of mixed length in fours: {padding_share(LENGTHS[3], 4):.0%} of the work is padding."


WARM_UP = 3


def lasts(call: int) -> float:
    """How many seconds the made-up work takes at its first call, its second, and so on: mostly 10 milliseconds."""
    return 0.5 if call <= WARM_UP else 0.2 if call % 5 == 0 else 0.008 if call % 7 == 0 else 0.01


class Clock:
    """A clock that stands still unless the work moves it, so that no other program can disturb the check."""

    def __init__(self):
        self.now, self.calls, self.reads = 0.0, 0, 0

    def read(self) -> float:
        self.reads += 1
        return self.now

    def work(self):
        self.calls += 1
        self.now += lasts(self.calls)


@lesson.exercise(
    4,
    "Find the bugs in the stopwatch",
    (
        "Which calls should not count at all? And what does one slow call do to the result?",
        "Call work() three times before the clock is read. Then keep each time by itself, in a list.",
        "start = time.perf_counter(); work(); times.append(time.perf_counter() - start). At the end, the median.",
    ),
)
def stopwatch(answer):
    import numpy as np

    function(answer)
    for rounds in (5, 9):
        clock = Clock()
        with mock.patch.object(time, "perf_counter", clock.read):
            (given,) = numbers([answer(clock.work, rounds)], "one number from your function", 1)
        if not clock.reads:
            raise Wrong("it does not read time.perf_counter(), the clock that is made for this.")
        if clock.calls < rounds:
            raise Wrong(f"it calls work() {clock.calls} times. Measure {rounds} rounds, after the warm-up.")
        cold, warm = ([lasts(first + call) for call in range(rounds)] for first in (1, 1 + WARM_UP))
        if abs(given - 1000 * np.median(warm)) < 1e-6:
            continue
        wrong = {
            "both bugs are still there: the first calls count, and the slow ones are averaged in.": np.mean(cold),
            "warmed up, good. But the mean lets one slow call speak for all: take the median.": np.mean(warm),
            "the median, good. But the first calls, which only warm up, are still counted.": np.median(cold),
            "it takes the fastest call. That is what the machine can do, not what a user sees: take the median.": min(
                warm
            ),
            "in seconds? Give milliseconds.": np.median(warm) / 1000,
        }
        for message, value in wrong.items():
            if abs(given - 1000 * value) < 1e-6 and value != np.median(warm):
                raise Wrong(message)
        raise Wrong(f"on a clock of ours, with {rounds} rounds of 10 ms as a rule, it gives {shown(given)} ms.")
    return "three calls to warm up, then the median. One hiccup no longer decides."


def rounds_of_two(seed: int, rounds: int = 40):
    """Made-up milliseconds of a teacher and its student in turns; a busy machine slows both of a round."""
    import numpy as np

    rng = np.random.default_rng(seed)
    busy = rng.lognormal(0, 0.5, rounds)
    return 100 * busy * rng.lognormal(0, 0.05, rounds), 55 * busy * rng.lognormal(0, 0.05, rounds)


def drawn_ratios(a, b, paired: bool = True, draws: int = 4000):
    """The two ends of the 95 % bootstrap interval of the ratio of medians."""
    import numpy as np

    rng, n = np.random.default_rng(0), len(a)
    one = rng.integers(0, n, (draws, n))
    other = one if paired else rng.integers(0, n, (draws, n))
    return np.percentile(np.median(a[one], axis=1) / np.median(b[other], axis=1), [2.5, 97.5])


@lesson.exercise(
    5,
    "The interval of a speed-up",
    (
        "Both times of a round were taken in the same moment. Draw rounds, and keep the two together.",
        "rng.integers(0, n, n) draws n rounds with replacement. Use the same draw for both lists.",
        "ratios.append(np.median(a[drawn]) / np.median(b[drawn])), then np.percentile(ratios, [2.5, 97.5])",
    ),
)
def interval_of_a_ratio(answer):
    import numpy as np

    function(answer)
    for seed in (1, 2):
        a, b = rounds_of_two(seed)
        low, high = numbers(answer(a.copy(), b.copy()), "the lower end of the interval and the upper", 2)
        if low > high:
            raise Wrong("the upper end comes first. Return the lower end, then the upper.")
        centre, width = np.median(a) / np.median(b), high - low
        by_round, apart = (np.ptp(drawn_ratios(a, b, paired)) for paired in (True, False))
        singles = np.percentile(a / b, [2.5, 97.5])
        said = f"from {low:.2f} to {high:.2f}"
        if low <= 1 / centre <= high and centre > high:
            raise Wrong(f"{said} is upside down: the first list is the slow one, so its speed-up is above 1.")
        if not low - 0.1 <= centre <= high + 0.1:
            raise Wrong(f"{said} does not hold the ratio of the medians, {centre:.2f}.")
        if width < 1e-9:
            raise Wrong(f"both ends are {low:.2f}: nothing was drawn. Draw the rounds again and again.")
        if np.allclose([low, high], singles, atol=0.005):
            raise Wrong(f"{said} is where single rounds lie. The interval of the medians' ratio needs a bootstrap.")
        if abs(math.log(width / apart)) < abs(math.log(width / by_round)):
            raise Wrong(f"{said} is too wide: the two lists are drawn apart, so a busy moment hits only one of them.")
        if width < 0.6 * by_round:
            raise Wrong(f"{said} is too narrow for a ratio of medians, 95 %. Is it of means, or of the single ratios?")
        if width > 1.6 * by_round:
            raise Wrong(f"{said} is too wide. Is it the 2.5th and the 97.5th percentile of the draws?")
    return f"{low:.2f} to {high:.2f}. Drawn apart it would be {apart / by_round:.0f} times as wide."


ROWS = {
    "a small matrix": [[0.5, -2.0, 1.27], [-6.0, 0.3, 0.1], [0.001, 0.004, -0.002], [10.0, 9.95, -9.0]],
    "a matrix with a row of zeros": [[1.0, -0.25, 0.5], [0.0, 0.0, 0.0]],
}


@functools.cache
def matrices() -> dict:
    """Weights to quantise: two made-up matrices, and one of the classifier in use."""
    import torch
    from transformers import AutoModelForSequenceClassification

    with anatomy.no_load_report():
        model = AutoModelForSequenceClassification.from_pretrained(checkpoints.locate(DISTILBERT), dtype=torch.float32)
    weight = next(p for name, p in model.named_parameters() if name.endswith("ffn.lin1.weight"))
    return {what: torch.tensor(rows) for what, rows in ROWS.items()} | {"a matrix of DistilBERT": weight.detach()}


@lesson.exercise(
    6,
    "Eight bits, row by row",
    (
        "What is the largest value of each row, without its sign? It becomes 127.",
        "weight.abs().amax(dim=1, keepdim=True) / 127 is one step of each row. Mind a row of zeros: clamp(min=1e-12).",
        "(weight / scale).round().to(torch.int8), scale",
    ),
)
def row_by_row(answer):
    import torch

    function(answer)
    for what, weight in matrices().items():
        steps, scale = _steps_and_scale(answer(weight.clone()), weight)
        if torch.isnan(scale).any() or torch.isinf(scale).any() or (scale <= 0).any():
            raise Wrong(f"in {what} a scale is {scale.min():.2g}: one step must be above 0, also in a row of zeros.")
        off = (steps * scale - weight).abs() / scale
        turned = steps * weight < 0
        if turned.any():
            raise Wrong(
                f"in {what}, {weight[turned][0]:.4g} comes back as {(steps * scale)[turned][0]:.4g}: its step does not "
                "fit into -127 to 127. Is the largest value taken without its sign, and divided by 127?"
            )
        if off.max() > 0.99 and (steps.abs() >= 126).any() and (off > 0.99)[steps.abs() >= 126].any():
            raise Wrong(f"in {what} a large value is cut off. Take the largest of the absolute values.")
        if off.max() > 0.501:
            raise Wrong(f"in {what} a weight is off by {off.max():.2f} of a step: to(torch.int8) cuts. Round first.")
        used = steps.abs().amax(dim=1)[weight.abs().amax(dim=1) > 0]
        if used.min() < 126:
            raise Wrong(f"in {what} a row uses {used.min():.0f} steps of 127 at most: its own largest must become 127.")
    one = weight.abs().max() / 127
    coarse, fine = ((again - weight).pow(2).mean() for again in ((weight / one).round() * one, steps * scale))
    return f"on DistilBERT's matrix the mean squared error is {coarse / fine:.1f} times smaller than with one scale."


def _steps_and_scale(answer, weight):
    """What the function returned, as float tensors: (rows, columns) and (rows, 1). Raises Wrong for anything else."""
    import torch

    if not isinstance(answer, tuple) or len(answer) != 2 or not all(isinstance(part, torch.Tensor) for part in answer):
        raise Wrong("return two tensors: the steps, and the scales.")
    steps, scale = answer
    if steps.dtype != torch.int8:
        raise Wrong(f"the steps are {steps.dtype}. End with .to(torch.int8), or nothing is saved.")
    if steps.shape != weight.shape:
        raise Wrong(f"the steps have the shape {tuple(steps.shape)}, and the matrix {tuple(weight.shape)}.")
    rows, columns = weight.shape
    if scale.numel() == 1:
        raise Wrong("that is one scale for the whole matrix. Give each row its own.")
    if scale.numel() == columns != rows:
        raise Wrong("that is a scale for each column. Give each row its own: dim=1.")
    if scale.numel() != rows:
        raise Wrong(f"there are {scale.numel()} scales, and {rows} rows.")
    return steps.float(), scale.float().reshape(-1, 1)


@lesson.exercise(
    7,
    "What does not halve",
    (
        "Only the layers become fewer. Write down the time before, and the time after.",
        "sum(parts.values()) is the time before. Afterwards parts['layers'] counts for `kept` of itself only.",
        "before / (before - (1 - kept) * parts['layers'])",
    ),
)
def what_does_not_halve(answer):
    function(answer)
    cases = [
        ({"embeddings": 2.0, "layers": 90.0, "head": 8.0}, 0.5),
        ({"embeddings": 1.0, "layers": 60.0, "head": 39.0}, 0.5),
        ({"embeddings": 1.0, "layers": 60.0, "head": 39.0}, 0.25),
        ({"layers": 10.0}, 0.5),
        ({"embeddings": 1.0, "layers": 60.0, "head": 39.0}, 0.1),
    ]
    for parts, kept in cases:
        (given,) = numbers([answer(dict(parts), kept)], "one number from your function", 1)
        before, layers = sum(parts.values()), parts["layers"]
        after = before - (1 - kept) * layers
        if abs(given - before / after) < 1e-6:
            continue
        wrong = {
            "that is what the layers alone gain. The rest takes as long as before.": 1 / kept,
            "upside down: below 1 would mean slower.": after / before,
            "that is the time afterwards. How many times as fast is it?": after,
            "that is the time saved. How many times as fast is it?": before - after,
            "it keeps what should go: `kept` is the share of the layers that stays.": before / (before - kept * layers),
            "that is the share of the layers. Divide the time before by the time after.": layers / before,
        }
        for message, value in wrong.items():
            if abs(given - value) < 1e-6:
                raise Wrong(f"for {parts}, kept {kept}: {message}")
        raise Wrong(f"for {parts}, kept {kept}, it gives {shown(given)}.")
    at_most = before / (before - layers)
    return f"Amdahl's law. With no layers at all, {parts} would be {at_most:.1f} times as fast, and no more."


def candidates(seed: int):
    """A made-up table of models to choose from."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    table = pd.DataFrame(index=[f"model {letter}" for letter in "ABCDEFGHIJKL"])
    table["accuracy"] = rng.uniform(0.85, 0.95, len(table)).round(3)
    table["milliseconds"] = rng.uniform(10, 60, len(table)).round(1)
    table["p95"] = (table["milliseconds"] * rng.uniform(1.05, 2.5, len(table))).round(1)
    table["megabytes"] = rng.uniform(60, 500, len(table)).round()
    return table


def chosen(table, limits: dict, deadline: str = "p95", of=("accuracy", "megabytes", "milliseconds"), by="accuracy"):
    """The name that wins under the limits named in `of`, or None where nothing fits."""
    fits = table
    if "megabytes" in of:
        fits = fits[fits["megabytes"] <= limits["megabytes"]]
    if "milliseconds" in of:
        fits = fits[fits[deadline] <= limits["milliseconds"]]
    if "accuracy" in of:
        fits = fits[fits["accuracy"] >= limits["accuracy"]]
    if fits.empty:
        return None
    return fits[by].idxmax() if by == "accuracy" else fits[by].idxmin()


LIMITS = [
    {"megabytes": 300, "milliseconds": 60, "accuracy": 0.88},
    {"megabytes": 400, "milliseconds": 45, "accuracy": 0.90},
    {"megabytes": 500, "milliseconds": 80, "accuracy": 0.86},
    {"megabytes": 200, "milliseconds": 90, "accuracy": 0.86},
    {"megabytes": 65, "milliseconds": 12, "accuracy": 0.949},
]


@lesson.exercise(
    8,
    "Ship one, a project",
    (
        "First throw out what does not fit, limit by limit. Then choose among what is left.",
        "The deadline is a promise to nearly everybody: compare the column p95 with it, not milliseconds.",
        "fits = table[(table.megabytes <= megabytes) & …]; None if fits.empty, else fits.accuracy.idxmax()",
    ),
)
def ship_one(answer):
    function(answer)
    slips = {
        "it ignores the megabytes.": {"of": ("accuracy", "milliseconds")},
        "it ignores the deadline.": {"of": ("accuracy", "megabytes")},
        "it ignores the least accuracy.": {"of": ("megabytes", "milliseconds")},
        "the deadline is held on average only: compare it with p95.": {"deadline": "milliseconds"},
        "it takes the fastest of what fits. Asked for is the most accurate.": {"by": "milliseconds"},
        "it takes the smallest of what fits. Asked for is the most accurate.": {"by": "megabytes"},
        "it looks at nothing but accuracy.": {"of": ()},
    }
    given, right, wrong = [], [], {message: [] for message in slips}
    for seed in range(8):
        for limits in LIMITS:
            table = candidates(seed)
            given.append(_a_name(answer(table.copy(), **limits), table))
            right.append(chosen(table, limits))
            for message, slip in slips.items():
                wrong[message].append(chosen(table, limits, **slip))
    if given == right:
        return f"{sum(name is None for name in right)} of {len(right)} times nothing fits, and your function says so."
    for message, names in wrong.items():
        if given == names:
            raise Wrong(message)
    number = next(number for number, name in enumerate(given) if name != right[number])
    limits = LIMITS[number % len(LIMITS)]
    if right[number] is None:
        raise Wrong(f"for {limits} nothing in our table fits, and it names {given[number]!r}. Return None then.")
    raise Wrong(f"for {limits} it names {given[number]!r}. Which limit does that break, or what fits and is better?")


def _a_name(name, table):
    if name is None or (isinstance(name, str) and name in table.index):
        return name
    raise Wrong(f"it returns {shown(name)}. Return a name from the table's index, or None.")
