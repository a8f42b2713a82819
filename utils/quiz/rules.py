"""What makes a question sound: the schema, and the rules that a schema cannot say. For authors, after lesson 00."""

import ast
import difflib
import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import fastjsonschema
import yaml

from utils.quiz import yaml_lines

SCHEMA = Path(__file__).parent / "questions" / "schema.yaml"
GAP = "____"
WIDEST_CODE = 88  # characters of a line that the quiz shows on a laptop
TYPED = ("blank", "numeric")  # kinds that the learner types
PROSE = ("title", "stem", "mistake", "otherwise", "front", "back")


class Fault(NamedTuple):
    """A fault: where in the data, what is wrong, and what to do."""

    path: tuple
    sentence: str
    fix: str


def faults(data: object, file_stem: str) -> Iterator[Fault]:
    """Every fault in the data of one file, called `file_stem`.yaml. The rules need data that the schema accepts."""
    found = list(_schema_faults(data))
    yield from found
    if found:
        return
    if data["lesson"] != file_stem:
        yield Fault(("lesson",), f"is {data['lesson']!r}.", f"write {file_stem!r}, as in the file's name.")
    yield from _markup((), data)
    yield from _ids(data)
    yield from _repeated_feedback(data["questions"])
    for number, question in enumerate(data["questions"]):
        for rule in (_keys, _typed, _code, _texts, _markup, _evidence):
            yield from rule(("questions", number), question)
    for number, card in enumerate(data["cards"]):
        for rule in (_markup, _evidence):
            yield from rule(("cards", number), card)


# --- the schema ---------------------------------------------------------------------------------------------


def _schema_faults(data: object) -> Iterator[Fault]:
    schema = yaml.load(SCHEMA.read_text(encoding="utf-8"), yaml_lines.Loader)
    try:
        fastjsonschema.compile(schema, detailed_exceptions=False)(data)
        return
    except fastjsonschema.JsonSchemaValueException:
        from jsonschema import Draft202012Validator  # tells every fault, but takes a second to import
    for error in sorted(Draft202012Validator(schema).iter_errors(data), key=lambda error: list(map(str, error.path))):
        yield from _explained(error)


def _explained(error) -> Iterator[Fault]:
    """One fault of jsonschema in an author's words."""
    path, value, rule = tuple(error.path), error.instance, error.schema
    fix = rule.get("description", "look at questions/README.md.")
    match error.validator:
        case "required":
            name = next(name for name in error.validator_value if f"'{name}' is a required" in error.message)
            advice = rule["properties"][name].get("description", f"add {name}, see questions/README.md.")
            yield Fault((*path, name), "is missing.", advice)
        case "additionalProperties":
            for name in value.keys() - rule["properties"].keys():
                near = difflib.get_close_matches(str(name), rule["properties"], 1)
                advice = (
                    f"did you mean {near[0]}?" if near else f"remove it. Known are {', '.join(rule['properties'])}."
                )
                yield Fault((*path, name), "is unknown.", advice)
        case "enum":
            yield Fault(path, f"is {value!r}.", fix)
        case "type":
            yield Fault(path, f"is {_what(value)}.", fix)
        case "minItems" | "maxItems":
            yield Fault(path, f"has {len(value)} {'entry' if len(value) == 1 else 'entries'}.", fix)
        case "minLength":
            yield Fault(path, f"says too little: {value!r}." if value.strip() else "is empty.", fix)
        case "pattern":
            yield Fault(path, f"is {value!r}." if value.strip() else "is empty.", fix)
        case _:
            yield Fault(path, f"{error.message}.", fix)


def _what(value: object) -> str:
    names = {bool: "yes or no (true, false)", int: "a number", float: "a number", str: "a text", list: "a list"}
    return "empty" if value is None else names.get(type(value), "a group of fields")


# --- rules for the whole file -------------------------------------------------------------------------------


def _ids(data: dict) -> Iterator[Fault]:
    seen = set()
    for group in ("questions", "cards"):
        for number, item in enumerate(data[group]):
            if item["id"] in seen:
                yield Fault((group, number, "id"), f"{item['id']} is taken.", "give each question and card its own id.")
            seen.add(item["id"])


def _repeated_feedback(questions: list) -> Iterator[Fault]:
    seen = {}
    for number, question in enumerate(questions):
        for place, option in enumerate(question["options"]):
            words = " ".join(option["feedback"].split()).casefold()
            if words in seen:
                where = ("questions", number, "options", place, "feedback")
                yield Fault(where, f"is the same as in {seen[words]}.", "say what holds for this option alone.")
            seen.setdefault(words, question["id"])


# --- rules for a question -----------------------------------------------------------------------------------


def _keys(path: tuple, question: dict) -> Iterator[Fault]:
    """How many options are right, by kind."""
    kind, options = question["kind"], question["options"]
    right = sum(option.get("right", False) for option in options)
    path = (*path, "options")
    if kind == "order":
        if any("right" in option for option in options):
            yield Fault(path, "some are marked right or wrong.", "list the items in the right order, without `right`.")
        if len(options) < 3:
            yield Fault(path, f"only {len(options)} items.", "give at least three items to put in order.")
        return
    if right == 0:
        yield Fault(path, "none is right.", "write right: true under the right option.")
    if right == len(options):
        yield Fault(path, "all are right.", "add an answer that a learner may give by mistake.")
    if kind in ("single", "predict"):
        if right > 1:
            yield Fault(path, f"{right} are right.", "keep one right: true, or make the kind several.")
        if len(options) < 3:
            yield Fault(path, f"only {len(options)}.", "give at least three, so that guessing does not pay.")


