"""The exercise functions themselves: what a learner sees for each kind of answer, and that nothing ever escapes."""

import importlib
import pkgutil
from dataclasses import replace

import numpy as np
import pytest
import torch

import utils.exercises
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import shown
from utils.quiz import store
from utils.quiz.store import Store

LESSONS = [name for _, name, _ in pkgutil.iter_modules(utils.exercises.__path__) if name.startswith("lesson_")]


@pytest.fixture(autouse=True)
def own_progress(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.setattr(store, "MEMORY", {})


def new_kernel() -> Lesson:
    """A lesson as after a restart: nothing but the store knows what was before."""
    lesson = Lesson("98")

    @lesson.exercise(1, "Double", ("think", "look", "2 * 21"))
    def double(answer):
        if answer == 42:
            return "twice as much."
        if answer == 21:
            raise Wrong("that is once.")
        return str(answer + 1 / 0)

    return lesson


@pytest.fixture
def lesson():
    return new_kernel()


def test_right_answer_is_praised_and_counted(lesson, capsys):
    lesson.check(1, 42)
    assert capsys.readouterr().out == "[OK] 1 Double: twice as much.\n"
    lesson.progress()
    assert capsys.readouterr().out == "[OK] 1 Double\n1 of 1 solved.\n"


@pytest.mark.parametrize("kind", [np.int64, np.float32, np.array, torch.tensor])
def test_one_number_of_another_library_is_a_number(lesson, capsys, kind):
    """As `(lengths > 20).sum()` gives it: near, shown and comparisons need not know."""
    lesson.exercises[1] = replace(lesson.exercises[1], check=lambda answer: f"{type(answer).__name__} {shown(answer)}")
    lesson.check(1, kind(42))
    assert capsys.readouterr().out in ("[OK] 1 Double: int 42\n", "[OK] 1 Double: float 42\n")


def test_several_numbers_stay_as_they_are(lesson, capsys):
    lesson.exercises[1] = replace(lesson.exercises[1], check=lambda answer: type(answer).__name__)
    lesson.check(1, torch.tensor([42]))
    assert capsys.readouterr().out == "[OK] 1 Double: Tensor\n"


def test_wrong_answer_is_explained_and_not_counted(lesson, capsys):
    lesson.check(1, 21)
    assert capsys.readouterr().out == "[NO] 1 Double: that is once.\n"
    lesson.progress()
    assert "0 of 1 solved." in capsys.readouterr().out


def test_untouched_stub_is_not_wrong(lesson, capsys):
    lesson.check(1, ...)
    lesson.check(1)
    assert capsys.readouterr().out.count("not answered yet") == 2


def test_untouched_function_is_not_wrong(lesson, capsys):
    def stub(text, times=2):
        "What the learner shall write."
        ...

    for untouched in (stub, lambda text: ...):
        lesson.check(1, untouched)
        assert "not answered yet" in capsys.readouterr().out
    for written in (lambda text: text, lambda text: 42, lambda text: "What the learner shall write."):
        lesson.check(1, written)
        assert "your answer stopped with" in capsys.readouterr().out


def test_answer_that_breaks_the_check_gives_a_sentence_not_a_traceback(lesson, capsys):
    lesson.check(1, 7)
    assert capsys.readouterr().out == "[NO] 1 Double: your answer stopped with ZeroDivisionError: division by zero\n"


def test_long_messages_break_between_words(capsys):
    lesson = Lesson("98")
    lesson.exercise(1, "Long", ("word " * 60, "", ""))(str)
    lesson.hint(1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1 and max(map(len, lines)) <= 94
    assert set(" ".join(lines[1:]).split()) == {"word", "(more:", "hint(1,", "2))"}


@pytest.mark.parametrize("call", [lambda lesson: lesson.check(9, 1), lambda lesson: lesson.hint("one")])
def test_unknown_number_names_the_right_ones(lesson, capsys, call):
    call(lesson)
    assert "The numbers are 1." in capsys.readouterr().out


def test_three_levels_of_hints(lesson, capsys):
    for level, text in ((1, "think"), (2, "look"), (3, "2 * 21")):
        lesson.hint(1, level)
        assert f"Hint {level} of 3" in (out := capsys.readouterr().out) and text in out
    lesson.hint(1, 4)
    assert "There are three hints" in capsys.readouterr().out


@pytest.mark.parametrize("name", LESSONS)
def test_every_exercise_has_three_different_hints(name):
    exercises = importlib.import_module(f"utils.exercises.{name}").lesson.exercises
    assert len(exercises) >= 5
    assert list(exercises) == list(range(1, len(exercises) + 1))
    for exercise in exercises.values():
        assert len(set(exercise.hints)) == 3 and all(len(hint) > 20 for hint in exercise.hints)


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_knows_its_number(name):
    assert importlib.import_module(f"utils.exercises.{name}").lesson.number == name.removeprefix("lesson_")


# --- progress -----------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    return path


def test_what_is_solved_survives_the_kernel(file, lesson, capsys):
    lesson.check(1, 42)
    new_kernel().progress()
    assert capsys.readouterr().out.endswith("[OK] 1 Double\n1 of 1 solved.\n")


def test_tries_and_hints_are_counted_until_it_is_solved(file, lesson):
    lesson.check(1, ...)  # untouched: no try
    lesson.hint(1, 2)
    lesson.check(1, 21)
    lesson = new_kernel()
    lesson.check(1, "nonsense")
    lesson.hint(1, 1)
    assert "solved" not in Store.open().state["exercises"]["98/1"]
    lesson.check(1, 42)
    entry = Store.open().state["exercises"]["98/1"]
    assert (entry["tries"], entry["hints"]) == (3, 2) and entry["solved"] == entry["last"]
    for again in (21, 42):
        lesson.check(1, again)
    lesson.hint(1, 3)
    assert Store.open().state["exercises"]["98/1"] == entry


def test_off_looks_as_if_there_was_no_store(lesson, capsys):
    lesson.check(1, 42)
    lesson.progress()
    assert capsys.readouterr().out == "[OK] 1 Double: twice as much.\n[OK] 1 Double\n1 of 1 solved.\n"


def test_a_store_that_breaks_does_not_break_an_exercise(lesson, capsys, monkeypatch):
    def broken():
        raise RuntimeError("no store today")

    monkeypatch.setattr(Store, "open", broken)
    lesson.check(1, 21)
    lesson.check(1, 42)
    lesson.hint(1)
    lesson.progress()
    out = capsys.readouterr().out
    assert "[NO] 1 Double: that is once." in out and "[OK] 1 Double: twice as much." in out and "Hint 1 of 3" in out
    assert out.endswith("[OK] 1 Double\n1 of 1 solved.\n")
    assert out.count("no store today") == 1


def test_what_the_store_has_to_say_is_told_once(file, lesson, capsys):
    file.mkdir()  # a folder in its place
    for answer in (21, 42):
        lesson.check(1, answer)
    lesson.progress()
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("is a folder") == 1 and out.endswith("1 of 1 solved.")


def test_a_damaged_file_is_told_of(file, lesson, capsys):
    file.write_text("{")
    lesson.progress()
    assert "was damaged" in capsys.readouterr().out
