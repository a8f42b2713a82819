"""The figures of lesson 07 show the numbers that they are given, in words and without colour too."""

import io

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from utils import checkpoints, figures

SCORES = pd.DataFrame({"BERT": [56.3, 53.5], "DistilBERT": [51.3, 56.3]}, index=["CoLA", "WNLI"])
WORDS = pd.DataFrame({1: [0.9, 0.1], 2: [0.75, 0.25]}, index=["$day", "night"])
CHANGES = pd.DataFrame({"GLUE": [-2.96, -3.69], "loss": [0.167, None]}, index=["no distillation loss", "random start"])
DRAW = {
    "retention": lambda: figures.retention(SCORES, {"DistilBERT": "BERT"}, "Kept"),
    "soft targets": lambda: figures.soft_targets(WORDS, "Have a nice [MASK]."),
    "ablation": lambda: figures.ablation(CHANGES, "Left out"),
}
TOLD = {
    "retention": (
        "Bars. Kept. DistilBERT of BERT: CoLA 51.3 of 56.3 (91.1 %), WNLI 56.3 of 53.5 (105.2 %)."  # more than all
    ),
    "soft targets": (
        "Bars. Have a nice [MASK]. at temperature 1 $day 0.900, night 0.100; at temperature 2 $day 0.750, night 0.250."
    ),
    "ablation": (
        "Bars. Left out. GLUE: no distillation loss -2.96, random start -3.69; the largest is random start. "
        "loss: no distillation loss +0.17; the largest is no distillation loss."
    ),
}


@pytest.mark.parametrize("name", DRAW)
def test_it_is_small_and_says_every_number(name, tells):
    tells(DRAW[name], TOLD[name])


def test_a_student_is_drawn_under_its_teacher_and_hatched(drawn):
    (axes,) = drawn(DRAW["retention"])
    assert [bar.get_width() for bar in axes.patches] == [56.3, 53.5, 51.3, 56.3]
    assert [bar.get_hatch() for bar in axes.patches] == ["", "", "//", "//"]
    middles = [round(bar.get_y() + bar.get_height() / 2, 3) for bar in axes.patches]
    assert middles == [-0.2, 0.8, 0.2, 1.2] and axes.get_ylim() == (1.5, -0.5)  # downwards
    assert [text.get_text() for text in axes.texts] == ["56.3", "53.5", "51.3  (91.1 %)", "56.3  (105.2 %)"]
    assert axes.get_xlim()[0] == 0  # a bar that does not begin at 0 exaggerates


def test_all_of_glue_for_two_students_is_small(shown):
    scores = pd.DataFrame(checkpoints.published()["glue"]["values"])
    pairs = {"distilbert-base-uncased": "bert-base-uncased", "distilroberta-base": "roberta-base"}
    figures.retention(scores, pairs, "GLUE")
    (picture,) = shown
    assert len(picture.png) < 60_000 and "RTE 59.9 of 69.3 (86.4 %)" in picture.alt


def test_each_temperature_has_its_panel_and_all_share_a_scale(drawn):
    panels = drawn(DRAW["soft targets"])
    assert [axes.get_title() for axes in panels] == ["T = 1", "T = 2"]
    assert [[bar.get_width() for bar in axes.patches] for axes in panels] == [[0.9, 0.1], [0.75, 0.25]]
    assert panels[0].get_xlim() == panels[1].get_xlim()
    labels = panels[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["$day", "night"]
    assert not any(label.get_parse_math() for label in labels)  # a dollar is a dollar


def test_the_ablation_marks_the_largest_change_and_leaves_an_empty_field_empty(drawn):
    glue, loss = drawn(DRAW["ablation"])
    assert [bar.get_hatch() for bar in glue.patches] == [None, "//"]
    assert [bar.get_hatch() for bar in loss.patches] == ["//", None]
    assert [text.get_text() for text in loss.texts] == ["+0.17", ""]
    assert [axes.get_xlabel() for axes in (glue, loss)] == ["GLUE", "loss"]


# --- the live curve -----------------------------------------------------------------------------------------


class Place:
    """One place of the page: all that was shown there."""

    def __init__(self):
        self.shown = []

    def update(self, bundle, raw):
        assert raw
        self.shown.append(bundle)


@pytest.fixture
def places(monkeypatch) -> list[Place]:
    made = []

    def display(bundle, raw, display_id):
        assert raw and display_id is True
        made.append(Place())
        made[-1].update(bundle, raw)
        return made[-1]

    monkeypatch.setattr("IPython.display.display", display)
    return made


def losses(*values) -> pd.Series:
    return pd.Series(values, index=range(1, len(values) + 1))


def test_a_curve_is_updated_in_one_place_and_says_how_far_it_is(places):
    curve = figures.LiveCurve("Losses", 6, every=0)
    curve.update("with", 0, losses(5.0))
    curve.update("with", 0, losses(5.0, 3.25))
    curve.update("without", 0, losses(5.0, 4.5, 4.0))
    (place,) = places
    assert [bundle["text/plain"] for bundle in place.shown] == [
        "Lines. Losses, 1 of 6 steps. with, run 0: 5.00 at step 1, 5.00 at 1.",
        "Lines. Losses, 2 of 6 steps. with, run 0: 5.00 at step 1, 3.25 at 2.",
        "Lines. Losses, 5 of 6 steps. with, run 0: 5.00 at step 1, 3.25 at 2; without, run 0: 5.00 at step 1, 4.00 at "
        "3.",
    ]
    last = place.shown[-1]
    assert '<progress value="5" max="6"' in last["text/html"] and "5 of 6 steps" in last["text/html"]
    assert f'alt="{last["text/plain"]}"' in last["text/html"]
    assert len(last["text/html"]) < 60_000 * 4 / 3 and plt.get_fignums() == []


def test_a_curve_is_not_drawn_more_often_than_wanted_but_at_the_end(places, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    with figures.LiveCurve("Losses", 9, every=2) as curve:
        for step, now in enumerate((100, 101, 101.9, 102, 103), 1):
            clock[0] = now
            curve.update("with", 0, losses(*range(step)))
    steps = [bundle["text/plain"].split(", ")[1].split()[0] for bundle in places[0].shown]
    assert steps == ["1", "4", "5"]


def test_runs_of_a_name_look_alike_and_names_differ_without_colour(places):
    curve = figures.LiveCurve("Losses", 6, every=0)
    for run in (0, 1):
        curve.update("with", run, losses(5.0, 3.0 + run))
        curve.update("without", run, losses(5.0, 4.0 + run))
    figure = curve.figure()
    lines = figure.axes[0].get_lines()
    assert [list(line.get_ydata()) for line in lines] == [[5, 3], [5, 4], [5, 4], [5, 5]]
    looks = [(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines]
    assert looks[0] == looks[1] and looks[2] == looks[3]
    assert all(one != other for one, other in zip(looks[0], looks[2], strict=True))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["with", "without"]
    plt.close(figure)


def test_a_curve_without_values_can_be_shown(places):
    with figures.LiveCurve("Losses", 6):
        pass
    assert places[0].shown[0]["text/plain"] == "Lines. Losses, 0 of 6 steps. No value yet."


def test_the_picture_of_a_curve_is_a_png(places):
    import base64

    with figures.LiveCurve("Losses", 2) as curve:
        curve.update("with", 0, losses(5.0, 3.0))
    source = places[0].shown[-1]["text/html"].split("base64,")[1].split('"')[0]
    assert plt.imread(io.BytesIO(base64.b64decode(source))).ndim == 3
