"""What thresholds cost; that their counts are right is in test_metrics.py."""

import math

import pytest

from utils.evaluation import cost, thresholds

Y, SCORES = [0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.6, 0.9]


def test_every_score_is_a_threshold_and_then_infinity():
    table = thresholds(Y, SCORES)
    assert table.index.tolist() == [0.1, 0.2, 0.3, 0.6, 0.9, math.inf]
    assert table.loc[0.6, ["TP", "FN", "FP", "TN"]].tolist() == [1, 1, 1, 2]
    assert math.isnan(table.loc[math.inf, "precision"]) and table.loc[math.inf, "accuracy"] == 0.6


def test_what_is_worse_moves_the_cheapest_threshold():
    assert cost(Y, SCORES, false_alarm=10, miss=1)["cost"].idxmin() == 0.9
    assert cost(Y, SCORES, false_alarm=1, miss=10)["cost"].idxmin() == 0.3
    assert cost(Y, SCORES, false_alarm=1, miss=0)["cost"].idxmin() == 0.9
    assert cost(Y, SCORES, false_alarm=0, miss=1)["cost"].idxmin() == 0.1


def test_the_cost_is_the_price_of_each_mistake():
    table = cost(Y, SCORES, false_alarm=2.5, miss=4)
    assert table.loc[0.6, "cost"] == 2.5 + 4
    assert table.loc[math.inf, "cost"] == 8 and table.loc[0.1, "cost"] == 7.5


def test_words_and_the_other_class():
    words = ["spam" if label else "ham" for label in Y]
    assert thresholds(words, SCORES, positive="spam").equals(thresholds(Y, SCORES))
    turned = thresholds(words, [1 - score for score in SCORES], positive="ham")
    assert turned.loc[0.4, ["TP", "FN", "FP", "TN"]].tolist() == pytest.approx([3, 0, 1, 1])
