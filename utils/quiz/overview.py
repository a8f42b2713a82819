"""`progress`: the map of what a learner has done, the next step, and what can be done with it. Lesson 00."""

import os
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from utils import figures
from utils.quiz import bank as course
from utils.quiz import codes, memory
from utils.quiz.bank import Bank
from utils.quiz.store import Store

EXERCISES = Path(__file__).resolve().parents[1] / "exercises"


@dataclass(frozen=True)
class Field:
    """A field of the map: `done` of `total` (0: a lesson has none of this), and the words in it."""

    done: int
    total: int
    words: str

    @property
    def left(self) -> int:
        """How many are left to do."""
        return self.total - self.done


Rows = list[tuple[Bank, dict[str, Field]]]


def banks() -> list[Bank]:
    """The banks of all lessons that exist."""
    return course.load_all(course.lessons())


def exercise_count(lesson: str) -> int:
    """How many exercises a lesson has: counted in the source, since this room may not import that of the exercises."""
    source = EXERCISES / f"lesson_{lesson}.py"
    lines = source.read_text(encoding="utf-8").splitlines() if source.exists() else ()
    return sum(line.startswith("@lesson.exercise(") for line in lines)


def rows(store: Store, now: datetime) -> Rows:
    """Each lesson that exists, with its four fields: read, quiz, exercises, cards."""
    return [(bank, _fields(bank, store, now)) for bank in banks()]


def advice(lessons: Rows, due: int) -> str:
    """How far a learner is, and the next step. `due` is how many recall cards have come back."""
    complete = sum(not any(field.left for field in fields.values()) for _, fields in lessons)
    started = any(field.done for _, fields in lessons for field in fields.values())
    if complete:
        sentences = [f"{complete} of {len(lessons)} lessons {'is' if complete == 1 else 'are'} done."]
    elif started:
        sentences = ["You are on your way: no lesson is done as a whole yet."]
    else:
        sentences = ["Nothing is done yet, and everybody starts like that."]
    steps = (step for bank, fields in lessons for step in _steps(bank, fields))
    sentences.append(f"Next: {next(steps, 'nothing, you have done it all. Well done!')}")
    if due:
        sentences.append(f"{due} recall {'card has' if due == 1 else 'cards have'} come back: cards() shows them.")
    return " ".join(sentences)


def due_again(store: Store, now: datetime) -> int:
    """How many recall cards were seen before and are due again."""
    seen = store.state["cards"]
    return sum(card.key in seen for bank in banks() for card in memory.due(bank.cards, store, now))


class Progress:
    """What lessons call: `progress()`, and its four functions. All stays on the learner's machine."""

    def __repr__(self) -> str:
        return "progress() shows how far you are."

    def __call__(self) -> None:
        """Show the map of all lessons, the next step, and where progress is kept."""
        store, now = Store.open(), datetime.now(UTC)
        lessons = rows(store, now)
        named = {f"{bank.lesson} {bank.title}": fields for bank, fields in lessons}
        figures.progress_map(
            {name: {what: f.done / f.total for what, f in fields.items() if f.total} for name, fields in named.items()},
            {name: {what: f.words for what, f in fields.items()} for name, fields in named.items()},
        )
        _say(advice(lessons, due_again(store, now)))
        _say(store.where)
        _say(store.notice)

    def code(self, name: str = "") -> str:
        """Your progress as a short line for a workshop's chat. It holds no name but the one you give."""
        return codes.encode(Store.open().state, banks(), name)

    def reset(self, sure: bool = False) -> None:
        """Start from nothing: `progress.reset(sure=True)`. A backup is kept. Raises ProgressError if it cannot be."""
        if not sure:
            _say("Nothing was changed. To start from nothing, run progress.reset(sure=True). It keeps a backup.")
            return
        backup = Store.open().reset()
        kept = f" What was there is in {backup}, and progress.import_from brings it back." if backup else ""
        _say(f"Your progress is empty now.{kept}")

    def export_to(self, path: str | os.PathLike) -> None:
        """Write a copy of your progress to the new file `path`. Raises ProgressError where that cannot be."""
        _say(f"A copy of your progress is in {Store.open().export_to(path).absolute()}.")

    def import_from(self, path: str | os.PathLike) -> None:
        """Add the progress in the file `path` to yours; nothing of yours is lost. Raises ProgressError."""
        store = Store.open()
        store.import_from(path)
        _say(store.notice or f"The progress in {path} is now part of yours.")


progress = Progress()


# --- the words ----------------------------------------------------------------------------------------------


def _fields(bank: Bank, store: Store, now: datetime) -> dict[str, Field]:
    state = store.state
    done = codes.report(state, bank)
    read = "not yet"
    if done.read:
        read = f"yes\n{datetime.fromisoformat(state['read'][bank.lesson]['first']).astimezone():%Y-%m-%d}"
    solved = sum(outcome.solved for outcome in done.outcomes.values())
    answers = [state["questions"][key] for key in done.outcomes if key in state["questions"]]
    exercises = [entry for key, entry in state["exercises"].items() if key.startswith(f"{bank.lesson}/")]
    due = sum(card.key in state["cards"] for card in memory.due(bank.cards, store, now))
    return {
        "read": Field(int(done.read), 1, read),
        "quiz": _field(solved, len(bank.questions), "right", _effort(answers)),
        "exercises": _field(done.exercises, exercise_count(bank.lesson), "solved", _effort(exercises)),
        "cards": _field(done.cards, len(bank.cards), "seen", f"{due} due again" if due else ""),
    }


def _field(done: int, total: int, what: str, more: str) -> Field:
    if not total:
        return Field(0, 0, "none")
    return Field(done, total, f"{done} of {total} {what}" + (f"\n{more}" if more else ""))


def _effort(entries: Sequence[dict]) -> str:
    tries, hints = (sum(entry.get(name, 0) for entry in entries) for name in ("tries", "hints"))
    words = f"{tries} {'try' if tries == 1 else 'tries'}, {hints} {'hint' if hints == 1 else 'hints'}"
    return words if tries or hints else ""


def _steps(bank: Bank, fields: dict[str, Field]) -> Iterator[str]:
    """What is left to do in one lesson, in the order in which to do it."""
    lesson = f"lesson {bank.lesson}"
    if fields["read"].left:
        yield f"read {lesson}, {bank.title}: notebooks/{bank.notebook}.ipynb."
    if left := fields["quiz"].left:
        yield f'the quiz of {lesson}, {left} of its questions to get right: quiz("{bank.lesson}").'
    if left := fields["exercises"].left:
        yield f"the exercises of {lesson}, {left} to solve: exercises/{bank.notebook}.ipynb."
    if left := fields["cards"].left:
        yield f'the recall cards of {lesson}, {left} of them new to you: cards("{bank.lesson}").'


def _say(text: str) -> None:
    """Print wrapped to the width of a notebook on a laptop; an empty text prints nothing."""
    if text:
        print(textwrap.fill(text, 94, break_long_words=False, break_on_hyphens=False))
