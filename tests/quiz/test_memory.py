"""Recall cards come back when they should, and the same answers always give the same dates."""

import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from utils.quiz import memory, store
from utils.quiz.bank import Card
from utils.quiz.store import Store

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CARDS = [Card(id, "01", f"front of {id}", f"back of {id}") for id in ("report", "guard", "sizes")]
REPORT, GUARD, SIZES = CARDS


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(store, "MEMORY", {})
    return Store.open()


def test_new_cards_are_due_in_their_order(kept):
    assert memory.due(CARDS, kept, NOON) == CARDS
    assert memory.due(CARDS, kept) == CARDS


def test_a_better_rating_waits_longer(kept):
    waits = []
    for rating in memory.RATINGS:
        card = Card(rating, "01", "", "")
        waits.append(memory.review(card, rating, kept, NOON) - NOON)
    assert waits == sorted(waits) and waits[0] == timedelta(minutes=1) and waits[-1] >= timedelta(days=5)


def test_a_card_comes_back_when_it_is_due_and_not_before(kept):
    again = memory.review(REPORT, "good", kept, NOON)
    assert memory.due(CARDS, kept, again - timedelta(seconds=1)) == [GUARD, SIZES]
    assert memory.due(CARDS, kept, again) == [REPORT, GUARD, SIZES]


def test_the_longest_overdue_card_comes_first(kept):
    memory.review(REPORT, "easy", kept, NOON)
    memory.review(GUARD, "again", kept, NOON)
    assert memory.due(CARDS, kept, NOON + timedelta(days=60)) == [GUARD, REPORT, SIZES]


def test_what_is_known_well_waits_longer_each_time_also_in_a_new_session(kept):
    now, waits = NOON, []
    for _ in range(5):
        again = memory.review(REPORT, "good", Store.open(), now)
        waits.append(again - now)
        now = again
    assert waits == sorted(set(waits)) and waits[-1] > timedelta(days=20)
    assert kept.state["cards"]["01/report"]["reviews"] == 5
    assert memory.review(REPORT, "again", kept, now) - now < timedelta(hours=1)


def test_the_same_answers_give_the_same_dates(kept):
    now = NOON
    for rating in ("good", "good", "good", "hard", "good"):
        dates = {memory.review(card, rating, kept, now) for card in CARDS}
        assert len(dates) == 1
        now = dates.pop()


def test_any_time_zone_will_do(kept):
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert memory.review(REPORT, "good", kept, there) == memory.review(GUARD, "good", kept, NOON)
    assert memory.due([REPORT], kept, there) == []


def test_an_unknown_rating_names_the_known_ones(kept):
    with pytest.raises(ValueError, match="again, hard, good, easy"):
        memory.review(REPORT, "great", kept, NOON)
    assert kept.state["cards"] == {}


@pytest.mark.parametrize("state", [{}, {"due": 5}, {"due": "soon"}, {"due": NOON.isoformat()}])
def test_a_state_that_fsrs_cannot_read_starts_the_card_anew(kept, state):
    kept.record_card(REPORT.key, state)
    assert REPORT in memory.due(CARDS, kept, NOON)
    assert memory.review(REPORT, "again", kept, NOON) == NOON + timedelta(minutes=1)


def test_without_the_package_a_sentence_says_how_to_get_it(kept, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsrs", None)
    assert memory.due(CARDS, kept, NOON) == CARDS
    with pytest.raises(ModuleNotFoundError, match="Run %pip install fsrs"):
        memory.review(REPORT, "good", kept, NOON)
