"""The benchmark of classify measures every way, and sees whether their answers agree."""

import pytest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from utils import checkpoints, evaluation
from utils.commands.bench import classifying


@pytest.fixture(scope="module")
def classifier():
    folder = checkpoints.locate(classifying.DISTILBERT)
    return AutoModelForSequenceClassification.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


@pytest.fixture(autouse=True)
def one_batch_size(monkeypatch):
    monkeypatch.setattr(classifying, "BATCH_SIZES", (4,))


def test_the_texts_vary_from_3_to_60_words_and_are_the_same_each_time():
    texts = classifying.varied_texts(800)
    assert {len(text.split()) for text in texts} == set(range(3, 61))
    assert texts == classifying.varied_texts(800)


def measured(classifier):
    return list(classifying.measure(*classifier, classifying.varied_texts(12), rounds=2))


def test_every_way_is_timed_and_gives_the_same_answers(classifier):
    ours, *pipelines = measured(classifier)
    assert (ours["way"], ours["times"]) == ("classify", 1)
    assert [row["way"] for row in pipelines] == ["pipeline", "pipeline, batch_size=4"]
    assert all(row["times"] == pytest.approx(row["seconds"] / ours["seconds"]) for row in pipelines)
    assert all(row["seconds"] > 0 and row["other labels"] == 0 and row["score gap"] < 1e-5 for row in pipelines)


def test_answers_that_differ_are_counted(classifier, monkeypatch):
    classify = evaluation.classify
    monkeypatch.setattr(evaluation, "classify", lambda *args: classify(*args)[::-1].reset_index(drop=True))
    assert all(row["score gap"] > 0.01 for row in measured(classifier)[1:])


def test_the_quick_run_prints_a_table_and_both_ratios_for_each_mini(capsys):
    assert classifying.main(["--quick", "--rounds", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("80 texts") == printed.count("times as fast as the default") == 2
