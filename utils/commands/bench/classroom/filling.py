"""Puts the kept figures of a class in their places, so that nobody types one: in marked lines and marked blocks."""

import json
import re
from pathlib import Path

from utils.commands.bench.classroom import report
from utils.commands.place import COMMAND, ROOT, Problem

FOLDER = ROOT / ".jupyterhub"
KEPT = FOLDER / "measured.json"
VALUES = FOLDER / "values.yaml"
PAGES = (FOLDER / "README.md", ROOT / "solutions/INSTRUCTOR.md")
LINE = re.compile(r"^( *\w+: )(.*?)(  # bench class: ([\w ]+))$", re.MULTILINE)
BLOCK = re.compile(r"(<!-- bench class: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def keep(found: dict) -> None:
    """Write the figures down."""
    save(KEPT, json.dumps(found, indent=1) + "\n")


def read() -> dict:
    """The kept figures. Raises Problem where there are none."""
    try:
        return json.loads(KEPT.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"The figures cannot be read ({error}): measure with {COMMAND} bench class --write.") from None


def fill(found: dict) -> list[Path]:
    """Fill in all files, or, with a Problem, none; those that changed."""
    new = {VALUES: filled(VALUES, LINE, report.needs(found), 4)}
    new |= {page: filled(page, BLOCK, blocks(found), 2) for page in PAGES if page.exists()}
    changed = [path for path, text in new.items() if path.read_text(encoding="utf-8") != text]
    for path in changed:
        save(path, new[path])
    return changed


def filled(path: Path, marks: re.Pattern, contents: dict[str, str], name: int) -> str:
    """The file's text with the content of each mark replaced; group `name` of the pattern names it."""

    def replace(match):
        if match[name] not in contents:
            raise Problem(f"{path.name} has a mark 'bench class: {match[name]}': there is {', '.join(contents)}.")
        return f"{match[1]}{contents[match[name]]}{match[3]}"

    return marks.sub(replace, path.read_text(encoding="utf-8"))


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
