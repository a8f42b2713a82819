"""Six metrics of four counts, each with what it means in one sentence about these counts. Lesson 05.

A metric is (name, value, sentence). The value is None where it is not defined, and the sentence says why.
"""

from math import sqrt

from utils.quiz.markup import escape

Metric = tuple[str, float | None, str]


def of_counts(tp: int, fn: int, fp: int, tn: int) -> list[Metric]:
    """Precision, recall, F1, accuracy, balanced accuracy, MCC, of true and false positives and negatives."""
    counts = (tp, fn, fp, tn)
    return [
        precision(tp, fp),
        recall(tp, fn),
        f1(*counts),
        accuracy(*counts),
        balanced_accuracy(*counts),
        correlation(*counts),
    ]


def precision(tp: int, fp: int, word: str = "positive") -> Metric:
    """The share of what is called positive that is. `word` is what the positive class is called."""
    called = tp + fp
    if not called:
        return "precision", None, f"Nothing is called {word}, so there is nothing to be right or wrong about."
    return "precision", tp / called, f"Of {called:,} called {word}, {tp:,} {verb(tp)}."


def recall(tp: int, fn: int, word: str = "positive") -> Metric:
    """The share of what is positive that is called so. `word` is what the positive class is called."""
    positives = tp + fn
    if not positives:
        return "recall", None, f"Nothing is {word}, so there is nothing to find."
    return "recall", tp / positives, f"Of {positives:,} that are {word}, {tp:,} {verb(tp)} found."


def f1(tp: int, fn: int, fp: int, tn: int) -> Metric:
    """The harmonic mean of precision and recall."""
    if not tp + fp + fn:
        return "F1", None, "Nothing is positive, and nothing is called positive."
    why = f"2 × {tp:,} / (2 × {tp:,} + {fp:,} + {fn:,}): the harmonic mean of precision and recall."
    return "F1", 2 * tp / (2 * tp + fp + fn), f"{why} The {tn:,} true negatives do not count."


def accuracy(tp: int, fn: int, fp: int, tn: int) -> Metric:
    """The share of all answers that is right."""
    total = tp + fn + fp + tn
    if not total:
        return "accuracy", None, "There are no answers."
    most = max(tp + fn, fp + tn)
    why = f"Of {total:,} answers, {tp + tn:,} {verb(tp + tn)} right. Always giving the commoner one would be right"
    return "accuracy", (tp + tn) / total, f"{why} for {most:,}: {most / total:.3f}."


def balanced_accuracy(tp: int, fn: int, fp: int, tn: int) -> Metric:
    """The mean of the shares of positives and of negatives that are right."""
    if not (tp + fn and fp + tn):
        return "balanced accuracy", None, "It is the mean over two classes, and one of them has nothing in it."
    found, left = tp / (tp + fn), tn / (fp + tn)
    why = f"The mean of two shares that are right: {found:.3f} of the positives and {left:.3f} of the negatives."
    return "balanced accuracy", (found + left) / 2, f"{why} A constant answer gets 0.500."


def correlation(tp: int, fn: int, fp: int, tn: int) -> Metric:
    """Matthews' correlation coefficient (Matthews 1975): of answer and truth, from -1 to 1."""
    sides = (tp + fn) * (fp + tn) * (tp + fp) * (fn + tn)
    if not sides:
        why = "A correlation needs both classes and both answers, and one is missing. (scikit-learn says 0.)"
        return "MCC", None, why
    why = "The correlation of answer and truth, from -1 to 1. Guessing gets 0."
    return "MCC", (tp * tn - fp * fn) / sqrt(sides), why


def verb(count: int) -> str:
    """What one is and several are."""
    return "is" if count == 1 else "are"


def said(value: float | None) -> str:
    """A value in three digits, or that there is none."""
    return "undefined" if value is None else f"{value:.3f}"


def summary(metrics: list[Metric]) -> str:
    """All values in a line, for a screen reader to say."""
    return ", ".join(f"{name} {said(value)}" for name, value, _ in metrics)


def drawn(name: str, value: float | None, why: str) -> str:
    """One metric on the page: its name, a bar, its number, and the sentence."""
    width = max(value or 0, 0)
    return (
        f'<div class="metric"><strong>{name}</strong><span class="bar"><span style="width: {width:.0%}"></span></span>'
        f"<strong>{said(value)}</strong><p>{escape(why)}</p></div>"
    )
