"""The benchmark of classify measures every way, and sees whether their answers agree."""

import pytest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from utils import checkpoints, evaluation
from utils.benchmarking import classifying


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


def test_every_way_is_timed_and_gives_the_same_answers(classifier):
    table = classifying.measure(*classifier, classifying.varied_texts(12), rounds=1)
    assert table.index.tolist() == ["classify", "pipeline", "pipeline, batch_size=4"]
    assert (table["seconds"] > 0).all() and table.loc["classify", "times"] == 1
    assert table["other labels"].iloc[1:].tolist() == [0, 0]
    assert table["score gap"].iloc[1:].max() < 1e-5


def test_answers_that_differ_are_counted(classifier, monkeypatch):
    classify = evaluation.classify
    monkeypatch.setattr(evaluation, "classify", lambda *args: classify(*args)[::-1].reset_index(drop=True))
    table = classifying.measure(*classifier, classifying.varied_texts(12), rounds=1)
    assert table["score gap"].iloc[1:].min() > 0.01


def test_the_quick_run_prints_a_table_and_both_ratios_for_each_mini(capsys):
    assert classifying.main(["--quick", "--rounds", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("80 texts") == printed.count("times as fast as the default") == 2
