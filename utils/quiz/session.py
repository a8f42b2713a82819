"""One run through some questions: order, tries, hints, time, summary. No widgets. Lesson 00 introduces quizzes."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from utils.quiz.bank import Bank, Question
from utils.quiz.grading import Verdict, grade
from utils.quiz.rules import TYPED

TRIES = 3
MASTERY = {"easy": 4, "medium": 3, "hard": 3}


@dataclass
class Result:
    """What happened with one question so far."""

    question: Question
    right: bool = False
    tries: int = 0
    hints: int = 0

    @property
    def at_once(self) -> bool:
        """Right at the first try."""
        return self.right and self.tries == 1


@dataclass(frozen=True)
class Summary:
    """A finished run: one result a question, and the (lesson, section) pairs to reread, each once."""

    results: tuple[Result, ...]
    reread: tuple[tuple[str, str], ...]

    @property
    def right_at_once(self) -> int:
        """How many questions were right at the first try."""
        return sum(result.at_once for result in self.results)


class Session:
    """One run through `questions`.

    `seed` fixes the order in which options are shown. `record(key, right, tries, hints, chosen)` is called after
    each try. `seconds` is the time for the whole run, None for as long as it takes. `tries` is how often a
    learner may answer one question. `clock` gives seconds, for tests.
    """

    def __init__(
        self,
        questions: Iterable[Question],
        seed: int = 0,
        record: Callable[[str, bool, int, int, tuple[str, ...]], object] | None = None,
        seconds: float | None = None,
        tries: int = TRIES,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.results = [Result(question) for question in questions]
        self.seed, self.record, self.tries = seed, record, tries
        self.position = 0
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds

    @property
    def total(self) -> int:
        """How many questions there are."""
        return len(self.results)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the time is over, at least 0; None without a timer."""
        return None if self._end is None else max(0.0, self._end - self._clock())

    @property
    def finished(self) -> bool:
        """All questions are behind us, or the time is over."""
        return self.position >= self.total or self.seconds_left == 0

    @property
    def result(self) -> Result | None:
        """What happened with the current question so far; None after the last."""
        return self.results[self.position] if self.position < self.total else None

    @property
    def current(self) -> Question | None:
        """The question that is on; None after the last. When the time is over it stays, and `finished` is True."""
        return self.result and self.result.question

    @property
    def option_order(self) -> list[int]:
        """Indices into the current question's options, in the order to show them: fixed by seed and question."""
        question = self._open().question
        order = list(range(len(question.options)))
        if question.kind in TYPED:
            return order  # the learner types, nothing is shown
        random.Random(f"{self.seed} {question.key}").shuffle(order)
        if question.kind == "order" and order == sorted(order):
            order.append(order.pop(0))  # the right order must not be the one shown
        return order

    @property
    def hints_shown(self) -> int:
        """How many hints of the current question were shown."""
        return self._open().hints

    def hint(self) -> str | None:
        """The next of three hints, or None after the third."""
        result = self._in_time()
        if result.hints == len(result.question.hints):
            return None
        result.hints += 1
        return result.question.hints[result.hints - 1]

    @property
    def answered(self) -> bool:
        """The current question is done: right, or no try is left."""
        result = self._open()
        return result.right or result.tries >= self.tries

    def answer(self, response) -> Verdict:
        """Grade one try and record it. Raises ValueError, with a sentence, for what is no answer: that is no try."""
        result = self._in_time()
        if self.answered:
            raise ValueError("This question is done. Go on to the next one.")
        verdict = grade(result.question, response)
        result.tries += 1
        result.right = verdict.right
        if self.record:
            self.record(result.question.key, verdict.right, result.tries, result.hints, verdict.chosen)
        return verdict

    def next(self) -> None:
        """Go on to the next question, whether this one is answered or not."""
        if not self.finished:
            self.position += 1

    def summary(self) -> Summary:
        """What happened so far, and what to reread: the sections of all questions not right at the first try."""
        sections = [(r.question.lesson, r.question.section) for r in self.results if not r.at_once]
        return Summary(tuple(self.results), tuple(dict.fromkeys(sections)))

    def retry(self) -> "Session":
        """A new run, without a timer, through the questions that were not right at the first try."""
        again = [result.question for result in self.results if not result.at_once]
        return Session(again, self.seed + 1, self.record)

    def _open(self) -> Result:
        if self.result is None:
            raise ValueError("There is no question left.")
        return self.result

    def _in_time(self) -> Result:
        if self.result and self.finished:
            raise ValueError("The time is over.")
        return self._open()


def mastery(banks: Iterable[Bank], finished_lessons: Sequence[str], seed: int) -> list[Question]:
    """A mastery test: 4 easy, 3 medium and 3 hard questions of the finished lessons, drawn by seed, easy ones first.

    Raises ValueError, with a sentence for the learner, if no lesson is finished or there are too few questions.
    """
    if not finished_lessons:
        raise ValueError("The test asks about finished lessons, and you have none yet. Do the quiz of a lesson first.")
    questions = [question for bank in banks if bank.lesson in finished_lessons for question in bank.questions]
    draw, drawn = random.Random(seed), []
    for difficulty, number in MASTERY.items():
        choice = [question for question in questions if question.difficulty == difficulty]
        if len(choice) < number:
            lessons = ", ".join(sorted(finished_lessons))
            raise ValueError(
                f"The test needs {number} {difficulty} questions, and there are {len(choice)} in what you have "
                f"finished ({lessons}). Finish another lesson first."
            )
        drawn += draw.sample(choice, number)
    return drawn
