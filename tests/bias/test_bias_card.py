"""The card says what was measured, and refuses to leave open what only a person can write."""

import re

import pytest

from utils import bias

HARMED = "People whose reviews are sorted by this model: a complaint by a man is believed sooner than one by a woman."


def estimate(value, low, high, n=60):
    return {"value": value, "low": low, "high": high, "n": n}


def measure(**changes):
    return {
        "what": "names",
        "method": "16 neutral sentences for each of 136 names; the unit is the name.",
        "found": estimate(1.65, 1.28, 2.02, 136),
        "control": estimate(0.4, -0.12, 0.93),
    } | changes


def test_every_figure_is_in_the_table():
    text = bias.card_section("a classifier", [measure()], HARMED)
    assert "| names | 1.65 [1.28, 2.02] | 136 | 0 | 0.40 [-0.12, 0.93] |" in text
    assert "16 neutral sentences" in text and HARMED in text and "`a classifier`" in text
    assert text.startswith("## Bias, risks and limitations\n")


@pytest.mark.parametrize(
    "changes, verdict",
    [
        ({}, "an association was found: the interval lies above 0"),
        ({"found": estimate(-1, -2, -0.5)}, "an association was found: the interval lies below 0"),
        ({"found": estimate(0.1, -0.2, 0.5)}, "no association was found. That is no proof"),
        ({"control": estimate(0.9, 0.2, 1.5)}, "the control misses the null value"),
        (
            {"found": estimate(0.52, 0.45, 0.59), "control": estimate(0.5, 0.35, 0.65), "null": 0.5},
            "no association was found",
        ),
    ],
)
def test_the_verdict_follows_from_the_intervals(changes, verdict):
    assert verdict in bias.card_section("a classifier", [measure(**changes)], HARMED)


def test_estimates_of_the_package_fit():
    found = bias.share(36, 60)
    text = bias.card_section("a model", [measure(found=found, control=bias.share(20, 40), null=0.5)], HARMED)
    assert "0.60 [0.47, 0.71] | 60 | 0.5 |" in text


@pytest.mark.parametrize(
    "measures, harmed, message",
    [
        ([measure()], "", "`harmed` is empty"),
        ([measure()], "   \n", "`harmed` is empty"),
        ([measure()], "nobody I think", "too short"),
        ([], HARMED, "Nothing was measured"),
        ([{"what": "names", "method": "by hand"}], HARMED, "lacks found, control"),
    ],
)
def test_a_gap_is_an_error_that_names_it(measures, harmed, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        bias.card_section("a classifier", measures, harmed)