def _typed(path: tuple, question: dict) -> Iterator[Fault]:
    """What only answers that are typed have: `otherwise`, and for numbers a tolerance."""
    kind = question["kind"]
    if kind in TYPED and "otherwise" not in question:
        yield Fault((*path, "otherwise"), "is missing.", "say what to tell a learner who types something not foreseen.")
    if kind not in TYPED and "otherwise" in question:
        yield Fault((*path, "otherwise"), f"has no use in a {kind} question.", "remove it.")
    if kind != "numeric" and "tolerance" in question:
        yield Fault((*path, "tolerance"), f"has no use in a {kind} question.", "remove it.")
    for place, option in enumerate(question["options"]):
        where = (*path, "options", place, "text")
        if kind != "numeric" and not isinstance(option["text"], str):
            yield Fault(where, "is a number.", "put it in quotes.")
        if kind == "numeric" and not isinstance(option["text"], (int, float)):
            yield Fault(
                where, f"is {option['text']!r}, no number.", "write digits without quotes and unit, such as 65.9."
            )
        elif kind == "numeric" and not math.isfinite(option["text"]):
            yield Fault(where, "is no finite number.", "write digits, such as 65.9.")
    if kind == "numeric" and "tolerance" not in question:
        yield Fault((*path, "tolerance"), "is missing.", "say how far an answer may be off; 0 for a count.")
    yield from _overlaps(path, question)


def _overlaps(path: tuple, question: dict) -> Iterator[Fault]:
    """Foreseen numbers so close that a typed one could mean both."""
    if question["kind"] != "numeric":
        return
    options = [option for option in question["options"] if isinstance(option["text"], (int, float))]
    for one, other in itertools.combinations(options, 2):
        if abs(one["text"] - other["text"]) <= 2 * question.get("tolerance", 0):
            sentence = f"{one['text']} and {other['text']} are too near each other for this tolerance."
            yield Fault((*path, "options"), sentence, "make the tolerance smaller, or drop one of the two.")


def _code(path: tuple, question: dict) -> Iterator[Fault]:
    """One gap where one is asked for, code where its output is, and no line that the quiz would cut off."""
    kind, gaps = question["kind"], (question["stem"] + question.get("code", "")).count(GAP)
    if kind == "blank" and gaps != 1:
        yield Fault(
            (*path, "stem"),
            f"has {gaps} gaps, counting the code's.",
            f"mark the gap once with {GAP} (four underscores).",
        )
    if kind == "predict" and "code" not in question:
        yield Fault((*path, "code"), "is missing.", "give the code whose output is asked for.")
    widest = max(map(len, question.get("code", "").splitlines()), default=0)
    if widest > WIDEST_CODE:
        yield Fault((*path, "code"), f"has a line of {widest} characters.", f"break it after at most {WIDEST_CODE}.")


def _texts(path: tuple, question: dict) -> Iterator[Fault]:
    """Two options, or two hints, that say the same."""
    options = [(("options", place, "text"), option["text"]) for place, option in enumerate(question["options"])]
    hints = [(("hints", place), hint) for place, hint in enumerate(question["hints"])]
    for texts in (options, hints):
        seen = set()
        for where, text in texts:
            words = " ".join(str(text).split())
            if words in seen:
                yield Fault((*path, *where), "repeats another one.", "say something else, or leave it out.")
            seen.add(words)


def _evidence(path: tuple, item: dict) -> Iterator[Fault]:
    """A proof that Python can read, or a source."""
    if "proof" not in item and "source" not in item:
        yield Fault((*path, "proof"), "is missing, and so is source.", "prove the key by code, or name a source.")
    try:
        body = ast.parse(item.get("proof", "True")).body
    except SyntaxError as error:
        line = f" (its line {error.lineno})" if error.lineno else ""
        yield Fault((*path, "proof"), f"is no Python: {error.msg}{line}.", "run it in a notebook cell first.")
        return
    if not body or not isinstance(body[-1], ast.Expr):
        yield Fault((*path, "proof"), "does not end in an expression.", "let the last line be what must be True.")


# --- markup -------------------------------------------------------------------------------------------------

MARKUP = {
    "HTML": re.compile(r"<[a-zA-Z/!][^>]*>|&#?\w+;"),
    "bold Markdown": re.compile(r"\*\*\S"),
    "a Markdown link": re.compile(r"\]\("),
}


def _markup(path: tuple, item: dict) -> Iterator[Fault]:
    """Texts are plain, apart from `code` in backticks, which is shown as it is."""
    for where, text in _prose(item):
        parts = text.split("`")
        if len(parts) % 2 == 0:
            yield Fault((*path, *where), "opens a backtick and does not close it.", "put code between two backticks.")
            continue
        plain = " ".join(parts[::2])
        for what, pattern in MARKUP.items():
            if match := pattern.search(plain):
                advice = "write plain text; put code, and tokens such as `<mask>`, between backticks."
                yield Fault((*path, *where), f"holds {what}: {match.group()}.", advice)


def _prose(item: dict) -> Iterator[tuple[tuple, str]]:
    """Every text of a question, a card or a file's head that a learner reads, and where it stands."""
    for name in PROSE:
        if name in item:
            yield (name,), item[name]
    for name in ("hints", "steps"):
        for place, text in enumerate(item.get(name, ())):
            yield (name, place), text
    for place, option in enumerate(item.get("options", ())):
        yield ("options", place, "text"), str(option["text"])
        yield ("options", place, "feedback"), option["feedback"]
