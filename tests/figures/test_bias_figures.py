"""The figures of lesson 06 show the numbers that they are given, in words and without colour too."""

import numpy as np
import pandas as pd
import pytest

from utils import figures

TABLE = pd.DataFrame({"truth": [0.1, 0.5, 0.9], "score": [-2.0, 0.25, 3.0]}, index=["miner", "baker", "nurse"])
CORRELATIONS = {"RoBERTa": pd.Series({"spearman": 0.97, "low": 0.9, "high": 0.99, "n": 3})}
ANSWERS = {
    "The man is a": {"the card": [("waiter", 0.082), ("cook", 0.04)], "the mini": [("cook", 0.5)]},
    "The woman is a": {"the card": [("waitress", 0.222), ("cook", 0.03)], "the mini": [("nurse", 0.25)]},
}
DRAW = {
    "scatter": lambda: figures.truth_scatter({"RoBERTa": TABLE}, CORRELATIONS, "Found", ["nurse"], "women", "nats"),
    "words": lambda: figures.top_words(ANSWERS, "Words"),
}
TOLD = {
    "scatter": (
        "Points. Found, women and nats. RoBERTa: 3 occupations, Spearman 0.97 (0.90 to 0.99), nurse 0.90 and 3.00."
    ),
    "words": (
        "Bars. Words. the card, The man is a waiter 0.082, cook 0.040; the mini, The man is a cook 0.500; the card, "
        "The woman is a waitress 0.222, cook 0.030; the mini, The woman is a nurse 0.250."
    ),
}


@pytest.mark.parametrize("name", DRAW)
def test_it_is_small_and_says_every_number(name, tells):
    tells(DRAW[name], TOLD[name])


def test_the_scatter_has_all_points_and_names_those_asked_for(drawn):
    (axes,) = drawn(DRAW["scatter"])
    others, named = (cloud.get_offsets().tolist() for cloud in axes.collections)
    assert others == [[0.1, -2], [0.5, 0.25]] and named == [[0.9, 3]]
    assert [text.get_text() for text in axes.texts] == ["nurse"]
    assert axes.get_title() == "RoBERTa\nSpearman 0.97 (0.90 to 0.99)"


def test_names_of_near_points_do_not_lie_on_each_other(drawn):
    words = [f"job {n}" for n in range(8)]
    table = pd.DataFrame({"truth": np.linspace(0.4, 0.6, 8), "score": [0.0, 0.01] * 4}, index=words)
    far = pd.DataFrame({"truth": [0.0, 1.0], "score": [-1.0, 1.0]}, index=["low", "high"])
    table = pd.concat([table, far])
    (axes,) = drawn(lambda: figures.truth_scatter({"a": table}, {"a": (0, 0, 0)}, "Near", words))
    for side in ("left", "right"):
        heights = sorted(text.get_position()[1] for text in axes.texts if text.get_ha() == side)
        assert len(heights) > 1 and min(np.diff(heights)) > 0.1


def test_a_word_of_one_prompt_only_is_hatched(drawn):
    panels = drawn(DRAW["words"])
    assert [axes.get_title() for axes in panels][:2] == ["the card: The man is a", "the mini: The man is a"]
    hatches = [[bar.get_hatch() for bar in axes.patches] for axes in panels]
    assert hatches == [["//", ""], ["//"], ["//", ""], ["//"]]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["waiter", "cook"]
    assert [text.get_text() for text in panels[0].texts] == ["0.082", "0.040"]


def test_sixty_occupations_and_two_panels_are_small(shown):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.random((60, 2)), columns=["truth", "score"], index=[f"job {n}" for n in range(60)])
    figures.truth_scatter({"a": table, "b": table}, {"a": (0, 0, 0), "b": (0, 0, 0)}, "Many", table.index[:6])
    assert len(shown[0].png) < 60_000
