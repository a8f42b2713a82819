"""The instructor's guide: its links, headings, commands and exercises exist, and its plans add up."""

import ast
import builtins
import importlib
import re
from urllib.parse import unquote, urlsplit

import pytest

from utils import checkpoints, commands, quiz
from utils.authoring import lint_links, notebook_files, stubs, timetable

ROOT = notebook_files.ROOT
PATH = ROOT / timetable.GUIDE
TEXT = PATH.read_text(encoding="utf-8")
LINK = re.compile(r"\[([^]]*)\]\(([^)\s]*)\)")
LESSONS = {path.name[:2]: timetable.lesson(ROOT, path) for path in notebook_files.notebooks_in(ROOT, "notebooks")}
PLAN = re.compile(r"^### (?:A day: )?(\d+) minutes\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
PLANS = {int(match[1]): match[2] for match in PLAN.finditer(TEXT)}


def part(heading):
    """What stands under a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{level}}} |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def anchor(heading):
    """The anchor that GitHub and JupyterLab's preview of Markdown give to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path):
    if path.suffix == ".ipynb":
        return lint_links.anchors(notebook_files.read(path))
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)}


def test_every_link_leads_somewhere_and_says_where():
    faults, known = [], {}
    for words, address in LINK.findall(TEXT):
        parts = urlsplit(address)
        if parts.scheme:
            continue
        target = (PATH.parent / unquote(parts.path)).resolve() if parts.path else PATH
        if not target.exists():
            faults.append(address)
        elif parts.fragment:
            if unquote(parts.fragment) not in known.setdefault(target, anchors(target)):
                faults.append(address)
            elif target.parent.name == "notebooks" and words != unquote(parts.fragment).replace("-", " "):
                faults.append(f"{words}: {address}")
            elif target.parent.name == "exercises" and words.lower() != f"exercise {parts.fragment.partition('.')[0]}":
                faults.append(f"{words}: {address}")
    assert faults == [] and len(known) > 15


def test_every_command_exists_with_its_options(capsys):
    named = re.findall(r"python3 -m utils (\w[\w-]*)([^`\n]*)", TEXT)
    assert {"lab", "doctor", "prefetch", "mirror", "slides", "reset", "progress", "bench", "sync"} <= dict(named).keys()
    for name, rest in named:
        options = re.findall(r"--\w[\w-]*|(?<= )-\w\b", rest)
        help_of = [*(["class"] if name == "bench" else []), "--help"]
        with pytest.raises(SystemExit):
            importlib.import_module({**commands.HERE, **commands.ROOMS}[name]).main(help_of)
        told = capsys.readouterr().out
        assert [option for option in options if option not in told] == [], name
    told = " ".join(re.findall(r"`(--\w+)`", part("### A day before")))
    with pytest.raises(SystemExit):
        importlib.import_module(commands.ROOMS["prefetch"]).main(["--help"])
    printed = capsys.readouterr().out
    assert told and all(option.split()[0] in printed for option in told.split())


def test_every_function_that_it_names_exists():
    named = set(re.findall(r"`(\w+)\.(\w+)\(", TEXT))
    assert ("checkpoints", "switch") in named and ("progress", "code") in named
    homes = {"checkpoints": checkpoints, "progress": quiz.progress}
    assert all(hasattr(homes[home], name) for home, name in named if home in homes) and callable(quiz.test)
    assert {home for home, _ in named} <= {*homes, "torch", "model"}


def blocks(plan):
    """(minutes, what, part) of each row of a plan's table."""
    rows = re.findall(r"^\| (\d+) \| (.+) \| (\w+) \|$", plan, re.MULTILINE)
    assert len(rows) == sum(line.startswith("|") for line in plan.splitlines()) - 2
    return [(int(minutes), what, part) for minutes, what, part in rows]


