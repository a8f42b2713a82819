"""Exercises: `check`, `hint` and `progress` as plain functions. Lesson 00 shows how to use them.

Each lesson has a module here, `lesson_01` and so on, that holds its checks and hints beside each other:

    from utils.exercises.lesson_01 import check, hint, progress

What is solved, with how many tries and hints, goes to the learner's progress.
"""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from utils.quiz.store import Store

LEVELS = ("nudge", "where to look", "nearly there")


class Wrong(Exception):
    """Raised by a check: the answer is wrong. The message says why, and does not give the answer away."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its title, three hints, and a check that returns praise or raises `Wrong`."""

    title: str
    hints: tuple[str, str, str]
    check: Callable[[object], str]


class Lesson:
    """The exercises of a lesson, such as "01". `check`, `hint` and `progress` are its three plain functions."""

    def __init__(self, number: str):
        self.number = number
        self.exercises: dict[int, Exercise] = {}
        self.solved: set[int] = set()  # what the store could not take
        self.notice = ""  # of the store, told once

    def exercise(self, number: int, title: str, hints: tuple[str, str, str]):
        """Register the decorated function as the check of exercise `number`."""

        def register(function: Callable[[object], str]):
            self.exercises[number] = Exercise(title, hints, function)
            return function

        return register

    def check(self, number: int, answer=...) -> None:
        """Print whether `answer` solves exercise `number`, and why not. Never raises for a wrong answer."""
        exercise = self._find(number)
        if exercise is None:
            return
        solved = False
        if answer is ... or _is_stub(answer):
            _say(f"[  ] {number} {exercise.title}: not answered yet. Replace the ... and run the cell again.")
            return
        try:
            praise = exercise.check(_plain(answer))
        except Wrong as why:
            _say(f"[NO] {number} {exercise.title}: {why}")
        except Exception as error:  # the answer itself broke: a learner needs the sentence, not our traceback
            _say(f"[NO] {number} {exercise.title}: your answer stopped with {type(error).__name__}: {error}")
        else:
            solved = True
            _say(f"[OK] {number} {exercise.title}: {praise}")
        self._record(number, solved, tries=1)

    def hint(self, number: int, level: int = 1) -> None:
        """Print hint 1 (a nudge), 2 (where to look) or 3 (nearly there) of exercise `number`."""
        exercise = self._find(number)
        if exercise is None:
            return
        if level not in (1, 2, 3):
            _say(f"There are three hints: hint({number}, 1), hint({number}, 2) and hint({number}, 3).")
            return
        more = f" (more: hint({number}, {level + 1}))" if level < 3 else ""
        _say(f"Hint {level} of 3, {LEVELS[level - 1]}: {exercise.hints[level - 1]}{more}")
        self._record(number, hints=level)

    def progress(self) -> None:
        """Print which exercises are solved, today or before."""
        kept = self._store(lambda store: store.state["exercises"]) or {}
        solved = {number for number in self.exercises if "solved" in kept.get(self._key(number), {})} | self.solved
        for number, exercise in self.exercises.items():
            print(f"[{'OK' if number in solved else '  '}] {number} {exercise.title}")
        print(f"{len(solved)} of {len(self.exercises)} solved.")

    def _record(self, number: int, solved: bool = False, tries: int = 0, hints: int = 0) -> None:
        """Keep a try or a hint. What was solved once needs no more: people run their cells again."""

        def record(store):
            if "solved" not in store.state["exercises"].get(self._key(number), {}):
                store.record_exercise(self._key(number), solved, tries, hints)
            return True

        if not self._store(record) and solved:
            self.solved.add(number)

    def _store(self, use: Callable[[Store], object]):
        """What `use` makes of the store, or None: a store that breaks must not break an exercise."""
        try:
            store = Store.open()
            result, notice = use(store), store.notice
        except Exception as error:
            result, notice = None, f"Your progress is not kept: the store stopped with {type(error).__name__}: {error}"
        if notice and notice != self.notice:
            _say(notice)
        self.notice = notice
        return result

    def _key(self, number: int) -> str:
        return f"{self.number}/{number}"

    def _find(self, number: int) -> Exercise | None:
        if number not in self.exercises:
            _say(f"There is no exercise {number!r} here. The numbers are {', '.join(map(str, self.exercises))}.")
        return self.exercises.get(number)


def _plain(answer):
    """One number of NumPy, pandas or PyTorch as Python's own; anything else as it is."""
    return answer.item() if getattr(answer, "ndim", None) == 0 else answer


def _is_stub(answer) -> bool:
    """Is this a function whose body is still `...`? It compiles to the same as one that does nothing."""

    def bare(): ...

    def documented():
        "A docstring comes first among the constants."

    code = getattr(answer, "__code__", None)
    does_nothing = code and code.co_code in (bare.__code__.co_code, documented.__code__.co_code)
    return bool(does_nothing) and set(code.co_consts) <= {None, ..., answer.__doc__}


def _say(text: str) -> None:
    """Print wrapped to the width of a notebook on a laptop, which would cut words in two."""
    print(textwrap.fill(text, 94, subsequent_indent="     ", break_long_words=False, break_on_hyphens=False))
