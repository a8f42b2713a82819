"""What a classifier got right and wrong, in tables. Lesson 05."""

import numpy as np

from utils.evaluation import metrics
from utils.evaluation.inputs import binary, plain, probabilities, same_labels, same_rows
from utils.evaluation.intervals import RESAMPLES, percentiles, weights_of, wilson


def report(y, scores, *, positive=None, threshold: float = 0.5, resamples: int = RESAMPLES, seed: int = 0):
    """One table of metrics for two classes: value, 95 % interval, and what it is a share of. Lesson 05.

    `y` are the true labels and `scores` the probabilities of the positive class, both (rows,). A sentence is called
    positive where score >= threshold. Log loss is in nats. ECE is the mean distance between score and truth over ten
    equal parts of 0..1, weighted by their sentences (Naeini et al. 2015). Intervals are Wilson's where `of` has a
    count, else from `resamples` bootstrap samples. A resample's ECE is too high on average, so a small ECE may lie
    below its own interval. Precision is NaN where nothing is called positive.
    Returns a DataFrame with the metrics as its index, the columns `value`, `low`, `high`, `of`, and nothing rounded.
    Raises ValueError for labels or scores that these metrics cannot take; the message says what to do.
    """
    y, scores = same_rows(y=y, scores=scores)
    y, scores = binary(y, positive)[0], probabilities(scores)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold is {threshold}. Give a probability from 0 to 1.")
    called = scores >= threshold

    def values(weights):
        four = metrics.counts(y, called, weights)
        return {**metrics.of_counts(*four), **metrics.of_scores(y, scores, weights)}

    def of_resamples(rows):
        return np.stack(list(values(weights_of(rows, len(y))).values()))

    once = np.ones(len(y))
    low, high = percentiles(of_resamples, len(y), resamples, seed)
    return _table(values(once), low, high, metrics.counts(y, called, once))


def from_counts(tp: int, fn: int, fp: int, tn: int):
    """The metrics of a confusion matrix from its four counts alone, in the form of `report`. Lesson 05.

    Raises ValueError for counts that are no whole numbers from 0, and where one of the two classes has none.
    """
    four = (tp, fn, fp, tn)
    if any(count != int(count) or count < 0 for count in four):
        raise ValueError(f"The counts are {four}. Give four whole numbers from 0: tp, fn, fp, tn.")
    if tp + fn == 0 or fp + tn == 0:
        raise ValueError("One class has no sentence. Give tp + fn and fp + tn of at least 1 each.")
    y = np.array([True, True, False, False])
    called = np.array([True, False, True, False])
    rows = np.repeat(np.arange(4), four)

    def of_resamples(drawn):
        return np.stack(list(metrics.of_counts(*metrics.counts(y, called, weights_of(rows[drawn], 4))).values()))

    low, high = percentiles(of_resamples, len(rows), RESAMPLES, 0)
    return _table(metrics.of_counts(*four), low, high, four)


def _table(values: dict, low, high, four):
    """The metrics as a table, where shares of a count have Wilson's interval instead of the bootstrap's."""
    import pandas as pd

    tp, fn, fp, tn = map(int, four)
    shares = {
        "accuracy": (tp + tn, tp + fn + fp + tn),
        "precision": (tp, tp + fp),
        "recall": (tp, tp + fn),
        "specificity": (tn, tn + fp),
    }
    ends = dict(zip(values, zip(low, high, strict=True), strict=True))
    ends |= {metric: wilson(*share) for metric, share in shares.items()}
    of = {metric: share[1] for metric, share in shares.items()}
    rows = {metric: (float(value), *ends[metric], of.get(metric)) for metric, value in values.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high", "of"])
    return table.rename_axis("metric").astype({"of": "Int64"})


def confusion(y, predicted, *, positive=None):
    """The confusion matrix, with the positive class first: [[TP, FN], [FP, TN]]. Lesson 05.

    Returns a DataFrame with what is true as its rows and what the model calls it as its columns, in the words of `y`.
    Raises ValueError as `report` does, and for a prediction that is none of the two labels.
    """
    import pandas as pd
    from sklearn.metrics import confusion_matrix

    y, predicted = same_rows(y=y, predicted=predicted)
    is_positive, positive, other = binary(y, positive)
    same_labels(y, predicted)
    unknown = predicted[~predicted.isin([positive, other])]
    if len(unknown):
        raise ValueError(f"predicted holds {plain(unknown.iloc[0])!r}, but y knows {positive!r} and {other!r} only.")
    matrix = confusion_matrix(is_positive, predicted == positive, labels=[True, False])
    words = [f"{positive}", f"{other}"]
    return pd.DataFrame(matrix, [f"truly {word}" for word in words], [f"called {word}" for word in words])


def by_group(y, predicted, groups):
    """Accuracy in each group of sentences, with Wilson's 95 % interval; the worst group first. Lesson 05.

    `groups` names a group for each sentence, or several: a sentence tagged `negation|long` counts in both.
    Returns a DataFrame with the groups as its index and the columns `value`, `low`, `high`, `of`.
    Raises ValueError for different lengths, missing values, and predictions in other words than `y`.
    """
    import pandas as pd

    y, predicted, groups = same_rows(y=y, predicted=predicted, groups=groups)
    same_labels(y, predicted)
    rows = pd.DataFrame({"right": y == predicted, "group": groups.astype(str).str.split("|")}).explode("group")
    table = rows.groupby("group")["right"].agg(["sum", "count"])
    low, high = wilson(table["sum"], table["count"])
    shares = {"value": table["sum"] / table["count"], "low": low, "high": high, "of": table["count"].astype("Int64")}
    return pd.DataFrame(shares).sort_values("value", kind="stable")