def needed(what):
    """The minutes that the sections and exercises of a block take by themselves."""
    total = 0
    for _, address in LINK.findall(what):
        name, _, heading = address.rpartition("/")[2].partition("#")
        heading, lesson = heading.replace("-", " "), LESSONS[name[:2]]
        if "/exercises/" in address:
            number = int(heading.partition(".")[0])
            total += next(exercise.minutes for exercise in lesson.exercises if exercise.number == number)
        elif heading:
            total += next(section.minutes for section in lesson.sections if section.title == heading)
    return total


def test_there_are_four_plans():
    assert list(PLANS) == [45, 90, 180, 420]


@pytest.mark.parametrize("minutes", PLANS)
def test_a_plan_adds_up_and_each_block_has_room_for_what_it_names(minutes):
    rows = blocks(PLANS[minutes])
    assert sum(row[0] for row in rows) == minutes
    assert [what for given, what, _ in rows if needed(what) > given] == []
    assert {kind for *_, kind in rows} == {"core", "optional"}
    assert "**Skip if late:**" in PLANS[minutes] and "**Checkpoints:**" in PLANS[minutes]


@pytest.mark.parametrize("minutes", PLANS)
def test_what_is_skipped_first_is_optional_and_checkpoints_are_blocks_of_the_plan(minutes):
    rows = blocks(PLANS[minutes])
    skipped = re.search(r"\*\*Skip if late:\*\*(.*?)(?:\.|;)", PLANS[minutes], re.DOTALL)[1]
    first = re.search(r"\*([A-Z][^*]+)\*", " ".join(skipped.split()))[1]
    assert [kind for _, what, kind in rows if f"[{first}]" in what] == ["optional"]
    checkpoints_ = PLANS[minutes].partition("**Checkpoints:**")[2]
    headings = [address for _, address in LINK.findall(checkpoints_) if "#" in address]
    assert headings and all(any(address in what for _, what, _ in rows) for address in headings)


def test_an_exercise_of_a_plan_needs_only_the_first_cells_of_its_notebook():
    """So that whoever fell behind in the lesson, or in another exercise, can do it with the others."""
    needing = {}
    for plan in PLANS.values():
        for name, number in re.findall(r"\.\./exercises/([^#]+)#(\d+)\.", plan):
            needing |= {f"{name} {number}": needs(ROOT / "solutions" / name, f"## {number}. ")}
    assert len(needing) > 8 and not any(needing.values()), needing


def needs(path, heading):
    """The names that an exercise reads and that neither it nor the cells above the first exercise have made."""
    known, missing, here = set(dir(builtins)), set(), "above"
    for cell in notebook_files.read(path).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            here = "inside" if cell.source.startswith(heading) else "elsewhere"
        if cell.cell_type != "code" or here == "elsewhere":
            continue
        code = ast.parse(cell.source)
        names = [node for node in ast.walk(code) if isinstance(node, ast.Name)]
        known |= {*stubs.bound(code.body), *(name.id for name in names if isinstance(name.ctx, ast.Store))}
        known |= {node.arg for node in ast.walk(code) if isinstance(node, ast.arg)}
        missing |= {name.id for name in names if here == "inside" and isinstance(name.ctx, ast.Load)} - known
    return missing


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_each_lesson_has_its_parts(lesson):
    text = part(f"### {lesson.title}")
    for words in ("**Say first.**", "**The result to remember.**", "**Exercise.**", "**What breaks.**"):
        assert words in text
    asked = [line for line in text.splitlines() if re.search(r"\?.* \| \[[^|]+\]\(\.\./notebooks/[^|]+ \|$", line)]
    assert len(asked) >= 3 and all(f"/{lesson.path.name}#" in line for line in asked)
    assert f"<!-- timetable: {lesson.number} -->\n\n| section | minutes |" in text
    assert lesson.number == "00" or f"../exercises/{lesson.path.name}#" in text


def test_the_class_figures_have_their_place():
    assert "<!-- bench class: sentence -->" in part("### JupyterHub")
