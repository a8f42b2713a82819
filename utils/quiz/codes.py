"""A learner's progress as a short line, to paste into a workshop's chat. Lesson 00 introduces it.

Such as `PROGRESS1/Ada/` and then letters: for each lesson whether it is read, how many exercises are solved and cards
seen, and for each question one of sixteen outcomes. Nothing that was typed is in it, and no name but the one given.
"""

import base64
import contextlib
import hashlib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from utils.quiz.bank import Bank, Question
from utils.quiz.grading import grade
from utils.quiz.rules import TYPED

PREFIX = "PROGRESS1"
CODE = re.compile(PREFIX + r"/(?:(?P<name>[^\s/]+)/)?(?P<data>[A-Za-z0-9+-]+)")
LONGEST_NAME = 24
OTHER = 6  # for a first wrong answer that is none of a question's first six options


class CodeError(ValueError):
    """The line is no whole code of this version of the course; the message says what to do."""


@dataclass(frozen=True)
class Outcome:
    """How a learner fared with one question. `wrong` is the first wrong option's index, OTHER, or None for none."""

    tried: bool = False
    solved: bool = False
    wrong: int | None = None

    @property
    def at_once(self) -> bool:
        """Was the first answer right?"""
        return self.solved and self.wrong is None


@dataclass(frozen=True)
class LessonReport:
    """How far a learner is in one lesson: exercises solved, cards seen, and the outcome of each question by its key."""

    read: bool
    exercises: int
    cards: int
    outcomes: dict[str, Outcome]


@dataclass(frozen=True)
class Report:
    """What one code says."""

    name: str
    lessons: dict[str, LessonReport]


# One hexadecimal digit a question: not tried, right at once, then right later or not yet by the first wrong option.
OUTCOMES = (
    Outcome(),
    Outcome(tried=True, solved=True),
    *(Outcome(True, True, wrong) for wrong in range(OTHER + 1)),
    *(Outcome(True, False, wrong) for wrong in range(OTHER + 1)),
)


def encode(state: dict, banks: Sequence[Bank], name: str = "") -> str:
    """The code of a `Store.state`: about 200 characters for twelve lessons of twelve questions, and a name.

    Of the name at most 24 characters are used, without slashes and with hyphens for spaces.
    """
    digits = "".join(_digits(report(state, bank)) for bank in banks)
    return _line(_version(banks) + bytes.fromhex(digits + "0" * (len(digits) % 2)), _clean(name))


def decode(code: str, banks: Sequence[Bank]) -> Report:
    """What a code says. Raises CodeError where it is damaged, or made with other questions than `banks`."""
    match = CODE.fullmatch(code)
    if not match:
        raise CodeError(f"a whole code starts with {PREFIX}/. Ask for it again.")
    name, content = match["name"] or "", _bytes(match["data"])[:-4]
    if _line(content, _clean(name)) != code:
        raise CodeError("its check sum does not fit: something is missing or changed. Ask for it again.")
    if content[:3] != _version(banks):
        raise CodeError("it was made with other questions. Learner and reader need the same version of the course.")
    digits, lessons = content[3:].hex(), {}
    for bank in banks:
        end = 5 + len(bank.questions)
        found = (OUTCOMES[int(digit, 16)] for digit in digits[5:end])
        outcomes = {question.key: outcome for question, outcome in zip(bank.questions, found, strict=True)}
        read, exercises, cards = digits[0] == "1", int(digits[1:3], 16), int(digits[3:5], 16)
        lessons[bank.lesson] = LessonReport(read, exercises, cards, outcomes)
        digits = digits[end:]
    return Report(name, lessons)


def report(state: dict, bank: Bank) -> LessonReport:
    """How far the learner with this `Store.state` is in one lesson."""
    exercises = [entry for key, entry in state["exercises"].items() if key.startswith(f"{bank.lesson}/")]
    answers = state["questions"]
    return LessonReport(
        read=bank.lesson in state["read"],
        exercises=sum("solved" in entry for entry in exercises),
        cards=sum(card.key in state["cards"] for card in bank.cards),
        outcomes={question.key: _outcome(answers.get(question.key, {}), question) for question in bank.questions},
    )


def _outcome(entry: dict, question: Question) -> Outcome:
    if "first" not in entry:
        return Outcome()
    if entry["first"][1]:
        return Outcome(tried=True, solved=True)
    return Outcome(True, "solved" in entry, _wrong_option(question, entry.get("wrong", [])[1:]))


def _wrong_option(question: Question, chosen: list[str]) -> int:
    """The index of the wrong option that was chosen, or that the typed answer was taken for; else OTHER."""
    heard = ()
    if chosen and question.kind in TYPED:
        with contextlib.suppress(ValueError):
            heard = grade(question, chosen[0]).feedback
    for index, option in enumerate(question.options[:OTHER]):
        if not option.right and (option.text in chosen or option.feedback in heard):
            return index
    return OTHER


def _digits(lesson: LessonReport) -> str:
    counts = f"{lesson.read:x}{min(lesson.exercises, 255):02x}{min(lesson.cards, 255):02x}"
    return counts + "".join(f"{OUTCOMES.index(outcome):x}" for outcome in lesson.outcomes.values())


def _version(banks: Sequence[Bank]) -> bytes:
    """Three bytes that change with the questions: they say what the digits of a code mean."""
    questions = [question for bank in banks for question in bank.questions]
    meaning = [(question.key, [(option.text, option.right) for option in question.options]) for question in questions]
    return hashlib.sha256(repr(meaning).encode()).digest()[:3]


def _clean(name: str) -> str:
    """A name in the one spelling that a code has: chats may change how accents are encoded."""
    words = unicodedata.normalize("NFC", name).replace("/", " ").split()
    return "".join(letter for letter in "-".join(words) if letter.isprintable())[:LONGEST_NAME]


def _line(content: bytes, name: str) -> str:
    check = zlib.crc32(f"{name}/".encode() + content).to_bytes(4, "big")
    data = base64.b64encode(content + check, altchars=b"+-").decode().rstrip("=")  # no letter that a chat makes bold
    return "/".join(filter(None, (PREFIX, name, data)))


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), altchars=b"+-")
    except ValueError:  # one letter too many or too few
        return b""
