"""Every metric of the report is what scikit-learn calls by that name, for degenerate cases, too."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from utils.evaluation import bootstrap, confusion, from_counts, report, thresholds
from utils.evaluation.metrics import of_scores

SOME = st.integers(0, 1)
# Tenths make ties and scores on the edges of bins; 0 and 1 make infinite log losses; the rest are any numbers.
SCORE = st.one_of(st.integers(0, 10).map(lambda tenth: tenth / 10), st.floats(0, 1))
CASES = st.lists(st.tuples(SOME, SCORE), min_size=2, max_size=40).filter(lambda rows: len({y for y, _ in rows}) == 2)
ONE_POSITIVE = [(1, 0.2), *[(0, 0.1)] * 20]
CONSTANT = [(1, 0.3), (0, 0.3), (0, 0.3)]
ALL_POSITIVE = [(1, 0.5), (0, 0.9)]
SURE_AND_WRONG = [(1, 0.0), (0, 1.0)]
SCORED = {
    "ROC AUC": sk.roc_auc_score,
    "average precision": sk.average_precision_score,
    "Brier score": sk.brier_score_loss,
    "log loss": sk.log_loss,
}
CALLED = {
    "accuracy": sk.accuracy_score,
    "balanced accuracy": sk.balanced_accuracy_score,
    "precision": lambda y, called: sk.precision_score(y, called, zero_division=np.nan),
    "recall": sk.recall_score,
    "specificity": lambda y, called: sk.recall_score(y, called, pos_label=0),
    "F1": sk.f1_score,
    "MCC": sk.matthews_corrcoef,
}


def ece(y, scores):
    """The expected calibration error from scikit-learn's own curve."""
    share, mean = calibration_curve(y, scores, n_bins=10)
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], scores), minlength=10)
    return np.abs(share - mean) @ counts[counts > 0] / len(y)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(CASES, SCORE)
@example(ONE_POSITIVE, 0.5)
@example(CONSTANT, 0.5)
@example(CONSTANT, 0.3)
@example(ALL_POSITIVE, 0.5)
@example(SURE_AND_WRONG, 0.5)
def test_the_report_is_scikit_learns(rows, threshold):
    y, scores = (np.array(column) for column in zip(*rows, strict=True))
    values = report(y, scores, threshold=threshold, resamples=1)["value"]
    expected = {name: metric(y, scores) for name, metric in SCORED.items()}
    expected |= {name: metric(y, (scores >= threshold).astype(int)) for name, metric in CALLED.items()}
    expected["ECE"] = ece(y, scores)
    assert values.to_dict() == pytest.approx(expected, abs=1e-12, nan_ok=True)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(CASES)
@example(CONSTANT)
@example(ONE_POSITIVE)
def test_thresholds_are_those_of_scikit_learns_curve(rows):
    y, scores = (np.array(column) for column in zip(*rows, strict=True))
    table = thresholds(y, scores)
    tn, fp, fn, tp, cuts = sk.confusion_matrix_at_thresholds(y, scores)
    assert table.index[-2::-1].tolist() == cuts.tolist()
    assert table[["TP", "FN", "FP", "TN"]][-2::-1].to_numpy().tolist() == np.stack([tp, fn, fp, tn], 1).tolist()
    assert table.loc[math.inf, ["TP", "FP"]].tolist() == [0, 0]
    called = scores >= table.index[0]
    for metric in ("accuracy", "precision", "recall", "specificity", "F1"):
        assert table[metric].iloc[0] == pytest.approx(CALLED[metric](y, called.astype(int)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.tuples(*[st.integers(0, 50)] * 4).filter(lambda four: four[0] + four[1] and four[2] + four[3]))
def test_metrics_of_four_counts_are_scikit_learns(four):
    tp, fn, fp, tn = four
    y, called = [1] * (tp + fn) + [0] * (fp + tn), [1] * tp + [0] * fn + [1] * fp + [0] * tn
    expected = {name: metric(y, called) for name, metric in CALLED.items()}
    assert from_counts(*four)["value"].to_dict() == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert confusion(y, called).to_numpy().tolist() == [[tp, fn], [fp, tn]]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(CASES, st.integers(0, 2**32 - 1))
@example(ONE_POSITIVE, 0)
def test_a_resample_has_scikit_learns_values_too(rows, seed):
    y, scores = (np.array(column) for column in zip(*rows, strict=True))
    drawn = np.random.default_rng(seed).integers(len(y), size=len(y))
    values = of_scores(y == 1, scores, np.bincount(drawn, minlength=len(y)).astype(float))
    expected = {"Brier score": np.mean((y[drawn] - scores[drawn]) ** 2), "ECE": ece(y[drawn], scores[drawn])}
    expected["log loss"] = sk.log_loss(y[drawn], scores[drawn], labels=[0, 1])
    if len(set(y[drawn])) == 2:
        expected |= {name: SCORED[name](y[drawn], scores[drawn]) for name in ("ROC AUC", "average precision")}
    assert {name: values[name] for name in expected} == pytest.approx(expected, abs=1e-12)


def test_the_reports_bootstrap_is_the_bootstrap_of_scikit_learns_function():
    draw = np.random.default_rng(0)
    y = draw.integers(2, size=80)
    scores = np.clip(0.3 * y + draw.random(80) * 0.7, 0, 1)
    table = report(y, scores, resamples=200)
    for name, metric in SCORED.items():
        assert bootstrap(metric, y, scores, resamples=200) == pytest.approx(
            table.loc[name, ["value", "low", "high"]].tolist()
        ), name


def test_no_warning_comes_from_a_degenerate_case():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rows in (ONE_POSITIVE, CONSTANT, ALL_POSITIVE, SURE_AND_WRONG):
            table = report(*zip(*rows, strict=True))
            assert table["low"].notna().equals(table["value"].notna())
