"""Recall cards turn, take a rating and come back. These tests also run on ipywidgets 7.7.1, as on Colab."""

import json
from pathlib import Path

import pytest

from utils import quiz as quizzes
from utils.quiz import bank, cards_face, frame, memory, store

BANK = bank.read(Path(__file__).with_name("99.yaml"))


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch):
    """Progress that is kept in memory only is kept from test to test."""
    monkeypatch.setattr(store, "MEMORY", {})


def send(shown, act, fails=False):
    """Do what the page does when a learner acts. Returns the next page."""
    shown.frame.messages.set_state({"value": json.dumps({"turn": shown.frame.turn, "act": act, "response": []})})
    assert ("Something went wrong" in shown.frame.page.value) == fails, shown.frame.page.value
    return shown.frame.page.value


def test_a_card_is_turned_then_rated_and_what_was_not_known_comes_again():
    shown = cards_face.CardsFace(BANK.cards, store.Store.open())
    page = shown.frame.page.value
    assert "comes after <code>one</code>" in page and "because counting" not in page and "2 cards left" in page
    page = send(shown, "turn")
    assert "<code>two</code>, because counting adds one." in page
    assert [f'data-act="{rating}"' in page for rating in memory.RATINGS] == [True] * 4
    page = send(shown, "again")
    assert "before two" in page and "2 cards left" in page
    send(shown, "turn")
    page = send(shown, "easy")
    assert "comes after" in page and "1 card left" in page
    send(shown, "turn")
    page = send(shown, "good")
    assert "3 cards reviewed. No card is due now." in page and shown.store.where in page
    kept = shown.store.state["cards"]
    assert {key: entry["reviews"] for key, entry in kept.items()} == {"99/one-more": 2, "99/one-less": 1}


def test_a_card_is_rated_only_when_turned():
    shown = cards_face.CardsFace(BANK.cards, store.Store.open())
    assert "comes after" in send(shown, "good") and shown.store.state["cards"] == {}


def test_cards_not_due_can_be_gone_through_anyway():
    kept = store.Store.open()
    for card in BANK.cards:
        memory.review(card, "easy", kept)
    shown = cards_face.CardsFace(BANK.cards, kept)
    assert "No card is due now." in shown.frame.page.value
    assert "2 cards left" in send(shown, "all")


def test_an_error_is_shown_and_the_card_stays(monkeypatch):
    def fails(*_):
        raise RuntimeError("no scheduler")

    shown = cards_face.CardsFace(BANK.cards, store.Store.open())
    send(shown, "turn")
    monkeypatch.setattr(memory, "review", fails)
    assert "RuntimeError: no scheduler" in send(shown, "good", fails=True)
    monkeypatch.undo()
    assert "1 card left" in send(shown, "good")


def test_cards_of_a_lesson_and_of_all_lessons_read(monkeypatch):
    bundles, pages = [], []
    real = cards_face.CardsFace
    monkeypatch.setattr(frame, "display", lambda bundle, raw: bundles.append(bundle))
    monkeypatch.setattr(cards_face, "CardsFace", lambda *given: pages.append(real(*given)) or pages[-1])
    monkeypatch.setattr(bank, "lessons", lambda: ("99",))
    monkeypatch.setattr(bank, "load", lambda lesson: {"99": BANK}[lesson])
    assert quizzes.cards("99") is None
    quizzes.cards()
    quizzes.quiz("99")  # now the lesson is read
    quizzes.cards()
    assert [face.frame.page.value.count("2 cards left") for face in pages] == [1, 0, 1]
    assert "No lesson is read yet" in pages[1].frame.page.value
    lesson, before, _, after = [bundle["text/html"] for bundle in bundles if "text/html" in bundle]
    assert before == after  # whatever is due
    assert "<summary>" in lesson and "because counting" in lesson
