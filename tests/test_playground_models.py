"""The field to type into, on real classifiers."""

import json

import pytest
from transformers import pipeline

from utils import checkpoints, playground
from utils.playground import classifying
from utils.quiz import frame


@pytest.fixture(scope="module")
def classifiers():
    names = ("roberta-base-SST-2", "distilbert-base-uncased-finetuned-sst-2-english")
    return {name: pipeline("sentiment-analysis", model=checkpoints.locate(name)) for name in names}


def send(shown, text):
    message = {"turn": shown.frame.turn, "act": "classify", "response": text}
    shown.frame.messages.set_state({"value": json.dumps(message)})
    assert "Something went wrong" not in shown.frame.page.value
    return shown.frame.page.value


def test_it_says_what_the_pipelines_say(classifiers):
    page = send(classifying.Playground(classifiers), "I love learning about AI!")
    for name, classifier in classifiers.items():
        (best,) = classifier("I love learning about AI!")
        assert f"<strong>{name}</strong> says {best['label']}, with a score of {best['score']:.2f}." in page


def test_a_text_of_any_length_is_answered(classifiers, capfd):
    shown = classifying.Playground(classifiers)
    assert "not the rest" not in send(shown, " ".join(["the"] * 510))
    assert send(shown, " ".join(["the"] * 10_000)).count("It read 512 of 10,002 tokens") == 2
    assert capfd.readouterr().err == ""  # nothing that a log would hide


def test_classify_shows_it(classifiers, monkeypatch):
    bundles = []
    monkeypatch.setattr(frame, "display", lambda bundle, raw: bundles.append(bundle))
    playground.classify(classifiers)
    assert bundles[0]["text/plain"] == classifying.TO_READ and list(bundles[1]) == [frame.WIDGET_VIEW]


def test_what_cannot_classify_is_refused_in_words(classifiers):
    with pytest.raises(ValueError, match="There is no classifier. Give at least one"):
        playground.classify({})
    with pytest.raises(ValueError, match="'mine' is a str. Give what pipeline"):
        playground.classify({**classifiers, "mine": "roberta-base"})
