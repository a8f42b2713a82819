"""Do the scores mean what they say, and how to mend them when not. Lesson 05.

Source: Guo et al. 2017, "On calibration of modern neural networks" (arXiv 1706.04599).
"""

from dataclasses import dataclass

import numpy as np

from utils.evaluation.inputs import binary, column, probabilities, same_rows
from utils.evaluation.intervals import wilson
from utils.evaluation.metrics import BINS, bins_of

SMALLEST = np.finfo(np.float64).eps  # a score of 0 or 1 has no finite logit


def reliability(y, scores, *, positive=None, bins: int = BINS):
    """What the scores say against what came true, in equal parts of 0..1. Lesson 05.

    `y` are the true labels and `scores` the probabilities of the positive class, both (rows,). Returns a DataFrame with
    a row for each part that holds a score, its pandas Interval as the index, and the columns `score` (mean score),
    `share` (share that is positive), `low`, `high` (its 95 % Wilson interval) and `of` (sentences).
    Raises ValueError as `report` does, and for fewer than one bin.
    """
    import pandas as pd

    y, scores = same_rows(y=y, scores=scores)
    y, scores = binary(y, positive)[0], probabilities(scores)
    if bins < 1:
        raise ValueError(f"bins is {bins}. Give 1 or more, such as {BINS}.")
    parts = pd.IntervalIndex.from_breaks(np.linspace(0, 1, bins + 1).round(6))
    rows = pd.DataFrame({"score": scores, "share": y, "bin": bins_of(scores, bins)}).groupby("bin")
    table = rows.mean()
    table["low"], table["high"] = wilson(rows["share"].sum(), rows.size())
    table["of"] = rows.size().astype("Int64")
    return table.set_index(pd.Index(parts[table.index], name="scores"))


@dataclass(frozen=True)
class Temperature:
    """What divides the logits. Above 1 the scores were too sure, below 1 too shy."""

    temperature: float

    def apply(self, scores):
        """The probabilities (rows,) after division by the temperature. No score crosses 0.5, so no answer changes."""
        from scipy.special import expit

        return expit(_logits(probabilities(column(scores, "scores"))) / self.temperature)


def calibrate(y, scores, *, positive=None) -> Temperature:
    """The temperature with the lowest log loss on these sentences; use others to see what it is worth. Lesson 05.

    `y` are the true labels and `scores` the probabilities of the positive class, both (rows,).
    Raises ValueError as `report` does, and where no temperature is best: every answer right, or no better than chance.
    """
    from scipy.optimize import minimize_scalar

    y, scores = same_rows(y=y, scores=scores)
    y, logits = binary(y, positive)[0], _logits(probabilities(scores))
    margins = np.where(y, logits, -logits)  # above 0 where the answer is right
    if margins.min() >= 0:
        raise ValueError("Every answer is right, so the lower the temperature, the better. Give more sentences.")
    if margins.sum() <= 0:
        raise ValueError("No temperature mends scores that are no better than chance. Are the classes swapped?")
    best = minimize_scalar(lambda log_t: np.logaddexp(0, -margins / np.exp(log_t)).mean(), bounds=(-7, 7))
    return Temperature(float(np.exp(best.x)))


def _logits(scores):
    from scipy.special import logit

    return logit(scores.clip(SMALLEST, 1 - SMALLEST))
