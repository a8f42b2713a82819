"""Puts the kept figures of a class in their places, so that nobody types one: in marked lines and marked blocks."""

import json
import re
from pathlib import Path

from utils.commands.bench.classroom import report
from utils.commands.place import COMMAND, ROOT, Problem

FOLDER = ROOT / ".jupyterhub"
KEPT = FOLDER / "measured.json"
PAGES = (FOLDER / "values.yaml", FOLDER / "README.md", ROOT / "solutions/INSTRUCTOR.md")
# The last word before a mark, and what stands between two marks. The groups: before it, the mark's name, after it.
WORD = re.compile(r"(?P<before>)\S+(?P<after>  # bench class: (?P<name>[\w ]+))$", re.MULTILINE)
BLOCK = re.compile(r"(?P<before><!-- bench class: (?P<name>[\w ]+) -->\n).*?(?P<after><!-- end -->)", re.DOTALL)


def keep(found: dict) -> None:
    """Write the figures down."""
    save(KEPT, json.dumps(found, indent=1) + "\n")


def read() -> dict:
    """The kept figures. Raises Problem where there are none."""
    try:
        return json.loads(KEPT.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(
            f"The figures cannot be read ({error}): measure them with {COMMAND} bench class --write."
        ) from None


def fill(found: dict) -> list[Path]:
    """Fill in all pages, or, with a Problem, none; those that changed."""
    new = {page: filled(page.read_text(encoding="utf-8"), found) for page in PAGES if page.exists()}
    changed = [page for page, text in new.items() if page.read_text(encoding="utf-8") != text]
    for page in changed:
        save(page, new[page])
    return changed


def filled(text: str, found: dict) -> str:
    """The text of a page with the figures at its marks. Raises Problem for a mark that nothing belongs to."""
    for marks, contents in ((WORD, report.needs(found)), (BLOCK, blocks(found))):
        for match in marks.finditer(text):
            if match["name"] not in contents:
                raise Problem(f"The mark 'bench class: {match['name']}' is unknown: use {', '.join(contents)}.")
        text = marks.sub(lambda match, put=contents: f"{match['before']}{put[match['name']]}{match['after']}", text)
    return text


def blocks(found: dict) -> dict[str, str]:
    """The texts that a page can ask for."""
    texts = {
        "table": "\n".join(report.table(found)),
        "sentence": report.sentence(found),
        "threads": report.comparison(found),
        "memory": report.memory_told(found),
        "weights": report.weights_told(found),
    }
    return {name: text + "\n" for name, text in texts.items()}


def save(path: Path, text: str) -> None:
    """Whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
