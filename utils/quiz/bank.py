"""The question bank: a lesson's questions and recall cards, read from questions/NN.yaml. Lesson 00 introduces it.

questions/README.md shows what an author writes. `load` checks a file before anybody sees it and names every fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from utils.quiz import rules, yaml_lines

QUESTIONS = Path(__file__).parent / "questions"
KINDS = ("single", "several", "predict", "blank", "order", "numeric")
DIFFICULTIES = ("easy", "medium", "hard")


class BankError(ValueError):
    """A file of questions has faults. The message names each with its file, line and fix."""


class Keyed:
    """What has an id within its lesson."""

    @property
    def key(self) -> str:
        """Its name in the whole course, such as `01/load-report`."""
        return f"{self.lesson}/{self.id}"


@dataclass(frozen=True)
class Option:
    """One answer to choose or to foresee. `value` is what the proof looks at where that is not the text."""

    text: str
    feedback: str
    right: bool
    value: object = None


@dataclass(frozen=True)
class Question(Keyed):
    """One question. All kinds have this shape:

    * single, predict (`code` given): the options are to choose from, one is right; several: some are right.
    * order: the options are the items in the right order, all `right`; show them in another.
    * blank, numeric: the options are the answers foreseen, right and wrong; what matches none gets `otherwise`.
      A number counts as an option's if it is at most `tolerance` away.
    """

    id: str
    lesson: str
    difficulty: str
    kind: str
    stem: str
    options: tuple[Option, ...]
    hints: tuple[str, str, str]
    steps: tuple[str, ...]
    mistake: str
    section: str
    code: str = ""
    proof: str = ""
    source: str = ""
    tolerance: float = 0.0
    otherwise: str = ""


@dataclass(frozen=True)
class Card(Keyed):
    """One recall card: a front to answer from memory, and its back."""

    id: str
    lesson: str
    front: str
    back: str
    proof: str = ""
    source: str = ""


@dataclass(frozen=True)
class Bank:
    """The questions and cards of one lesson. `notebook` is the lesson's file name without `.ipynb`."""

    lesson: str
    title: str
    notebook: str
    questions: tuple[Question, ...]
    cards: tuple[Card, ...]


def lessons() -> tuple[str, ...]:
    """The lessons that have a bank, such as `("00", "01")`."""
    return tuple(sorted(path.stem for path in QUESTIONS.glob("[0-9][0-9].yaml")))


def load(lesson: str) -> Bank:
    """The bank of a lesson, such as `"01"`.

    Raises ValueError for a lesson that has none, and BankError, with every fault, for a faulty file.
    """
    if lesson not in lessons():
        raise ValueError(f"There is no quiz for lesson {lesson!r}. The lessons with a quiz: {', '.join(lessons())}.")
    return read(QUESTIONS / f"{lesson}.yaml")


def load_all(wanted: Iterable[str]) -> list[Bank]:
    """The banks of those lessons in `wanted` that have one, in the order of the lessons."""
    names = set(wanted)
    return [load(lesson) for lesson in lessons() if lesson in names]


def read(path: Path) -> Bank:
    """The bank in the file at `path`. Raises BankError, which lists every fault."""
    try:
        data, line_of = yaml_lines.read(path)
    except yaml_lines.Unreadable as error:
        raise BankError(f"{path.name}, line {error.line}: {error}") from None
    found = list(rules.faults(data, path.stem))
    if found:
        raise BankError("\n".join(_sentence(fault, data, path.name, line_of(fault.path)) for fault in found))
    lesson = data["lesson"]
    questions = tuple(_question(fields, lesson) for fields in data["questions"])
    cards = tuple(Card(lesson=lesson, **_plain(fields)) for fields in data["cards"])
    return Bank(lesson, data["title"].strip(), data["notebook"], questions, cards)


def _sentence(fault, data, file: str, line: int) -> str:
    where = f"{file}, line {line}"
    path = fault.path
    if len(path) > 1 and path[0] in ("questions", "cards"):
        item = data[path[0]][path[1]]
        name = item.get("id") if isinstance(item, dict) else None
        where += f", {path[0].removesuffix('s')} {name or path[1] + 1}"
        path = path[2:]
    if path:
        where += f", field {' '.join(str(part + 1) if isinstance(part, int) else part for part in path)}"
    return f"{where}: {fault.sentence} Fix: {fault.fix}"


def _question(fields: dict, lesson: str) -> Question:
    in_order = fields["kind"] == "order"  # then every item is right, at its place
    options = tuple(
        Option(str(option["text"]).strip(), option["feedback"].strip(), option.get("right", in_order), _value(option))
        for option in fields["options"]
    )
    return Question(lesson=lesson, **{**_plain(fields), "options": options})


def _value(option: dict) -> object:
    """A number stands for itself; a text may name another value for the proof."""
    text = option["text"]
    return option.get("value", None if isinstance(text, str) else text)


def _plain(fields: dict) -> dict:
    """Texts without the line ends that YAML's blocks add, and lists as tuples."""
    plain = {}
    for name, value in fields.items():
        if isinstance(value, str):
            value = value.strip()
        elif isinstance(value, list) and name != "options":
            value = tuple(text.strip() for text in value)
        plain[name] = value
    return plain
