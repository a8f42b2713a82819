"""What others say of speed and size: each figure has its machine and its source, and they agree where they can."""

import pytest

from utils import anatomy, checkpoints

PUBLISHED = checkpoints.published()
SAID, INT8, SECONDS = (PUBLISHED[block]["values"] for block in ("speed_up", "int8", "sts_b_seconds"))


@pytest.mark.parametrize("entry", [*SAID.values(), *INT8.values()], ids=[*SAID, *INT8])
def test_every_entry_names_its_model_its_machine_and_its_source(entry):
    assert all(entry[field].strip() for field in ("machine", "source"))
    assert {entry["model"], entry.get("against", entry["model"])} <= set(checkpoints.CATALOGUE)


def test_the_sixty_per_cent_are_those_of_the_seconds():
    paper = SAID["distilbert-paper"]
    assert paper["machine"].startswith(PUBLISHED["sts_b_seconds"]["machine"])
    faster = 100 * (SECONDS[paper["against"]] / SECONDS[paper["model"]] - 1)
    assert round(faster, -1) == paper["percent_faster"] and faster > paper["percent_faster"]


def parameters(name):
    return anatomy.count(checkpoints.blueprint(name, "MaskedLM"))


@pytest.mark.parametrize("claim, off", [("distilbert-paper", 1.5), ("distilroberta-readme", 1.5)])
def test_what_is_smaller_by_so_many_per_cent_is(claim, off):
    said = SAID[claim]
    smaller = 100 * (1 - parameters(said["model"]) / parameters(said["against"]))
    assert smaller == pytest.approx(said["percent_smaller"], abs=off)


def test_the_cards_millions_are_those_of_the_architectures():
    for name, millions in SAID["distilroberta-card"]["millions"].items():
        assert parameters(name) / 1e6 == pytest.approx(millions, abs=0.5)


def test_the_files_are_as_large_as_the_parameters_say_and_int8_takes_a_quarter():
    for entry in (entry for entry in INT8.values() if "megabytes" in entry):
        sizes = entry["megabytes"]
        classifier = checkpoints.blueprint(entry["model"], "SequenceClassification")
        assert sizes["float32"] == pytest.approx(anatomy.megabytes(classifier), rel=0.01)
        assert sizes["int8"] / sizes["float32"] == pytest.approx(0.25, abs=0.005)


def test_int8_is_the_fastest_of_the_three_and_loses_half_a_point():
    entry = INT8["distilbert-one-core"]
    times, f1 = entry["milliseconds"], entry["f1"]
    assert times["int8"] < times["float32"] < times["PyTorch"]
    assert f1["float32"] - f1["int8"] == pytest.approx(0.5)
