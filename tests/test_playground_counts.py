"""The four counts: what comes of a change, and of bad input. Also runs on ipywidgets 7.7.1, as on Colab."""

import html
import json
import re

import pytest
from number_pages import heard, send, words

from utils import playground
from utils.playground import counts, metrics
from utils.quiz import frame

START = dict(zip(counts.LABELS, (85, 15, 10, 90), strict=True))


@pytest.fixture
def shown():
    return counts.Counts(START)


def numbers(page):
    """What the page tells the fields to hold."""
    (text,) = re.findall(r'data-numbers="([^"]*)"', page)
    return json.loads(html.unescape(text))


def test_the_counts_of_the_example_give_its_metrics_in_words_and_numbers(shown):
    page = shown.frame.page.value
    assert heard(page) == (
        "precision 0.895, recall 0.850, F1 0.872, accuracy 0.875, balanced accuracy 0.875, MCC 0.751"
    )
    for sentence in (
        "Of 95 called positive, 85 are.",
        "Of 100 that are positive, 85 are found.",
        "2 × 85 / (2 × 85 + 10 + 15)",
        "Of 200 answers, 175 are right. Always giving the commoner one would be right for 100: 0.500.",
        "0.850 of the positives and 0.900 of the negatives",
    ):
        assert sentence in words(page)
    assert [int(width) for width in re.findall(r"width: (\d+)%", page)] == [89, 85, 87, 88, 88, 75]


def test_a_changed_count_changes_page_and_numbers(shown):
    page = send(shown, shown.counts, false_positives="0")
    assert heard(page).startswith("precision 1.000, recall 0.850")
    assert numbers(page) == START | {"false_positives": 0}


def test_the_fields_and_sliders_stand_outside_the_page_and_are_never_drawn_anew(shown):
    controls = shown.frame.widget.children[1]
    before = controls.value
    assert len(re.findall(r"<input", before)) == 8 and "<input" not in shown.frame.page.value
    send(shown, shown.counts, true_positives="3")
    assert controls.value == before


def test_every_control_keeps_the_shortcuts_of_jupyterlab_away_and_has_a_name(shown):
    controls = re.findall(r"<(?:button|input)[^>]*>", shown.frame.widget.children[1].value)
    assert len(controls) == 12 and all("data-lm-suppress-shortcuts" in control for control in controls)
    sliders = [control for control in controls if 'type="range"' in control]
    assert [re.search('aria-label="(.*?)"', slider)[1] for slider in sliders] == [
        f"{label}, as a slider" for label, _ in counts.LABELS.values()
    ]


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "1000001", "nan", "many", "1e400", "²"])
def test_what_is_no_count_is_said_and_the_last_counts_stay(shown, typed):
    send(shown, shown.counts, true_positives="80")
    page = send(shown, shown.counts, true_positives=typed)
    given = repr(typed) if typed else "empty"
    assert heard(page).startswith(f"True positives is {given}, and must be a whole number from 0 to 1,000,000.")
    assert "Of 90 called positive, 80 are." in words(page)
    assert heard(send(shown, shown.counts)).startswith("precision 0.889")


def test_presets_set_all_counts_and_the_start_comes_back(shown):
    page = send(shown, shown.counts, "fraud")
    assert "accuracy 0.980" in heard(page) and "recall 0.120" in heard(page)
    assert list(numbers(page).values()) == [3, 22, 3, 1222]
    page = send(shown, shown.counts, "never")
    assert heard(page) == (
        "precision undefined, recall 0.000, F1 0.000, accuracy 0.900, balanced accuracy 0.500, MCC undefined"
    )
    assert heard(send(shown, shown.counts, "coin")).endswith("MCC 0.000")
    assert numbers(send(shown, shown.counts, "first")) == START


@pytest.mark.parametrize(
    "four, undefined",
    [
        ((0, 0, 0, 0), {"precision", "recall", "F1", "accuracy", "balanced accuracy", "MCC"}),
        ((0, 5, 0, 5), {"precision", "MCC"}),
        ((0, 0, 5, 5), {"recall", "balanced accuracy", "MCC"}),
        ((0, 0, 0, 5), {"precision", "recall", "F1", "balanced accuracy", "MCC"}),
        ((5, 5, 0, 0), {"balanced accuracy", "MCC"}),
        ((5, 0, 0, 5), set()),
    ],
)
def test_what_is_undefined_says_why(four, undefined):
    rows = metrics.of_counts(*four)
    assert {name for name, value, _ in rows if value is None} == undefined
    whys = [why for name, _, why in rows if name in undefined]
    assert len(set(whys)) == len(whys) and not any(re.search(r"\d", why.replace("says 0", "")) for why in whys)


def test_the_worst_answers_have_a_negative_correlation_and_an_empty_bar():
    rows = metrics.of_counts(0, 5, 5, 0)
    assert rows[-1][:2] == ("MCC", -1)
    assert 'width: 0%"' in metrics.drawn(*rows[-1])


@pytest.mark.parametrize("bad", [-1, 1.5, "many", None, 1_000_001, float("nan"), float("inf")])
def test_a_bad_count_at_the_start_is_refused_in_words(bad):
    with pytest.raises(ValueError, match="false_negatives is .*, and must be a whole number from 0 to 1,000,000"):
        playground.confusion(85, bad, 10, 90)


def test_without_a_kernel_the_first_numbers_can_be_read(monkeypatch):
    bundles = []
    monkeypatch.setattr(frame, "display", lambda bundle, raw: bundles.append(bundle))
    playground.confusion()
    page, view = bundles
    for text in (page["text/plain"], words(page["text/html"])):
        assert "true positives 85, false negatives 15, false positives 10, true negatives 90" in text
        assert "precision: 0.895. Of 95 called positive, 85 are." in text and "MCC: 0.751" in text
    assert list(view) == [frame.WIDGET_VIEW]
