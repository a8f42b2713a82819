"""The flow of lesson 03 shows every step, shape and count of the traces that it is given."""

import pandas as pd
import pytest
import torch
from matplotlib.patches import Rectangle

from utils import anatomy, checkpoints, figures
from utils.figures.shape_trace import LOWEST

TITLE = "“Hello” through two models"
IDS, STATES = (1, 3), (1, 3, 768)


def table(*rows):
    return pd.DataFrame(rows, columns=["step", "module", "enters", "leaves", "parameters", "shared"])


TRACES = {
    "teacher": table(
        ("embeddings", "embeddings", IDS, STATES, 39_000_576, 0),
        ("layer 1", "layer.0", STATES, STATES, 7_087_872, 0),
        ("layer 2", "layer.1", STATES, STATES, 7_087_872, 0),
        ("lm_head", "lm_head", STATES, (1, 3, 50_265), 642_393, 38_603_520),
    ),
    "one layer, twice": table(
        ("a_very_long_name_of_a_module", "embeddings", IDS, (1, 3, 128), 9_000_000, 0),
        ("layer 1", "layer", (1, 3, 768), (1, 3, 768), 7_087_872, 0),
        ("layer 2", "layer", (1, 3, 768), (1, 3, 768), 0, 7_087_872),
        ("classifier", "classifier", (1, 768), (1, 2), 1_538, 0),
        ("positions (not called)", "positions", None, None, 40_000, 0),
    ),
}


def test_it_is_small_and_says_every_step(shown):
    figures.shape_trace(TRACES, TITLE)
    (picture,) = shown
    assert 2_000 < len(picture.png) < 60_000
    assert picture.text == (
        f"{TITLE}, as a flow of steps with their parameters and the shapes between them. "
        "teacher, 53,818,713 parameters: ids (1, 3), embeddings 39,000,576, (1, 3, 768), "
        "layer 1 to layer 2 with 7,087,872 each, (1, 3, 768), "
        "lm_head 642,393 and 38,603,520 shared, (1, 3, 50265). "
        "one layer, twice, 16,129,410 parameters: ids (1, 3), a_very_long_name_of_a_module 9,000,000, (1, 3, 128), "
        "takes (1, 3, 768), layer 1 7,087,872, layer 2 0 and 7,087,872 shared, (1, 3, 768), "
        "takes (1, 768), classifier 1,538, (1, 2), positions (not called) 40,000."
    )


def test_boxes_are_as_high_as_their_parameters_and_bear_their_names(drawn):
    (axes,) = drawn(lambda: figures.shape_trace(TRACES, TITLE))
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    heights = [box.get_height() for box in boxes]
    embeddings, layer = heights[0], heights[1]
    assert len(boxes) == 8 and embeddings / layer == pytest.approx(39_000_576 / 7_087_872)
    assert heights[3] == 2 * LOWEST and heights[6:] == [LOWEST, LOWEST]  # room for their words
    texts = [text.get_text().strip() for text in axes.texts]
    for said in ("39.0 M", "642 k\n+ 38.6 M shared", "7.1 M shared", "1,538", "positions (not called): 40 k"):
        assert said in texts
    assert texts.count("layer 2") == 2 and "a_very_long_name_of…" in texts
    for box in boxes:  # nothing leaves its picture
        assert axes.get_xlim()[0] < box.get_x() and box.get_x() + box.get_width() < axes.get_xlim()[1]
        assert box.get_y() + box.get_height() < axes.get_ylim()[0]


def test_words_stay_in_their_boxes_and_off_each_other(drawn):
    (axes,) = drawn(lambda: figures.shape_trace(TRACES, TITLE))
    axes.figure.canvas.draw()
    extents = [(text.get_text(), text.get_window_extent()) for text in axes.texts if text.get_text().strip()]
    for place, (said, one) in enumerate(extents):
        for other_said, other in extents[place + 1 :]:
            assert not one.shrunk(0.95, 0.8).overlaps(other.shrunk(0.95, 0.8)), (said, other_said)


def test_four_full_models_side_by_side_are_small(shown):
    names = ["roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased"]
    inputs = {"input_ids": torch.zeros(2, 7, dtype=int)}
    traces = {name: anatomy.trace(checkpoints.blueprint(name, "MaskedLM"), inputs) for name in names}
    figures.shape_trace(traces, "Four models")
    (picture,) = shown
    assert len(picture.png) < 60_000
    for name, trace in traces.items():
        assert f"{name}, {trace.parameters.sum():,} parameters: ids (2, 7)" in picture.alt


@pytest.mark.parametrize("number", [0, 5])
def test_no_model_and_too_many_are_refused(number, shown):
    with pytest.raises(ValueError, match=f"1 to 4 models side by side, not {number}"):
        figures.shape_trace({str(n): TRACES["teacher"] for n in range(number)}, TITLE)
    assert shown == []
