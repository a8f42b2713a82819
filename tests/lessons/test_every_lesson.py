"""What the committed notebooks must show, beyond what nbval compares: nbval would pin a wrong output just as well."""

import importlib
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")


def exercises_of(path: Path) -> dict:
    return importlib.import_module(f"utils.exercises.lesson_{path.name[:2]}").lesson.exercises


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_the_same_name_in_the_readme(path):
    name = prose(path).partition("\n")[0].removeprefix("# ")
    assert f"| [{name}](notebooks/{path.name}) |" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_solution_is_right(path, printed):
    verdicts = re.findall(r"^\[(..)\] (\d+) .*: ", printed(f"solutions/{path.stem}"), re.MULTILINE)
    assert [(state, int(number)) for state, number in verdicts] == [("OK", number) for number in exercises_of(path)]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_exercise_starts_unanswered(path, printed):
    text = " ".join(printed(f"exercises/{path.stem}").split())  # messages are wrapped
    assert text.count("not answered yet") == len(exercises_of(path))
    assert "[OK]" not in text and "[NO]" not in text


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_exercise_has_difficulty_minutes_and_section(path):
    header = r"\*\*(easy|medium|hard)\*\* · \d+ minutes · lesson section \[[^]]+\]\(\.\./notebooks/"
    assert len(re.findall(header, prose(path))) == len(exercises_of(path))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_lesson_has_its_parts_in_order(path):
    text = prose(path)
    parts = ["**After this lesson you can**", "**You need**", "**Time**", "## Take-aways", "## Further reading"]
    places = [text.find(part) for part in parts]
    assert -1 not in places and places == sorted(places)
    assert 3 <= text[places[-1] :].count("](http") <= 6
