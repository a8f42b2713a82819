"""What another threshold would change, and which is the cheapest. Lesson 05."""

from utils.evaluation.inputs import binary, probabilities, same_rows
from utils.evaluation.metrics import of_counts


def thresholds(y, scores, *, positive=None):
    """The confusion matrix and its metrics at every threshold that changes anything. Lesson 05.

    `y` are the true labels and `scores` the probabilities of the positive class, both (rows,). Returns a DataFrame with
    the thresholds as its index: each score, rising, and then infinity, where nothing is called positive. Its columns
    are the counts `TP`, `FN`, `FP`, `TN`, then `accuracy`, `precision` (NaN at infinity), `recall`, `specificity`,
    `F1`. Raises ValueError as `report` does.
    """
    import pandas as pd
    from sklearn.metrics import roc_curve

    y, scores = same_rows(y=y, scores=scores)
    y, scores = binary(y, positive)[0], probabilities(scores)
    fp_rate, tp_rate, cuts = roc_curve(y, scores, drop_intermediate=False)
    positives, negatives = y.sum(), (~y).sum()
    tp, fp = (tp_rate * positives).round().astype(int), (fp_rate * negatives).round().astype(int)
    counts = {"TP": tp, "FN": positives - tp, "FP": fp, "TN": negatives - fp}
    table = pd.DataFrame(counts, pd.Index(cuts, name="threshold"))
    values = of_counts(*counts.values())
    for metric in ("accuracy", "precision", "recall", "specificity", "F1"):
        table[metric] = values[metric]
    return table[::-1]


def cost(y, scores, *, false_alarm: float, miss: float, positive=None):
    """The table of `thresholds` with what the mistakes cost: false_alarm * FP + miss * FN, the last column. Lesson 05.

    The cheapest threshold is `.cost.idxmin()`, the lowest of them where several are. Raises ValueError as `thresholds`
    does, and for a price below 0 or two prices of 0.
    """
    if false_alarm < 0 or miss < 0 or false_alarm + miss == 0:
        raise ValueError(f"The prices are {false_alarm} and {miss}. Give numbers from 0 up, and one above 0.")
    table = thresholds(y, scores, positive=positive)
    return table.assign(cost=false_alarm * table["FP"] + miss * table["FN"])
