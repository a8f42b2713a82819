"""The exercise functions themselves: what a learner sees for each kind of answer, and that nothing ever escapes."""

import importlib
import pkgutil

import pytest

import utils.exercises
from utils.exercises import Lesson, Wrong

LESSONS = [name for _, name, _ in pkgutil.iter_modules(utils.exercises.__path__) if name.startswith("lesson_")]


@pytest.fixture
def lesson():
    lesson = Lesson()

    @lesson.exercise(1, "Double", ("think", "look", "2 * 21"))
    def double(answer):
        if answer == 42:
            return "twice as much."
        if answer == 21:
            raise Wrong("that is once.")
        return str(answer + 1 / 0)

    return lesson


def test_right_answer_is_praised_and_counted(lesson, capsys):
    lesson.check(1, 42)
    assert capsys.readouterr().out == "[OK] 1 Double: twice as much.\n"
    lesson.progress()
    assert capsys.readouterr().out == "[OK] 1 Double\n1 of 1 solved.\n"


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
    lesson = Lesson()
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
