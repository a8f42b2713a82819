"""Dots with intervals, and the width of intervals: the figures say what they are given."""

import pandas as pd
import pytest

from utils import figures

FIRST = pd.DataFrame(
    {"share": [0.75, 0.5], "low": [0.625, 0.25], "high": [0.875, 0.625], "of": pd.array([200, 1_020], "Int64")},
    index=["all", "costs $5 to $6"],
)
SECOND = pd.DataFrame({"share": [0.25], "low": [0.125], "high": [0.5]}, index=["costs $5 to $6"])
WIDTHS = pd.DataFrame({"accuracy 0.5": [0.25, 0.125], "accuracy 0.9": [0.16, 0.06]}, index=[50, 1_000])
TOLD = (
    "Dots with 95 % intervals. Who wins, accuracy. A line at 0.5: chance. all (200): RoBERTa 0.75 (0.62 to 0.88), "
    "TF-IDF 0.60; costs $5 to $6 (1,020): RoBERTa 0.50 (0.25 to 0.62), DistilBERT 0.25 (0.12 to 0.50)."
)


def draw():
    baselines = {"TF-IDF": pd.Series({"all": 0.6})}
    tables = {"RoBERTa": FIRST, "DistilBERT": SECOND}
    figures.intervals(tables, "Who wins", "accuracy", "share", "of", lines={"chance": 0.5}, baselines=baselines)


def widths():
    figures.interval_widths(WIDTHS, "How sure", marks={"reviews": 200})


def test_the_intervals_are_small_and_say_every_number(shown):
    draw()
    (picture,) = shown
    assert 2_000 < len(picture.png) < 60_000
    assert picture.text == picture.alt == TOLD


def test_each_table_has_its_mark_and_its_intervals(drawn):
    (axes,) = drawn(draw)
    first, second = axes.containers
    assert first[0].get_xdata().tolist() == [0.75, 0.5]
    ends = [[list(segment[:, 0]) for segment in bars.get_segments() if len(segment)] for *_, (bars,) in (first, second)]
    assert ends == [[[0.625, 0.875], [0.25, 0.625]], [[0.125, 0.5]]]
    assert first[0].get_marker() != second[0].get_marker()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["all (200)", "costs $5 to $6 (1,020)"]
    assert not any(label.get_parse_math() for label in axes.get_yticklabels())
    places = [line.get_ydata()[0] for line in (first[0], second[0])]
    assert places[0] < 0 < places[1]  # side by side in their row, the first above
    labels = {text.get_text() for text in axes.get_legend().get_texts()}
    assert labels == {"RoBERTa", "DistilBERT", "TF-IDF", "chance: 0.5"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (({"mine": FIRST}, "", "", "accuracy"), "The table of 'mine' has no column 'accuracy'. It has: share, low, hi"),
        (({}, "", ""), "draws 1 to 6 tables, not 0"),
        (({str(n): FIRST for n in range(7)}, "", "", "share"), "draws 1 to 6 tables, not 7"),
        (({"mine": FIRST}, "", "", "share", "", None, dict.fromkeys("abcd", FIRST.share)), "at most 3 baselines"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(arguments, message):
    with pytest.raises(ValueError, match=message):
        figures.intervals(*arguments)


def test_many_rows_and_models_are_small(shown):
    table = pd.DataFrame({"share": 0.5, "low": 0.3, "high": 0.8}, index=[f"tag {n}" for n in range(20)])
    figures.intervals({f"model {n}": table for n in range(4)}, "Many", "share", "share")
    assert len(shown[0].png) < 60_000


def test_the_widths_are_lines_and_a_test_set_has_its_place(drawn, shown):
    (axes,) = drawn(widths)
    assert [line.get_ydata().tolist() for line in axes.lines[:2]] == [[25, 12.5], [16, 6]]
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines[:2]}) == 2
    assert [text.get_text().strip() for text in axes.texts] == ["reviews: 200"]


def test_the_widths_are_said(shown):
    widths()
    assert len(shown[0].png) < 60_000
    assert shown[0].alt == (
        "Lines. How sure, width of the interval in points. reviews has 200 sentences. accuracy 0.5: 25.0 at 50, 12.5 "
        "at 1,000; accuracy 0.9: 16.0 at 50, 6.0 at 1,000."
    )


def test_a_value_outside_its_interval_is_drawn(shown):
    figures.intervals({"mine": pd.DataFrame({"value": [1.0], "low": [0.7], "high": [0.99]}, index=["a"])}, "", "")
    rows = [(0.9, 1.0, 0.7, 1 - 1e-16, 10), (0.95, 0.0, 1e-17, 0.3, 10)]
    figures.calibration({"mine": rows}, "")
    assert "mine 1.00 (0.70 to 0.99)" in shown[0].alt and "right 0.00 of 10" in shown[1].alt


def test_a_count_that_a_row_has_not_is_left_out_and_a_whole_one_has_no_point(drawn):
    table = pd.DataFrame({"value": 0.5, "low": 0.4, "high": 0.6, "n": [68.0, None]}, index=["women", "F1"])
    (axes,) = drawn(lambda: figures.intervals({"mine": table}, "", "", count="n"))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["women (68)", "F1"]
