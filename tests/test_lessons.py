"""What the committed notebooks must show, beyond what nbval compares: nbval would pin a wrong output just as well."""

import importlib
import re
from pathlib import Path

import nbformat
import pytest

from utils import anatomy, checkpoints

ROOT = Path(__file__).parents[1]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def printed(path: Path) -> str:
    """All that the code cells of a notebook have printed."""
    outputs = (output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", []))
    return "".join(output.text for output in outputs if output.output_type == "stream")


def prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")


def exercises_of(path: Path) -> dict:
    return importlib.import_module(f"utils.exercises.lesson_{path.name[:2]}").lesson.exercises


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_solution_is_right(path):
    verdicts = re.findall(r"^\[(..)\] (\d+) .*: ", printed(path), re.MULTILINE)
    assert [(state, int(number)) for state, number in verdicts] == [("OK", number) for number in exercises_of(path)]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_exercise_starts_unanswered(path):
    text = " ".join(printed(ROOT / "exercises" / path.name).split())  # messages are wrapped
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


def test_lesson_01_prints_the_published_counts():
    text = printed(ROOT / "notebooks" / "01_loading_models.ipynb")
    for name, count in {
        "roberta-base": 124_645_632,
        "distilroberta-base": 82_118_400,
        "bert-base-uncased": 109_482_240,
        "distilbert-base-uncased": 66_362_880,
    }.items():
        assert anatomy.count(checkpoints.blueprint(name)) == count
        assert re.search(rf"^{name} +{count:,} parameters", text, re.MULTILINE)


def test_lesson_00_calls_the_happy_sentence_positive():
    answers = re.findall(r"sst-2\S* +(\S+) +[01]\.\d\d$", printed(LESSONS[0]), re.MULTILINE | re.IGNORECASE)
    assert answers == ["LABEL_1", "POSITIVE"]
