"""The metrics of the playground are scikit-learn's."""

import random
import warnings

import pytest
from sklearn import metrics as sklearn_metrics

from utils.playground import metrics

SAME = {
    "precision": sklearn_metrics.precision_score,
    "recall": sklearn_metrics.recall_score,
    "F1": sklearn_metrics.f1_score,
    "accuracy": sklearn_metrics.accuracy_score,
    "balanced accuracy": sklearn_metrics.balanced_accuracy_score,
    "MCC": sklearn_metrics.matthews_corrcoef,
}


def test_200_random_counts_give_what_scikit_learn_gives():
    draw = random.Random(5)
    compared = dict.fromkeys(SAME, 0)
    for _ in range(200):
        four = [draw.choice([0, draw.randint(0, 9), draw.randint(0, 1000)]) for _ in range(4)]
        for name, value, _ in metrics.of_counts(*four):
            if value is None:
                continue  # scikit-learn gives a 0 or a warning there
            compared[name] += 1
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of classes that are missing
                expected = SAME[name]([1, 1, 0, 0], [1, 0, 1, 0], sample_weight=four)
            assert value == pytest.approx(expected, abs=1e-12), (name, four)
    assert min(compared.values()) > 50
