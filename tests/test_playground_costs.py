"""The playground's threshold is that of the evaluation room."""

import numpy as np
import pandas as pd
import pytest

from utils import evaluation, playground
from utils.playground import thresholds
from utils.quiz import frame


@pytest.fixture
def made(monkeypatch):
    """What `playground.threshold` has shown."""
    kept = []

    class Kept(thresholds.Thresholds):
        def __init__(self, *arguments):
            kept.append(self)
            super().__init__(*arguments)

    monkeypatch.setattr(thresholds, "Thresholds", Kept)
    monkeypatch.setattr(frame, "display", lambda bundle, raw: None)
    return kept


def test_its_costs_are_those_of_the_evaluation_room(made):
    random = np.random.default_rng(2)
    y = pd.Series(random.choice(["ham", "spam"], 300, p=[0.9, 0.1]), index=range(5, 305))
    scores = (0.3 * (y == "spam") + 0.7 * random.random(300)).astype("float32")
    playground.threshold(y, scores, false_alarm=2, miss=7, positive="spam")
    (shown,) = made
    table = evaluation.cost(y, scores, false_alarm=2, miss=7, positive="spam")
    for at, row in table.iterrows():
        assert shown.cost(at) == row.cost and list(shown.counts(at)) == row[["TP", "FN", "FP", "TN"]].tolist()
    assert shown.cost(shown.best) == table.cost.min() and shown.word == "spam"
    assert "called spam" in shown.text()


@pytest.mark.parametrize(
    "y, scores", [([], []), ([0, 1], [0.5]), ([1, 1], [0.5, 0.6]), ([0, 1], [0.5, float("nan")]), ([0, 1], [0.5, 1.5])]
)
def test_what_cannot_be_evaluated_is_refused_in_a_sentence(made, y, scores):
    with pytest.raises(ValueError, match=r"\w+ \w+.*\."):
        playground.threshold(y, scores)
    assert made == []
