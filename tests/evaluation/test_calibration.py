"""The reliability table and the temperature."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from utils.evaluation import calibrate, reliability, report, wilson


@pytest.fixture(scope="module")
def overconfident():
    """Labels, and scores whose logits are three times too large."""
    draw = np.random.default_rng(0)
    logits = draw.normal(0, 2, size=4_000)
    return draw.random(4_000) < expit(logits), expit(3 * logits)


def test_a_temperature_undoes_what_was_multiplied(overconfident):
    y, scores = overconfident
    found = calibrate(y, scores)
    assert found.temperature == pytest.approx(3, abs=0.2)
    before, after = report(y, scores, resamples=1)["value"], report(y, found.apply(scores), resamples=1)["value"]
    assert after["ECE"] < before["ECE"] / 4 and after["log loss"] < before["log loss"]
    same = ["accuracy", "F1", "ROC AUC"]
    assert after[same].to_dict() == pytest.approx(before[same].to_dict())


def test_the_temperature_is_scikit_learns():
    draw = np.random.default_rng(1)
    y = draw.integers(2, size=300)
    points = (y + draw.normal(size=300))[:, None]
    model = LogisticRegression(C=100).fit(points[:40] * 3, y[:40])
    theirs = CalibratedClassifierCV(FrozenEstimator(model), method="temperature").fit(points[40:], y[40:])
    scores = model.predict_proba(points[40:])[:, 1]
    assert calibrate(y[40:], scores).apply(scores) == pytest.approx(theirs.predict_proba(points[40:])[:, 1], abs=1e-3)


def test_words_need_the_positive_class_and_give_the_same(overconfident):
    y, scores = overconfident
    words = np.where(y, "spam", "ham")
    assert calibrate(words, scores, positive="spam") == calibrate(y, scores)


def test_a_temperature_changes_no_answer_and_bears_zero_and_one():
    scores = np.array([0, 1e-12, 0.49, 0.5, 0.51, 1])
    found = calibrate([0, 1, 0, 1, 0, 1], scores).apply(scores)
    assert ((found >= 0.5) == (scores >= 0.5)).all() and np.isfinite(logit(found)).all()


def test_no_temperature_is_best_when_all_is_right_or_nothing_is_known():
    with pytest.raises(ValueError, match="Every answer is right.* Give more sentences"):
        calibrate([0, 1, 1], [0.1, 0.9, 0.6])
    with pytest.raises(ValueError, match="no better than chance. Are the classes swapped"):
        calibrate([0, 1, 1], [0.9, 0.1, 0.6])


def test_the_table_is_scikit_learns_curve_with_counts_and_intervals(overconfident):
    y, scores = overconfident
    table = reliability(y, scores)
    share, mean = calibration_curve(y, scores, n_bins=10)
    assert table["share"].to_numpy() == pytest.approx(share) and table["score"].to_numpy() == pytest.approx(mean)
    assert table["of"].sum() == len(y)
    row = table.iloc[3]
    assert [row["low"], row["high"]] == pytest.approx(wilson(round(row["share"] * row["of"]), row["of"]))


def test_empty_bins_are_left_out_and_the_index_says_which_are_there():
    table = reliability([0, 1, 1], [0.0, 0.95, 1.0], bins=5)
    assert [str(part) for part in table.index] == ["(0.0, 0.2]", "(0.8, 1.0]"]
    assert table["of"].tolist() == [1, 2] and table["share"].tolist() == [0, 1]
