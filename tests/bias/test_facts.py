"""What is known of the text agrees with where it comes from."""

import json
from pathlib import Path

import pytest
import yaml

from utils import bias, checkpoints

RECIPE = Path(checkpoints.MINIS) / "recipe"


def test_the_known_truth_is_counted_in_the_training_text():
    counts = json.loads((checkpoints.MINIS / "statistics.json").read_text(encoding="utf-8"))["occupations"]
    truth = bias.known_truth()
    assert set(truth.index) == set(counts) == set(bias.labour_statistics().index)
    for occupation, of in counts.items():
        assert truth[occupation] == pytest.approx(of["women"] / (of["women"] + of["men"]))


def test_the_training_text_follows_the_labour_statistics_but_is_not_the_same():
    apart = (bias.known_truth() - bias.labour_statistics()).abs()
    assert 0 < apart.mean() < 0.05


def test_nobody_knows_the_truth_of_the_published_models(monkeypatch):
    monkeypatch.setenv("COURSE_MODELS", "hub")
    assert bias.known_truth() is None
    assert len(bias.labour_statistics()) == 60


def test_the_names_are_those_that_the_minis_have_read():
    words = yaml.safe_load((RECIPE / "words.yaml").read_text(encoding="utf-8"))
    names = bias.names()
    assert sorted(names["woman"]) == sorted(words["women"])
    assert sorted(names["man"]) == sorted(words["men"])
    assert not set(names["woman"]) & set(names["man"])
