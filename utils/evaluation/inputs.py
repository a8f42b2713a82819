"""What the metrics accept, and what they reject in a sentence that names the fix."""

import numbers

import numpy as np

ROUNDING = 1e-6  # a softmax in single precision may leave 0..1 by as little


def column(values, name: str):
    """`values` as a pandas Series (rows,) numbered from 0. Takes lists, arrays, pandas columns, tensors.

    Raises ValueError, with `name` in it, for one value, more than one column, no rows, or a row without a value.
    """
    import pandas as pd

    if isinstance(values, (str, bytes, dict, set)) or not hasattr(values, "__len__"):
        raise ValueError(f"{name} is a {type(values).__name__}. Give a list, an array or a column of a table.")
    values = np.asarray(values) if hasattr(values, "__array__") else list(values)
    if np.ndim(values) > 1 if isinstance(values, np.ndarray) else any(np.ndim(value) for value in values):
        raise ValueError(f"{name} has more than one column. Give one: of a table of answers, the positive class.")
    series = pd.Series(values)
    if series.empty:
        raise ValueError(f"{name} is empty. Give at least one row.")
    missing = np.flatnonzero(series.isna())
    if len(missing):
        raise ValueError(
            f"{name} has no value in {len(missing)} of {len(series)} rows, first in row {missing[0]} (from 0). "
            "Drop those rows everywhere first, such as with table.dropna()."
        )
    return series


def same_rows(**columns):
    """The columns as Series of one length, in the order given.

    Raises ValueError for different lengths, and for pandas columns that hold the same rows in a different order.
    """
    import pandas as pd

    series = {name: column(values, name) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in series.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"The lengths differ: {told}. Give one value of each for every sentence.")
    first, *others = [values for values in columns.values() if isinstance(values, pd.Series)] or [None]
    for other in others:
        if not first.index.equals(other.index) and first.index.sort_values().equals(other.index.sort_values()):
            raise ValueError("The columns hold the same rows in a different order. Sort both with .sort_index() first.")
    return list(series.values())


def binary(y, positive=None):
    """(is_positive, positive, other): which rows of the labels `y` are the positive class (rows,), and both labels.

    Of numbers and bools the larger is the positive class; of words, `positive` must say which one.
    Raises ValueError for fewer or more than two labels, and for a `positive` that is none of them.
    """
    labels = sorted(y.unique(), key=lambda label: (isinstance(label, str), label))
    told = ", ".join(repr(plain(label)) for label in labels[:5]) + (", …" if len(labels) > 5 else "")
    if len(labels) > 2:
        raise ValueError(
            f"y holds {len(labels)} labels: {told}. These metrics need two: set one against the rest, "
            f"such as y == {plain(labels[0])!r}."
        )
    if len(labels) < 2:
        raise ValueError(f"y holds one label only: {told}. Without sentences of both classes nothing can be compared.")
    if positive is None:
        if not all(isinstance(label, (numbers.Number, np.bool_)) for label in labels):
            raise ValueError(f"y holds words: {told}. Say which is the positive one: positive={plain(labels[1])!r}.")
        positive = labels[1]
    elif positive not in labels:
        raise ValueError(f"positive is {positive!r}, but y holds {told}. Choose one of these.")
    other = labels[0] if labels[1] == positive else labels[1]
    return (y == positive).to_numpy(bool), plain(positive), plain(other)


def probabilities(scores, name: str = "scores"):
    """`scores` as float64 (rows,) from 0 to 1. Raises ValueError for words and for other numbers, such as logits."""
    try:
        values = scores.to_numpy(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f'{name} holds words. Give probabilities of the positive class: answers["POSITIVE"].'
        ) from None
    if values.min() < -ROUNDING or values.max() > 1 + ROUNDING:
        raise ValueError(
            f"{name} goes from {values.min():.4g} to {values.max():.4g}. Give probabilities from 0 to 1: "
            "a softmax turns logits into them."
        )
    return values.clip(0, 1)


def same_labels(y, predicted, name: str = "predicted"):
    """Raise ValueError when no label of `predicted` is one of `y`: then one of them has not been translated yet."""
    known, given = set(y.unique()), set(predicted.unique())
    words = {isinstance(label, str) for label in known | given}
    if len(words) > 1 or (len(known) > 1 and not known & given):
        raise ValueError(
            f"{name} holds {plain(min(given, key=str))!r} and y holds {plain(min(known, key=str))!r}: two ways to say "
            "it. Translate one first, such as with predicted.map(model.config.label2id)."
        )


def plain(label):
    """A label without its numpy type, which would show in a message."""
    return label.item() if isinstance(label, np.generic) else label
