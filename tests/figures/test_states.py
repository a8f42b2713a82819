"""The figures of lesson 03 show the numbers that they are given, in words and without colour too."""

import numpy as np
import pandas as pd
import pytest

from utils import figures

TOKENS = ["<s>", "costs", "$5", "or", "$6", "</s>"]
WEIGHTS = np.full((6, 6), 0.1) + 0.4 * np.roll(np.eye(6), -1, axis=1)
AGREEMENT = pd.DataFrame([[0.99, 0.5, 0.25], [0.4, 0.8125, 0.75]], index=[0, 1], columns=[0, 1, 2])
MAPS = {"layer 0": np.array([[0.0, 0], [2, 2], [4, 0]]), "layer 1": np.array([[1.0, 1], [1, 3], [0, 0]])}
GROUPS = ["long", "long", "short"]
SCORES = {"roberta-base": [0.5, 0.6, 0.75], "shuffled labels": [0.5, 0.49, 0.51]}
DRAW = {
    "attention_map": lambda: figures.attention_map(WEIGHTS, TOKENS, "Layer 1, head 2"),
    "layer_agreement": lambda: figures.layer_agreement(AGREEMENT, "DistilRoBERTa and RoBERTa"),
    "sentence_maps": lambda: figures.sentence_maps(MAPS, GROUPS, "Long and short"),
    "probe_lines": lambda: figures.probe_lines(SCORES, "Is it negated?", {"TF-IDF": 0.714}),
}
TOLD = {
    "attention_map": (
        "Attention map. Layer 1, head 2. Largest weight of each token: <s> from </s> 0.5, costs from <s> 0.5, "
        "$5 from costs 0.5, or from $5 0.5, $6 from or 0.5, </s> from $6 0.5."
    ),
    "layer_agreement": (
        "Heatmap with a frame at the highest of each row. DistilRoBERTa and RoBERTa. Teacher 0, 1, 2. "
        "student 0: 0.99, 0.50, 0.25, nearest teacher 0; student 1: 0.40, 0.81, 0.75, nearest teacher 1."
    ),
    "sentence_maps": (
        "Maps of 3 texts. Long and short. layer 0: mean of long at 1.0, 1.0, mean of short at 4.0, 0.0; "
        "layer 1: mean of long at 1.0, 2.0, mean of short at 0.0, 0.0."
    ),
    "probe_lines": (
        "Lines. Is it negated?, balanced accuracy by layer from 0. roberta-base: 0.50, 0.60, 0.75; "
        "shuffled labels: 0.50, 0.49, 0.51; TF-IDF: 0.71."
    ),
}


@pytest.mark.parametrize("name", DRAW)
def test_it_is_small_and_says_every_number(name, tells):
    tells(DRAW[name], TOLD[name])


def test_the_attention_map_draws_the_weights_and_writes_dollars_as_they_are(drawn):
    axes, _ = drawn(DRAW["attention_map"])
    np.testing.assert_allclose(axes.collections[0].get_array().reshape(6, 6), WEIGHTS)
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == TOKENS
        assert not any(label.get_parse_math() for label in labels)
    assert [text.get_position() for text in axes.texts] == [((row - 1) % 6 + 0.5, row + 0.5) for row in range(6)]


def test_the_largest_attention_map_is_small(shown):
    tokens = [f"token{number}" for number in range(30)]
    figures.attention_map(np.random.default_rng(0).dirichlet(np.ones(30), 30), tokens, "Many")
    assert len(shown[0].png) < 60_000


def test_the_agreement_has_its_numbers_and_a_frame_at_the_nearest(drawn):
    axes, _ = drawn(DRAW["layer_agreement"])
    assert [text.get_text() for text in axes.texts] == ["0.99", "0.50", "0.25", "0.40", "0.81", "0.75"]
    assert [(round(frame.get_x()), round(frame.get_y())) for frame in axes.patches] == [(0, 0), (1, 1)]


def test_the_agreement_of_the_published_sizes_is_small(shown):
    figures.layer_agreement(pd.DataFrame(np.random.default_rng(0).random((7, 13))), "Full size")
    assert len(shown[0].png) < 60_000


def test_the_maps_tell_groups_apart_without_colour(drawn):
    first, second = drawn(DRAW["sentence_maps"])
    assert [axes.get_title() for axes in (first, second)] == list(MAPS)
    clouds = [first.collections[0], first.collections[2]]
    assert [cloud.get_offsets().tolist() for cloud in clouds] == [[[0, 0], [2, 2]], [[4, 0]]]
    shapes = [cloud.get_paths()[0].vertices.shape for cloud in clouds]
    assert shapes[0] != shapes[1]
    assert first.collections[1].get_offsets().tolist() == [[1, 1]]  # the mean of a group


def test_maps_of_many_texts_are_small(shown):
    random = np.random.default_rng(0)
    maps = {f"layer {number}": random.normal(size=(440, 2)) for number in range(3)}
    figures.sentence_maps(maps, random.choice(["with a negation", "without"], 440), "Many")
    assert len(shown[0].png) < 60_000


def test_the_probes_are_lines_that_differ_by_dash_and_mark(drawn):
    (axes,) = drawn(DRAW["probe_lines"])
    assert [line.get_ydata().tolist() for line in axes.lines[:2]] == list(SCORES.values())
    assert len({(line.get_linestyle(), line.get_marker()) for line in axes.lines}) == 3
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [*SCORES, "TF-IDF"]


def test_the_same_figure_twice_has_the_same_bytes(shown):
    for _ in range(2):
        DRAW["layer_agreement"]()
    assert shown[0].png == shown[1].png
