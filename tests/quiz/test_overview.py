"""`progress()` tells the truth about what is done, in words too, and names the next step."""

import base64
import importlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from utils.quiz import bank, codes, memory, overview, progress, store
from utils.quiz.overview import Field, advice, exercise_count
from utils.quiz.store import ProgressError, Store

WHEN = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(store, "MEMORY", {})
    return Store.open()


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def do(kept, lesson, exercises=True):
    """Do all of a lesson."""
    everything = bank.load(lesson)
    kept.record_read(lesson)
    for question in everything.questions:
        kept.record_question(question.key, True, 1, 0, ["right"])
    for card in everything.cards:
        memory.review(card, "good", kept, WHEN)
    for number in range(exercise_count(lesson)):
        kept.record_exercise(f"{lesson}/{number + 1}", True, 1, 0)


def said(capsys):
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("lesson", bank.lessons())
def test_exercises_are_counted_as_the_exercises_themselves_count(lesson):
    try:
        module = importlib.import_module(f"utils.exercises.lesson_{lesson}")
    except ModuleNotFoundError:
        assert exercise_count(lesson) == 0
    else:
        assert exercise_count(lesson) == len(module.lesson.exercises) > 0


def test_the_map_has_every_lesson_and_every_number(kept, shown, capsys):
    first = bank.load("01").questions[0]
    kept.record_read("01")
    kept.record_question(first.key, False, 1, 2, ["no"])
    kept.record_question(first.key, True, 2, 2, ["yes"])
    kept.record_exercise("01/1", True, 3, 1)
    kept.record_exercise("01/2", False, 1, 0)
    memory.review(bank.load("01").cards[0], "again", kept, WHEN)
    progress()
    alt = shown[0]["text/plain"]
    for lesson in bank.lessons():
        assert f"{lesson} {bank.load(lesson).title}: read " in alt
    questions, cards = len(bank.load("01").questions), len(bank.load("01").cards)
    today = datetime.now().astimezone()
    assert f"read yes, {today:%Y-%m-%d}; quiz 1 of {questions} right, 2 tries, 2 hints; " in alt
    assert f"exercises 2 of {exercise_count('01')} solved" not in alt
    assert (
        f"exercises 1 of {exercise_count('01')} solved, 4 tries, 1 hint; cards 1 of {cards} seen, 1 due again." in alt
    )
    assert "exercises none" in alt  # lesson 00 has none
    picture = base64.b64decode(re.search('base64,([^"]+)"', shown[0]["text/html"])[1])
    assert 5_000 < len(picture) < 60_000
    assert kept.where in said(capsys)


def test_nothing_done_is_said_kindly_and_leads_to_the_first_lesson(kept, shown, capsys):
    progress()
    told = said(capsys)
    assert "everybody starts like that" in told and "Next: read lesson 00" in told
    assert "notebooks/00_start_here.ipynb" in told


def test_the_next_step_goes_through_a_lesson_and_then_to_the_next(kept):
    def step():
        return advice(overview.rows(kept, WHEN), 0)

    assert "Next: read lesson 00" in step()
    kept.record_read("00")
    assert "Next: the quiz of lesson 00" in step() and "on your way" in step()
    for question in bank.load("00").questions:
        kept.record_question(question.key, True, 1, 0, [])
    assert "Next: the recall cards of lesson 00" in step()
    do(kept, "00")
    assert "Next: read lesson 01" in step() and f"1 of {len(bank.lessons())} lessons is done." in step()
    kept.record_read("01")
    for question in bank.load("01").questions[1:]:
        kept.record_question(question.key, True, 1, 0, [])
    assert 'the quiz of lesson 01, 1 of its questions to get right: quiz("01").' in step()
    kept.record_question(bank.load("01").questions[0].key, True, 1, 0, [])
    assert f"the exercises of lesson 01, {exercise_count('01')} to solve: exercises/01_loading_models.ipynb." in step()
    for lesson in bank.lessons():
        do(kept, lesson)
    assert (
        f"{len(bank.lessons())} of {len(bank.lessons())} lessons are done." in step()
        and "you have done it all" in step()
    )


def test_cards_that_have_come_back_are_told(kept):
    do(kept, "00")
    assert overview.due_again(kept, WHEN) == 0
    due = overview.due_again(kept, WHEN + timedelta(days=1))
    assert due == len(bank.load("00").cards)
    assert f"{due} recall cards have come back: cards()" in advice([], due)
    assert "1 recall card has come back" in advice([], 1)


def test_a_field_without_anything_in_it_does_not_keep_a_lesson_open():
    done = {
        "read": Field(1, 1, "yes"),
        "quiz": Field(9, 9, ""),
        "exercises": Field(0, 0, "none"),
        "cards": Field(4, 4, ""),
    }
    assert "1 of 1 lessons is done." in advice([(bank.load("00"), done)], 0)


def test_the_code_is_of_this_learner(kept):
    do(kept, "00")
    banks = overview.banks()
    report = codes.decode(progress.code("Ada"), banks)
    assert report.name == "Ada" and report.lessons["00"] == codes.report(kept.state, banks[0])
    assert all(outcome.at_once for outcome in report.lessons["00"].outcomes.values())
    assert codes.decode(progress.code(), banks).name == ""


def test_reset_asks_first_and_tells_of_the_backup(kept, capsys, tmp_path):
    kept.record_read("00")
    progress.reset()
    assert "Nothing was changed" in said(capsys) and kept.state["read"]
    progress.reset(sure=True)
    (backup,) = tmp_path.glob("progress.backup-*.json")
    assert backup.name in capsys.readouterr().out.replace("\n", "") and not kept.state["read"]
    progress.import_from(backup)
    assert "now part of yours" in said(capsys) and kept.state["read"]


def test_export_and_import(kept, capsys, tmp_path, monkeypatch):
    kept.record_read("00")
    progress.export_to(tmp_path / "copy.json")
    assert "copy.json" in capsys.readouterr().out.replace("\n", "")
    with pytest.raises(ProgressError, match="exists already"):
        progress.export_to(tmp_path / "copy.json")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "another.json"))
    progress.import_from(tmp_path / "copy.json")
    assert Store.open().state == kept.state


def test_a_damaged_file_is_reported_with_the_map(kept, shown, capsys, tmp_path):
    (tmp_path / "progress.json").write_text("{")
    progress()
    assert len(shown) == 1 and "was damaged" in said(capsys)


def test_progress_by_itself_says_how_to_use_it():
    assert repr(progress).startswith("progress() ")
