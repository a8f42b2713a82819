"""Reports, confusion matrices and groups: their form, their intervals, and the numbers known from elsewhere."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from utils.evaluation import by_group, confusion, from_counts, report, wilson

Y = [1, 1, 1, 0, 0, 0, 0, 1]
SCORES = [0.9, 0.8, 0.4, 0.1, 0.6, 0.2, 0.3, 0.7]


def test_the_matrix_of_the_source_gives_its_figures():
    values = from_counts(85, 15, 10, 90)["value"]
    expected = {"precision": 0.8947, "recall": 0.85, "accuracy": 0.875, "F1": 0.8718}
    assert values[list(expected)].round(4).to_dict() == expected


def test_counts_and_scores_of_the_same_sentences_give_the_same_table():
    y, called = [1] * 100 + [0] * 100, [1] * 85 + [0] * 15 + [1] * 10 + [0] * 90
    table = from_counts(85, 15, 10, 90)
    pd.testing.assert_frame_equal(report(y, called).loc[table.index], table)


def test_labels_may_be_numbers_bools_or_words_in_any_container():
    expected = report(Y, SCORES)
    words = ["spam" if label else "ham" for label in Y]
    for y in (np.array(Y), pd.Series(Y), [bool(label) for label in Y], np.array(Y) == 1, [float(label) for label in Y]):
        pd.testing.assert_frame_equal(report(y, pd.Series(SCORES)), expected)
    for y in (words, np.array(words), pd.Series(words), pd.Series(words, dtype="category"), tuple(words)):
        pd.testing.assert_frame_equal(report(y, np.array(SCORES), positive="spam"), expected)


def test_the_positive_class_can_be_chosen():
    turned = report(Y, [1 - score for score in SCORES], positive=0, threshold=0.5)["value"]
    values = report(Y, SCORES)["value"]
    assert turned["recall"] == values["specificity"] and turned["ROC AUC"] == pytest.approx(values["ROC AUC"])


def test_shares_have_wilson_intervals_and_say_of_how_many():
    table = report(Y, SCORES)
    assert table["of"].dropna().to_dict() == {"accuracy": 8, "precision": 4, "recall": 4, "specificity": 4}
    assert table.loc["recall", ["low", "high"]].tolist() == pytest.approx(wilson(3, 4))
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()


def test_the_same_seed_gives_the_same_report_and_another_a_different_one():
    pd.testing.assert_frame_equal(report(Y, SCORES), report(Y, SCORES))
    assert not report(Y, SCORES)["low"].equals(report(Y, SCORES, seed=1)["low"])


def test_a_threshold_counts_the_score_that_equals_it_as_positive():
    assert report(Y, SCORES, threshold=0.4).loc["recall", "value"] == 1


def test_precision_of_nothing_called_positive_has_no_value():
    table = report(Y, SCORES, threshold=1)
    assert table.loc["precision", ["value", "low", "high"]].isna().all() and table.loc["precision", "of"] == 0


def test_bootstrap_intervals_hold_the_truth_about_as_often_as_they_say():
    draw, held = np.random.default_rng(0), []
    for seed in range(200):  # scores of N(1, 1) against N(0, 1): the true AUC is 0.7602
        y = draw.integers(2, size=120)
        scores = 1 / (1 + np.exp(-draw.normal(y)))
        low, high = report(y, scores, resamples=400, seed=seed).loc["ROC AUC", ["low", "high"]]
        held.append(low <= 0.7602 <= high)
    assert 0.89 <= np.mean(held) <= 0.99


def test_wilson_is_statsmodels_and_takes_arrays():
    assert wilson(85, 100) == pytest.approx(proportion_confint(85, 100, method="wilson"))
    low, high = wilson([1, 0], [2, 0])
    assert low[0] == pytest.approx(wilson(1, 2).low) and np.isnan(low[1]) and np.isnan(high[1])


def test_wilson_holds_its_share_however_it_is_rounded():
    for n in range(1, 200):
        assert wilson(0, n).low == 0 and wilson(n, n).high == 1


def test_wilson_refuses_what_is_no_share():
    for successes, n in ((3, 2), (-1, 2), (float("nan"), 2)):
        with pytest.raises(ValueError, match="Give counts"):
            wilson(successes, n)


def test_the_confusion_matrix_speaks_the_words_of_the_labels():
    table = confusion(["spam", "ham", "ham"], ["ham", "ham", "spam"], positive="spam")
    assert table.index.tolist() == ["truly spam", "truly ham"]
    assert table.columns.tolist() == ["called spam", "called ham"]
    assert table.to_numpy().tolist() == [[0, 1], [1, 1]]


def test_a_prediction_that_is_neither_label_is_refused():
    with pytest.raises(ValueError, match="'maybe', but y knows 'spam' and 'ham' only"):
        confusion(["spam", "ham"], ["spam", "maybe"], positive="spam")


def test_a_sentence_counts_in_each_of_its_groups_and_the_worst_come_first():
    table = by_group([1, 1, 0], [1, 0, 0], ["plain", "long|negation", "long"])
    assert table.index.tolist() == ["negation", "long", "plain"]
    assert table["value"].tolist() == [0, 0.5, 1] and table["of"].tolist() == [1, 2, 1]
    assert table.loc["long", ["low", "high"]].tolist() == pytest.approx(wilson(1, 2))


def test_counts_that_make_no_matrix_are_refused():
    for four, fix in (
        ((1, 2, 3, -1), "whole numbers"),
        ((1.5, 2, 3, 4), "whole numbers"),
        ((0, 0, 3, 4), "at least 1"),
    ):
        with pytest.raises(ValueError, match=fix):
            from_counts(*four)
