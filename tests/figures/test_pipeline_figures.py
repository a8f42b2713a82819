"""The calibration of lesson 04 shows the shares, the intervals and the counts that it is given."""

import pytest

from utils import figures

GROUPS = {
    "RoBERTa": [(0.62, 0.5, 0.4, 0.6, 40), (0.95, 0.75, 0.66, 0.84, 83)],
    "DistilBERT": [(0.97, 0.25, 0.1, 0.4, 7)],
}


def test_the_calibration_is_small_and_says_every_number(shown):
    figures.calibration(GROUPS, "Scores against the truth")
    (picture,) = shown
    assert 2_000 < len(picture.png) < 60_000
    assert picture.text == (
        "Points with 95 % intervals. Scores against the truth. RoBERTa: says 0.62, right 0.50 of 40, "
        "says 0.95, right 0.75 of 83; DistilBERT: says 0.97, right 0.25 of 7."
    )


def test_the_calibration_draws_points_intervals_and_counts(drawn):
    panels = drawn(lambda: figures.calibration(GROUPS, "Scores against the truth"))
    assert [axes.get_title() for axes in panels] == list(GROUPS)
    for axes, rows in zip(panels, GROUPS.values(), strict=True):
        diagonal, points, *_ = axes.lines
        assert [list(ends) for ends in diagonal.get_data()] == [[0.5, 1], [0.5, 1]]
        assert list(zip(*points.get_data(), strict=True)) == [row[:2] for row in rows]
        (bars,) = axes.collections
        ends = [tuple(segment[:, 1]) for segment in bars.get_segments()]
        assert ends == [pytest.approx(row[2:4]) for row in rows]
        assert [text.get_text() for text in axes.texts] == [f"{row[1]:.0%}\nof {row[4]}" for row in rows]


def test_one_classifier_has_one_panel(drawn):
    (axes,) = drawn(lambda: figures.calibration({"RoBERTa": GROUPS["RoBERTa"]}, "Alone"))
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {"as often as it says", "is right"}
