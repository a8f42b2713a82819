"""Each bad input is refused in a sentence that names the fix, by every function that takes it."""

import numpy as np
import pandas as pd
import pytest

from utils import evaluation

Y, SCORES = [1, 0, 1, 0], [0.9, 0.2, 0.4, 0.1]
SCORED = {
    "report": evaluation.report,
    "reliability": evaluation.reliability,
    "calibrate": evaluation.calibrate,
    "thresholds": evaluation.thresholds,
    "cost": lambda y, scores, **given: evaluation.cost(y, scores, false_alarm=1, miss=1, **given),
    "bootstrap": lambda y, scores, **given: evaluation.bootstrap(
        lambda y, s: s.mean(), y, scores, resamples=9, **given
    ),
}
LABELLED = {
    "confusion": evaluation.confusion,
    "by_group": lambda y, predicted: evaluation.by_group(y, predicted, ["plain"] * len(predicted)),
    "compare, first": lambda y, predicted: evaluation.compare(predicted, [1] * len(y), y),
    "compare, second": lambda y, predicted: evaluation.compare([1] * len(y), predicted, y),
}


@pytest.mark.parametrize("function", SCORED.values(), ids=SCORED)
@pytest.mark.parametrize(
    ("y", "scores", "message"),
    [
        ([1, 0], SCORES, "The lengths differ: y 2, scores 4. Give one value of each"),
        ([], [], "y is empty. Give at least one row"),
        ([1, 1, 1, 1], SCORES, "y holds one label only: 1. Without sentences of both classes"),
        ([1, 0, 2, 1], SCORES, "y holds 3 labels: 0, 1, 2. .* set one against the rest, such as y == 0"),
        (["a", "b", "c", "d"], SCORES, "y holds 4 labels: 'a', 'b', 'c', 'd'. .* such as y == 'a'"),
        (["spam", "ham"] * 2, SCORES, "y holds words: 'ham', 'spam'. Say which is the positive one: positive='spam'"),
        ([1, 0, None, 0], SCORES, r"y has no value in 1 of 4 rows, first in row 2 .* table.dropna\(\)"),
        (["spam", float("nan"), "ham", "ham"], SCORES, "y has no value in 1 of 4 rows, first in row 1"),
        (Y, [0.9, np.nan, 0.1, np.nan], "scores has no value in 2 of 4 rows, first in row 1"),
        (Y, [3.1, -2.0, 0.1, 0.2], "scores goes from -2 to 3.1. Give probabilities from 0 to 1: a softmax"),
        (Y, [0.1, 0.2, 0.3, np.inf], "scores goes from 0.1 to inf"),
        (Y, ["NEGATIVE"] * 4, 'scores holds words. Give probabilities of the positive class: answers."POSITIVE"'),
        (Y, np.ones((4, 2)), "scores has more than one column. Give one"),
        (Y, pd.DataFrame({"a": SCORES, "b": SCORES}), "scores has more than one column"),
        ([[1], [0], [1], [0]], SCORES, "y has more than one column"),
        ("1010", SCORES, "y is a str. Give a list, an array or a column"),
        (Y, 0.5, "scores is a float. Give a list"),
        (Y, {0.9, 0.2, 0.4, 0.1}, "scores is a set. Give a list"),
        (
            pd.Series(Y),
            pd.Series(SCORES).sort_values(),
            r"the same rows in a different order. Sort .* \.sort_index\(\)",
        ),
    ],
)
def test_labels_and_scores_that_do_not_fit(function, y, scores, message):
    with pytest.raises(ValueError, match=message):
        function(y, scores)


@pytest.mark.parametrize("function", SCORED.values(), ids=SCORED)
def test_a_positive_label_that_is_none_of_them(function):
    with pytest.raises(ValueError, match="positive is 'Spam', but y holds 'ham', 'spam'. Choose one"):
        function(["spam", "ham"] * 2, SCORES, positive="Spam")


@pytest.mark.parametrize("function", LABELLED.values(), ids=LABELLED)
@pytest.mark.parametrize(
    ("y", "predicted", "message"),
    [
        ([1, 0, 1], [1, 0], "The lengths differ"),
        ([], [], "is empty"),
        ([1, 0], [1, None], "has no value in 1 of 2 rows"),
        ([1, 0], ["POSITIVE", "NEGATIVE"], r"two ways to say it. Translate .* predicted.map\(model.config.label2id\)"),
        ([1, 0], [7, 8], "holds 7 and y holds 0: two ways to say it"),
    ],
)
def test_predictions_that_do_not_fit(function, y, predicted, message):
    with pytest.raises(ValueError, match=message):
        function(y, predicted)


def test_numbers_out_of_their_range():
    for call, message in {
        lambda: evaluation.report(Y, SCORES, threshold=5): "threshold is 5. Give a probability",
        lambda: evaluation.reliability(Y, SCORES, bins=0): "bins is 0. Give 1 or more",
        lambda: evaluation.cost(Y, SCORES, false_alarm=-1, miss=1): "The prices are -1 and 1. Give numbers from 0",
        lambda: evaluation.cost(Y, SCORES, false_alarm=0, miss=0): "and one above 0",
        lambda: evaluation.sentences_needed(0, 0.1): "no difference of 0",
        lambda: evaluation.sentences_needed(0.2, 0.1): "a disagreement from the difference up to 1",
        lambda: evaluation.sentences_needed(2, 8): "Give both as shares",
        lambda: evaluation.sentences_needed(0.02, 0.08, power=80): "Give both between 0 and 1",
        lambda: evaluation.mcnemar_range(900, 800, 872): "Give counts from 0 to n",
    }.items():
        with pytest.raises(ValueError, match=message):
            call()


def test_a_softmax_in_single_precision_may_round_above_one():
    assert evaluation.report(Y, np.array([1 + 1e-7, 0.2, 0.4, -1e-8], dtype=np.float32)).loc["ROC AUC", "value"] == 1
