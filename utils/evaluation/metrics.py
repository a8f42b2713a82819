"""The metrics themselves, of many resamples at once: why a bootstrap of all of them takes a second. Lesson 05.

The same values as scikit-learn's functions give. Each takes or returns arrays whose last axis is the rows, and whose
other axes, if any, are the resamples.
"""

import numpy as np

BINS = 10


def of_counts(tp, fn, fp, tn) -> dict:
    """Metrics of the four counts of a confusion matrix. NaN where a share is of nothing; MCC is then 0, as its source
    (Chicco and Jurman 2020) and scikit-learn have it."""
    tp, fn, fp, tn = (np.asarray(count, dtype=np.float64) for count in (tp, fn, fp, tn))
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, specificity = tp / (tp + fn), tn / (tn + fp)
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return {
            "accuracy": (tp + tn) / (tp + fn + fp + tn),
            "balanced accuracy": (recall + specificity) / 2,
            "precision": tp / (tp + fp),
            "recall": recall,
            "specificity": specificity,
            "F1": 2 * tp / (2 * tp + fp + fn),
            "MCC": np.where(product > 0, (tp * tn - fp * fn) / np.sqrt(product), 0.0),
        }


def counts(y, called, weights):
    """(TP, FN, FP, TN) of the rows `called` positive, where row i counts `weights[..., i]` times."""
    return tuple(weights @ (truth & call).astype(np.float64) for truth in (y, ~y) for call in (called, ~called))


def of_scores(y, scores, weights) -> dict:
    """Metrics of the scores alone, with no threshold, where row i counts `weights[..., i]` times."""
    n = weights.sum(-1)
    below = np.finfo(np.float64).eps
    likelihood = np.clip(np.where(y, scores, 1 - scores), below, 1 - below)
    return {
        **of_ranks(y, scores, weights),
        "Brier score": weights @ (scores - y) ** 2 / n,
        "log loss": weights @ -np.log(likelihood) / n,
        "ECE": np.abs(weights @ ((scores - y)[:, None] * one_hot(bins_of(scores)))).sum(-1) / n,
    }


def of_ranks(y, scores, weights) -> dict:
    """Area under the ROC curve, and average precision: the two that depend on the order of the scores alone."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order], append=-1.0))  # equal scores are called positive together
    weights, y = weights[..., order], y[order]
    tp = np.cumsum(weights * y, -1)[..., ends]
    fp = np.cumsum(weights * ~y, -1)[..., ends]
    positives, negatives = tp[..., -1], fp[..., -1]
    new_tp, new_fp = np.diff(tp, prepend=0.0), np.diff(fp, prepend=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(new_tp > 0, tp / (tp + fp), 0.0)
        return {
            "ROC AUC": (new_fp * (tp - new_tp / 2)).sum(-1) / (positives * negatives),
            "average precision": (new_tp * precision).sum(-1) / positives,
        }


def bins_of(scores, bins: int = BINS):
    """Which of `bins` equal parts of 0..1 each score is in; an edge belongs to the part below, as in scikit-learn."""
    return np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], scores)


def one_hot(bin_of):
    return np.eye(BINS)[bin_of]
