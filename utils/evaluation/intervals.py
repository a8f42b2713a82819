"""How far a number may be off: Wilson's interval for a share, the bootstrap for everything else. Lesson 05.

Sources: Wilson 1927 (J. Am. Stat. Assoc. 22), Efron and Tibshirani 1993 (the percentile bootstrap).
"""

import warnings
from typing import NamedTuple

import numpy as np

from utils.evaluation.inputs import binary, probabilities, same_rows

RESAMPLES = 2_000
AT_ONCE = 1_000_000  # rows of resamples held in memory together


class Interval(NamedTuple):
    """The two ends of a 95 % interval."""

    low: float
    high: float


class Estimate(NamedTuple):
    """A value and the two ends of its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(successes, n) -> Interval:
    """The 95 % Wilson interval of the share `successes / n`; arrays give arrays. NaN where n is 0. Lesson 05.

    Raises ValueError unless 0 <= successes <= n.
    """
    from statsmodels.stats.proportion import proportion_confint

    right, total = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
    if not np.all((right >= 0) & (right <= total)):
        raise ValueError(f"{successes} of {n} is no share. Give counts: 0 <= successes <= n.")
    some = np.where(total > 0, total, 1)
    low, high = proportion_confint(right, some, method="wilson")
    low, high = np.minimum(low, right / some), np.maximum(high, right / some)  # rounding may leave the share outside
    ends = [np.where(total > 0, end, np.nan) for end in (low, high)]
    return Interval(*(end if end.ndim else float(end) for end in ends))


def bootstrap(metric, y, scores, *, positive=None, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """`metric(y, scores)` and its 95 % percentile bootstrap interval, by drawing sentences with replacement. Lesson 05.

    `metric` is any function of labels as 0 and 1 (rows,) and scores (rows,), such as `sklearn.metrics.roc_auc_score`.
    Resamples without sentences of both classes are left out. Raises ValueError as `report` does.
    """
    y, scores = same_rows(y=y, scores=scores)
    y, scores = binary(y, positive)[0].astype(int), probabilities(scores)

    def of_resamples(drawn):
        return np.array([metric(y[rows], scores[rows]) if 0 < y[rows].mean() < 1 else np.nan for rows in drawn])

    low, high = percentiles(of_resamples, len(y), resamples, seed)
    return Estimate(float(metric(y, scores)), float(low), float(high))


def percentiles(statistic, n: int, resamples: int, seed: int):
    """The 2.5th and 97.5th percentile of a statistic over resamples of n rows, those without a value left out.

    `statistic` takes row numbers (resamples, n) and returns an array whose last axis is the resamples. Unlike
    `scipy.stats.bootstrap` this bears resamples without a value, such as a precision where nothing is called positive.
    """
    rng, at_once = np.random.default_rng(seed), max(1, AT_ONCE // n)
    sizes = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
    drawn = np.concatenate([statistic(rng.integers(n, size=(size, n))) for size in sizes], axis=-1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return np.nanpercentile(drawn, [2.5, 97.5], axis=-1)


def weights_of(rows, n: int):
    """How often each of n rows was drawn: row numbers (resamples, drawn) become counts (resamples, n)."""
    shifted = rows + n * np.arange(len(rows))[:, None]
    return np.bincount(shifted.ravel(), minlength=n * len(rows)).reshape(len(rows), n).astype(np.float64)
