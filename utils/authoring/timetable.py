"""How long a lesson takes, estimated from its notebook: `sync` writes it into solutions/INSTRUCTOR.md.

Minutes = words of prose at a reader's pace, lines of code, outputs to look at, and quiz questions. The pace is 238
words a minute: silent reading of English non-fiction (M. Brysbaert 2019, How many words do we read per minute?,
Journal of Memory and Language 109, 104047). What a line, an output and a question take is our estimate. The running
of cells is not in it, nor are the recall cards. The minutes of an exercise are those that its header states.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from utils.authoring.lint_links import parse, plain
from utils.authoring.notebook_files import AuthoringError, notebooks_in, read
from utils.quiz import bank

WORDS_A_MINUTE = 238
SECONDS_A_LINE = 5
SECONDS_AN_OUTPUT = 10
SECONDS_A_QUESTION = 40

GUIDE = "solutions/INSTRUCTOR.md"
BLOCK = re.compile(r"(<!-- timetable: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
QUIZ = re.compile(r'^quiz\("(\d\d)"\)', re.MULTILINE)
TITLE = re.compile(r"^#{1,2} (.+)$")
STATED = re.compile(r"\*\*Time\*\* about (\d+) minutes")
EXERCISE = re.compile(
    r"^## (?P<number>\d+)\. (?P<title>.+)\n+\*\*(?P<difficulty>easy|medium|hard)\*\* · (?P<minutes>\d+) minutes · "
    r"lesson section \[(?P<section>.+?)\]\(",
    re.MULTILINE,
)


@dataclass
class Section:
    """What stands under one heading of a lesson, and the exercises that belong to it."""

    title: str
    words: int = 0
    lines: int = 0
    outputs: int = 0
    questions: int = 0
    exercises: list["Exercise"] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        code = self.lines * SECONDS_A_LINE + self.outputs * SECONDS_AN_OUTPUT
        return self.words / WORDS_A_MINUTE * 60 + code + self.questions * SECONDS_A_QUESTION

    @property
    def minutes(self) -> int:
        """Whole minutes, at least one."""
        return max(1, round(self.seconds / 60))


@dataclass(frozen=True)
class Exercise:
    """The header of an exercise: its number, title, difficulty, stated minutes and the section it belongs to."""

    number: int
    title: str
    difficulty: str
    minutes: int
    section: str


@dataclass(frozen=True)
class Lesson:
    """A lesson's sections in order, its exercises, and the minutes that its first cell states."""

    path: Path
    sections: list[Section]
    exercises: list[Exercise]
    stated: int

    @property
    def number(self) -> str:
        return self.path.name[:2]

    @property
    def title(self) -> str:
        return self.sections[0].title

    @property
    def minutes(self) -> int:
        return round(sum(section.seconds for section in self.sections) / 60)


def lesson(root: Path, path: Path) -> Lesson:
    """Measure the lesson at `path`, with the exercises of its solution notebook where there is one."""
    notebook = read(path)
    solution = root / "solutions" / path.name
    exercises = exercises_of(read(solution)) if solution.exists() else []
    sections = sections_of(notebook)
    for section in sections:
        section.exercises = [exercise for exercise in exercises if exercise.section == section.title]
    stated = STATED.search(notebook.cells[0].source)
    return Lesson(path, sections, exercises, int(stated[1]) if stated else 0)


def sections_of(notebook: NotebookNode) -> list[Section]:
    """The sections of a lesson, each heading one; the first is its title. Shared cells do not count."""
    found = [Section("")]
    for cell in notebook.cells:
        if cell.get("id") in ("badge", "first-cell"):
            continue
        if cell.cell_type == "markdown":
            for token in parse(cell.source):
                text = plain(token)
                if token["type"] == "heading":
                    found.append(Section(text.strip()))
                found[-1].words += len(text.split())
        elif cell.cell_type == "code":
            asked = QUIZ.search(cell.source)
            found[-1].lines += sum(bool(line.strip()) for line in cell.source.splitlines())
            found[-1].outputs += bool(cell.outputs) and not asked
            found[-1].questions += len(bank.load(asked[1]).questions) if asked else 0
    return [section for section in found if section.title]


def exercises_of(solution: NotebookNode) -> list[Exercise]:
    """The exercises of a solution notebook, read from their headers."""
    headers = (EXERCISE.finditer(cell.source) for cell in solution.cells if cell.cell_type == "markdown")
    fields = [match.groupdict() for matches in headers for match in matches]
    return [Exercise(**(one | {"number": int(one["number"]), "minutes": int(one["minutes"])})) for one in fields]


def table(lesson: Lesson) -> str:
    """A lesson's sections with their minutes, and the exercises that belong to each."""
    lines = ["| section | minutes | exercises |", "|---|---|---|"]
    for section in lesson.sections:
        told = ", ".join(f"{e.number} ({e.difficulty}, {e.minutes})" for e in section.exercises)
        lines.append(f"| {section.title} | {section.minutes} | {told} |")
    return "\n".join(lines)


def overview(lessons: list[Lesson]) -> str:
    """All lessons: what each states, what is estimated, and what its exercises add."""
    lines = ["| lesson | stated | estimated | the quiz in it | exercises | their minutes |", f"|{'---|' * 6}"]
    for one in lessons:
        quiz = round(sum(section.questions for section in one.sections) * SECONDS_A_QUESTION / 60)
        extra = sum(exercise.minutes for exercise in one.exercises)
        lines.append(f"| {one.title} | {one.stated} | {one.minutes} | {quiz} | {len(one.exercises)} | {extra} |")
    return "\n".join(lines)


def stamped(text: str, root: Path) -> str:
    """The guide with its timetables made anew. Raises AuthoringError for a mark that names no lesson."""
    lessons = {one.number: one for one in (lesson(root, path) for path in notebooks_in(root, "notebooks"))}

    def made(match: re.Match) -> str:
        if match[2] != "all" and match[2] not in lessons:
            raise AuthoringError(f"{GUIDE}: there is no lesson {match[2]} for the mark <!-- timetable: {match[2]} -->.")
        content = overview(list(lessons.values())) if match[2] == "all" else table(lessons[match[2]])
        return f"{match[1]}\n{content}\n\n{match[3]}"

    return BLOCK.sub(made, text)


def sync(root: Path, check: bool) -> bool:
    """Bring the guide's timetables up to date, or with `check` only look; True when they were not."""
    path = root / GUIDE
    if not path.exists():
        return False
    text = path.read_text(encoding="utf-8")
    wanted = stamped(text, root)
    if wanted != text and not check:
        path.write_text(wanted, encoding="utf-8", newline="\n")
    return wanted != text
