"""The figures of lesson 05 show the numbers that they are given, in words and without colour too."""

import numpy as np
import pandas as pd
import pytest

from utils import figures

CALLED = {"index": ["truly spam", "truly ham"], "columns": ["called spam", "called ham"]}
MATRICES = {
    "RoBERTa": pd.DataFrame([[85, 15], [10, 1090]], **CALLED),
    "always ham": pd.DataFrame([[0, 100], [0, 0]], **CALLED),
}
Y = [0, 0, 1, 1]
SCORES = {"good": [0.1, 0.2, 0.7, 0.9], "poor": [0.1, 0.8, 0.3, 0.9]}
COSTS = {"a miss costs 10": {"validation": pd.Series([8, 2, 4, 30], [0.1, 0.4, 0.6, np.inf]),
                             "test": pd.Series([8, 5, 3, 30], [0.2, 0.35, 0.7, np.inf])}}  # fmt: skip
NONE = {"a false alarm costs 10": {"validation": pd.Series([90, 12, 5], [0.1, 0.8, np.inf])}}
EPOCHS = pd.DataFrame(
    {
        "epoch": [1, 2, 3] * 2,
        "split": ["training"] * 3 + ["validation"] * 3,
        "loss": [0.9, 0.5, 0.1, 0.8, 0.6, 0.7],
        "accuracy": [0.5, 0.75, 1, 0.5, 0.625, 0.75],
    }
)
RELIABILITY = pd.DataFrame({"score": [0.06, 0.91], "share": [0.125, 0.75], "low": [0.05, 0.6], "high": [0.3, 0.85],
                            "of": pd.array([8, 40], "Int64")})  # fmt: skip
DRAW = {
    "confusion": lambda: figures.confusion_matrices(MATRICES, "Messages"),
    "roc_and_pr": lambda: figures.roc_and_pr(Y, SCORES, "Four texts", threshold=0.5),
    "costs": lambda: figures.cost_curves(COSTS, "Costs"),
    "training": lambda: figures.training_curves(EPOCHS, "Too long"),
    "reliability": lambda: figures.calibration({"after": RELIABILITY}, "Scores", start=0, what="spam"),
}
TOLD = {
    "confusion": (
        "Confusion matrices. Messages. RoBERTa: 85 truly spam called spam (right), 15 truly spam called ham, 10 truly "
        "ham called spam, 1,090 truly ham called ham (right); always ham: 0 truly spam called spam (right), 100 truly "
        "spam called ham, 0 truly ham called spam, 0 truly ham called ham (right)."
    ),
    "roc_and_pr": (
        "ROC and precision-recall curves. Four texts. Marks at the threshold 0.5. good: ROC area 1.00, average "
        "precision 1.00, at the mark recall 1.00, false-alarm rate 0.00, precision 1.00; poor: ROC area 0.75, average "
        "precision 0.83, at the mark recall 0.50, false-alarm rate 0.50, precision 0.50. Random: ROC area 0.50, "
        "average precision 0.50."
    ),
    "costs": (
        "Lines of cost by threshold. Costs. a miss costs 10: cheapest threshold on validation 0.40. It costs on "
        "validation 2, test 3; the lowest cost is on validation 2, test 3. Calling all or none costs 8 on validation."
    ),
    "training": (
        "Lines. Too long. The lowest validation loss is at epoch 2 of 3. training loss: 0.90 first, 0.50 at the best "
        "epoch, 0.10 last; validation loss: 0.80 first, 0.60 at the best epoch, 0.70 last; training accuracy: 0.50 "
        "first, 0.75 at the best epoch, 1.00 last; validation accuracy: 0.50 first, 0.62 at the best epoch, 0.75 last."
    ),
    "reliability": "Points with 95 % intervals. Scores. after: says 0.06, spam 0.12 of 8, says 0.91, spam 0.75 of 40.",
}


@pytest.mark.parametrize("name", DRAW)
def test_it_is_small_and_says_every_number(name, tells):
    tells(DRAW[name], TOLD[name])


def test_a_matrix_has_counts_shares_and_a_frame_around_what_is_right(drawn):
    roberta, always = drawn(DRAW["confusion"])
    assert [text.get_text() for text in roberta.texts] == ["85\n85%", "15\n15%", "10\n1%", "1,090\n99%"]
    assert [text.get_text() for text in always.texts] == ["0\n0%", "100\n100%", "0", "0"]
    assert [(round(frame.get_x()), round(frame.get_y())) for frame in roberta.patches] == [(0, 0), (1, 1)]
    assert [label.get_text() for label in roberta.get_yticklabels()] == CALLED["index"]
    assert [label.get_text() for label in always.get_xticklabels()] == ["called\nspam", "called\nham"]


def test_the_curves_have_their_random_baselines_and_marks(drawn):
    roc, pr = drawn(DRAW["roc_and_pr"])
    assert roc.lines[0].get_ydata().tolist() == [0, 1] and set(pr.lines[0].get_ydata()) == {0.5}
    assert len({line.get_linestyle() for line in roc.lines[1:]}) == 2
    assert [cloud.get_offsets().tolist() for cloud in roc.collections] == [[[0, 1]], [[0.5, 0.5]]]
    assert [cloud.get_offsets().tolist() for cloud in pr.collections] == [[[1, 1]], [[0.5, 0.5]]]


def test_the_cheapest_threshold_is_chosen_on_the_first_split_and_marked_on_all(drawn):
    (axes,) = drawn(DRAW["costs"])
    without, cheapest = axes.lines[:2]
    assert set(without.get_ydata()) == {8} and set(cheapest.get_xdata()) == {0.4}
    assert [cloud.get_offsets().tolist() for cloud in axes.collections] == [[[0.4, 2]], [[0.4, 3]]]
    assert len({line.get_linestyle() for line in axes.lines[2:]}) == 2


def test_where_calling_none_is_cheapest_the_figure_says_so(drawn, shown):
    (axes,) = drawn(lambda: figures.cost_curves(NONE, "Costs"))
    assert axes.get_xlabel() == "threshold (cheapest: above all scores)"
    assert axes.collections[0].get_offsets().tolist() == [[1.02, 5]] and axes.get_ylim() == (0, 10)


def test_training_and_validation_differ_by_dash_and_mark_and_the_best_epoch_has_a_line(drawn):
    loss, accuracy = drawn(DRAW["training"])
    for axes in (loss, accuracy):
        assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 3
        assert set(axes.lines[2].get_xdata()) == {2}


def test_a_reliability_table_is_drawn_from_zero(drawn):
    (axes,) = drawn(DRAW["reliability"])
    assert list(axes.lines[0].get_xdata()) == [0, 1] and axes.get_ylabel() == "share that is spam"


def test_of_many_groups_the_counts_stand_above_the_panel(drawn):
    rows = [(0.05 + n / 10, 0.5, 0.4, 0.6, 1000 * n) for n in range(10)]
    (axes,) = drawn(lambda: figures.calibration({"many": rows}, "", start=0))
    assert [text.get_text() for text in axes.texts] == [f"{1000 * n:,}" for n in range(10)]
    assert {text.get_position()[1] for text in axes.texts} == {1.03}
