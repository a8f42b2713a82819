"""The threshold: what comes of a change, and of bad input. Also runs on ipywidgets 7.7.1, as on Colab."""

import html
import json
import random
import re
from math import inf

import pytest
from number_pages import heard, send, words

from utils.playground import thresholds
from utils.quiz import frame

TRUTH = [1, 1, 0, 1, 0, 0, 0, 0]
SCORES = [0.91, 0.8125, 0.7, 0.404, 0.4, 0.2, 0.1, 0.0]
NUMBERS = {"threshold": 0.5, "false_alarm": 1, "miss": 10}


def rows(truth, scores):
    """(threshold, TP, FN, FP, TN) counted one by one."""
    table = []
    for cut in [*sorted(set(scores)), inf]:
        called = [score >= cut for score in scores]
        pairs = list(zip(truth, called, strict=True))
        table.append((cut, *(pairs.count(pair) for pair in ((1, True), (1, False), (0, True), (0, False)))))
    return table


@pytest.fixture
def shown():
    return thresholds.Thresholds(rows(TRUTH, SCORES), NUMBERS, "spam")


def test_it_starts_with_the_counts_and_the_cost_in_words_and_numbers(shown):
    page = shown.frame.page.value
    said = "threshold 0.5, precision 0.667, recall 0.667, cost 11; cheapest 0.404, cost 1"
    assert heard(page) == said and f"by threshold: {said}; without a model 5." in html.unescape(page)
    for sentence in (
        "2 ✓ spam, and called so",
        "1 ✗ spam, not called: a miss",
        "1 ✗ not spam, called: a false alarm",
        "4 ✓ not spam, left alone",
        "Of 3 called spam, 2 are.",
        "Of 3 that are spam, 2 are found.",
        "Cost at 0.5: 1 × 1 for false alarms + 1 × 10 for misses = 11.",
        "The cheapest threshold for these texts is 0.404, with a cost of 1.",
        "Without a model: to call all spam costs 5, to call none 30.",
    ):
        assert sentence in words(page)


@pytest.mark.parametrize("at, four", [("0", (3, 0, 5, 0)), ("0.7", (2, 1, 1, 4)), ("0.71", (2, 1, 0, 5)),
                                      ("0.91", (1, 2, 0, 5)), ("0.92", (0, 3, 0, 5)), ("7", (0, 3, 0, 5))])  # fmt: skip
def test_a_score_counts_as_positive_from_the_threshold_on(shown, at, four):
    send(shown, shown.numbers, threshold=at)
    assert shown.counts(shown.numbers["threshold"]) == four


def test_where_nothing_is_called_precision_says_why(shown):
    page = send(shown, shown.numbers, threshold="0.95")
    assert "precision undefined, recall 0.000" in heard(page) and "Nothing is called spam" in words(page)


def test_other_prices_move_the_cheapest_threshold(shown):
    assert "cheapest 0.81, cost 1" in heard(send(shown, shown.numbers, false_alarm="10", miss="1"))
    assert "cheapest 0.81, cost 0" in heard(send(shown, shown.numbers, false_alarm="2.5", miss="0"))
    assert "cheapest 0, cost 0" in heard(send(shown, shown.numbers, false_alarm="0", miss="1"))


def test_the_buttons_move_the_threshold_and_the_field(shown):
    page = send(shown, shown.numbers, "cheapest")
    assert heard(page).startswith("threshold 0.404, ")
    (numbers,) = re.findall(r'data-numbers="([^"]*)"', page)
    assert json.loads(html.unescape(numbers)) == NUMBERS | {"threshold": 0.404}
    assert heard(send(shown, shown.numbers, "half")).startswith("threshold 0.5, ")


def test_the_curve_falls_and_rises_with_the_cost_and_has_both_marks(shown):
    page = shown.frame.page.value
    (points,) = re.findall(r'points="(.*?)"', page)
    points = [tuple(map(float, point.split(","))) for point in points.split()]
    assert len(points) == thresholds.POINTS + 1 and points[0][0] == 0 and points[-1][0] == 100
    top = 1.25 * 5
    for place, height in points[:: thresholds.POINTS // 10]:
        assert height == pytest.approx(100 - 100 * min(shown.cost(place / 100) / top, 1), abs=0.05)
    assert "Height: cost, up to 6.25. Yours is above it." in words(page)
    assert "above it" not in send(shown, shown.numbers, "cheapest")
    marks = dict(re.findall(r'class="mark (\w+)" style="left: (.*?)%', page))
    assert marks == {"best": "40.4", "here": "50.0"}


def test_random_texts_have_their_cheapest_threshold_found_and_a_short_one_calls_the_same_texts():
    draw = random.Random(1)
    for _ in range(100):
        scores = [round(draw.random(), draw.choice([1, 3, 9])) for _ in range(draw.randint(1, 30))]
        scores.append(draw.choice([0.0, 1.0, 0.5]))
        truth = [draw.randint(0, 1) for _ in scores]
        prices = {"false_alarm": draw.randint(1, 9), "miss": draw.randint(1, 9)}
        shown = thresholds.Thresholds(rows(truth, scores), NUMBERS | prices)

        def cost(at, truth=truth, scores=scores, prices=prices):
            return sum(
                prices["miss" if true else "false_alarm"]
                for true, score in zip(truth, scores, strict=True)
                if bool(true) != (score >= at)
            )

        assert cost(shown.best) == min(map(cost, [*scores, 2])) == shown.cost(shown.best)


def test_no_mistake_at_all_is_drawn():
    shown = thresholds.Thresholds(rows([0, 1], [0.0, 0.75]), NUMBERS | {"false_alarm": 0})
    assert "Something went wrong" not in shown.frame.page.value
    assert "cheapest 0, cost 0" in heard(shown.frame.page.value)


@pytest.mark.parametrize("field, label", thresholds.LABELS.items())
@pytest.mark.parametrize("typed", ["", "-0.1", "nan", "inf", "1,5", "much"])
def test_what_is_no_number_is_said_and_the_last_ones_stay(shown, field, label, typed):
    page = send(shown, shown.numbers, **{field: typed})
    given = repr(typed) if typed else "empty"
    assert heard(page).startswith(f"“{label}” is {given}, and must be a number, 0 or more.")
    assert "Cost at 0.5: 1 × 1 for false alarms + 1 × 10 for misses = 11." in words(page)


def test_every_control_keeps_the_shortcuts_of_jupyterlab_away(shown):
    controls = re.findall(r"<(?:button|input)[^>]*>", shown.frame.widget.children[1].value)
    assert len(controls) == 6 and all("data-lm-suppress-shortcuts" in control for control in controls)


def test_a_class_of_any_name_stays_text():
    evil = "<img src=x>"
    assert "<img" not in thresholds.Thresholds(rows(TRUTH, SCORES), NUMBERS, evil).frame.page.value


def test_without_a_kernel_the_first_numbers_can_be_read(shown, monkeypatch):
    bundles = []
    monkeypatch.setattr(frame, "display", lambda bundle, raw: bundles.append(bundle))
    shown.frame.display(shown.text(), shown.reading())
    page, view = bundles
    for text in (page["text/plain"], words(page["text/html"])):
        assert "Cost at 0.5:" in text and "recall: 0.667. Of 3 that are spam, 2 are found." in text
    assert list(view) == [frame.WIDGET_VIEW]
