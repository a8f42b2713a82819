"""What documents say about these models, run: each statement of data/claims.yaml with the code that decides it."""

import re
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

from utils import anatomy, checkpoints
from utils.quiz import markup, proofs, yaml_lines

FILE = Path(__file__).parent / "data" / "claims.yaml"
SIGNS = {"holds": "✓", "holds in part": "◐", "does not hold": "✗", "no longer holds": "⊘", "source only": "–"}


class ClaimsError(ValueError):
    """The file of claims has a fault. The message names file and line, and the fix."""


@dataclass(frozen=True)
class Claim:
    """One statement of a source, in our words, and what came out when `code` ran. data/README.md tells the fields."""

    id: str
    statement: str
    source: str
    lesson: str
    section: str
    verdict: str
    figure: str
    code: str = ""


def load(path: Path = FILE) -> tuple[Claim, ...]:
    """All claims, in the order of the file. Lesson 02.

    Raises ClaimsError, with the line, for a file that is no YAML and for the first claim with a fault.
    """
    try:
        data, line_of = yaml_lines.read(path)
    except yaml_lines.Unreadable as error:
        raise ClaimsError(f"{path.name}, line {error.line}: {error}") from None
    if not isinstance(data, list):
        raise ClaimsError(f"{path.name}, line 1: this is no list. Fix: begin each claim with `- id:`.")
    claims = []
    for place, entry in enumerate(data):
        field, sentence = _fault(entry, {claim.id for claim in claims})
        if sentence:
            raise ClaimsError(f"{path.name}, line {line_of((place, field) if field else (place,))}: {sentence}")
        claims.append(Claim(**{name: text.strip() for name, text in entry.items()}))
    return tuple(claims)


def _fault(entry, ids: set[str]) -> tuple[str, str]:
    """The field at fault in one entry and a sentence about it; two empty texts if there is none."""
    names = [field.name for field in fields(Claim)]
    if not isinstance(entry, dict):
        return "", "a claim is a list of fields. Fix: begin it with `- id:`."
    for field, text in entry.items():
        if field not in names:
            return field, f"there is no field {field!r}. Fix: use {', '.join(names)}."
        if not isinstance(text, str) or not text.strip():
            return field, f"the field {field} is {text!r}, not a text. Fix: write one, in quotes if it is a number."
    needed = [name for name in names if name != "code" or entry.get("verdict") != "source only"]
    for name in needed:
        if name not in entry:
            return "", f"the field {name} is missing. Fix: add it."
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry["id"]):
        return "id", f"the id {entry['id']!r} is no slug. Fix: use small letters, digits and single hyphens."
    if entry["id"] in ids:
        return "id", f"the id {entry['id']!r} stands twice. Fix: give one of the two another."
    if entry["verdict"] not in SIGNS:
        return "verdict", f"{entry['verdict']!r} is no verdict. Fix: take one of {', '.join(SIGNS)}."
    if entry["verdict"] == "source only" and "code" in entry:
        return "code", "what has code is not `source only`. Fix: remove the code, or give the verdict that it gives."
    return "", ""


def rerun(claim: Claim) -> tuple[str, str]:
    """The verdict and the figure that the claim's code gives now, with the shipped models. For the tests; slow.

    Raises ValueError if the code stops, prints, or ends in anything but a pair of texts.
    """
    checkpoints.prepare()
    with anatomy.no_load_report():
        result, fault = proofs.run(claim.code, {})
    if fault:
        raise ValueError(f"Claim {claim.id}, field code: {fault}")
    if not (isinstance(result, tuple) and len(result) == 2 and all(isinstance(part, str) for part in result)):
        raise ValueError(
            f"Claim {claim.id}, field code: it gives {result!r}. Fix: end in (verdict, figure), two texts."
        )
    return result


def show(lesson: str) -> None:
    """Display what was said about the subject of a lesson, such as `"02"`, and what came out. Lesson 02.

    Raises ValueError for a lesson that has no claims.
    """
    from IPython.display import display

    claims = load()
    mine = [claim for claim in claims if claim.lesson == lesson]
    if not mine:
        known = ", ".join(sorted({claim.lesson for claim in claims}))
        raise ValueError(f"There are no claims for lesson {lesson!r}. The lessons with claims: {known}.")
    counts = Counter(claim.verdict for claim in mine)
    told = ", ".join(f"{verdict} {counts[verdict]}" for verdict in SIGNS if counts[verdict])
    caption = f"{len(mine)} statements, run with the shipped models and the blueprints. {told.capitalize()}."
    lines = [
        f"{SIGNS[claim.verdict]} {claim.verdict}: {claim.statement} [{claim.source}] {claim.figure} ({claim.section})"
        for claim in mine
    ]
    display({"text/html": _table(mine, caption), "text/plain": "\n".join([caption, *lines])}, raw=True)


def _table(claims: list[Claim], caption: str) -> str:
    """A table without colours of its own, so that it reads on light and dark pages."""
    left = 'style="text-align: left; vertical-align: top"'
    head = "".join(f'<th scope="col" {left}>{name}</th>' for name in ("What is said", "Verdict", "What came out"))
    rows = "".join(
        f'<tr><th scope="row" {left[:-1]}; font-weight: normal">{markup.inline(claim.statement)}'
        f"<br><small>{markup.inline(claim.source)}</small></th>"
        f'<td {left[:-1]}; white-space: nowrap">{SIGNS[claim.verdict]} {claim.verdict}</td>'
        f"<td {left}>{markup.inline(claim.figure)}<br><small>{_link(claim.section)}</small></td></tr>"
        for claim in claims
    )
    caption = f'<caption style="caption-side: top; text-align: left">{markup.escape(caption)}</caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _link(section: str) -> str:
    return f'<a href="#{markup.escape(section.replace(" ", "-"))}">{markup.inline(section)}</a>'
