"""The timetable counts what a notebook holds, and `sync` keeps the guide in step with it."""

import shutil

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from utils.authoring import notebook_files, sync, timetable

SOLUTION = "## 1. First\n\n**hard** · 7 minutes · lesson section [Second](../notebooks/01_x.ipynb#Second)\n\nDo it."


def lesson(words=0, lines=0):
    cells = [
        new_markdown_cell("# 01 X\n\n**Time** about 20 minutes.", id="title"),
        new_markdown_cell("## Second\n\n" + "word " * words, id="second"),
        new_code_cell(
            "\n\n".join(["1"] * lines), id="code", execution_count=1, outputs=[new_output("stream", text="")]
        ),
        new_markdown_cell("## Check yourself", id="check"),
        new_code_cell('from utils.quiz import quiz\n\nquiz("01")', id="quiz", execution_count=2),
    ]
    return new_notebook(cells=cells)


@pytest.fixture(scope="module")
def template(empty_course, tmp_path_factory):
    """A course with one lesson and a guide, synced once for all tests here."""
    root = shutil.copytree(empty_course, tmp_path_factory.mktemp("guided") / "course")
    notebook_files.save(root / "notebooks/01_x.ipynb", lesson(words=600, lines=12))
    notebook_files.save(root / "solutions/01_x.ipynb", new_notebook(cells=[new_markdown_cell(SOLUTION, id="one")]))
    marks = [f"<!-- timetable: {name} -->\n<!-- end -->" for name in ("all", "01")]
    others = "<!-- bench class: sentence -->\nkept\n<!-- end -->"
    (root / "solutions/INSTRUCTOR.md").write_text("\n\nWords.\n\n".join(["# Guide", *marks, others]))
    assert sync.sync(root, check=False)
    return root


@pytest.fixture
def guided(use, template):
    """A course with one lesson and a guide, all in step."""
    return use(template)


def guide(root):
    return (root / "solutions/INSTRUCTOR.md").read_text()


def test_a_section_takes_what_its_words_lines_outputs_and_questions_take():
    title, second, check = timetable.sections_of(lesson(words=474, lines=12))
    assert (second.words, second.lines, second.outputs, second.questions) == (475, 12, 1, 0)  # the heading is read too
    assert second.seconds == pytest.approx(475 / 238 * 60 + 12 * 5 + 10) and second.minutes == 3
    questions = len(timetable.bank.load("01").questions)
    assert check.questions == questions > 5 and check.outputs == 0
    assert check.seconds == pytest.approx(2 / 238 * 60 + 2 * 5 + questions * 40)


def test_the_guide_gets_both_tables_and_keeps_the_rest(guided, capsys):
    text = guide(guided)
    assert "| Second | 4 | 1 (hard, 7) |" in text  # 2.5 of prose, 1 of code
    row = next(line for line in text.splitlines() if line.startswith("| 01 X | 20 |"))
    assert row.endswith("| 1 | 7 |")
    assert "<!-- bench class: sentence -->\nkept\n<!-- end -->" in text and text.count("Words.") == 3
    assert sync.main(["--check"]) == 0


def test_check_tells_of_a_lesson_that_grew_and_sync_mends_it(guided, capsys):
    notebook_files.save(guided / "notebooks/01_x.ipynb", lesson(words=2000, lines=12))
    before = guide(guided)
    assert "| Second | 4 |" in before
    capsys.readouterr()
    assert sync.main(["--check"]) == 1 and guide(guided) == before
    assert "solutions/INSTRUCTOR.md: timetables differ" in capsys.readouterr().out
    assert sync.main([]) == 0 and "| Second | 10 |" in guide(guided)


def test_a_mark_for_no_lesson_is_told(guided, capsys):
    path = guided / "solutions/INSTRUCTOR.md"
    path.write_text(guide(guided) + "\n<!-- timetable: 77 -->\n<!-- end -->")
    assert sync.main([]) == 1 and "there is no lesson 77" in capsys.readouterr().out


def test_a_guide_disturbs_no_notebook(guided):
    assert [path.name for path in notebook_files.notebooks_in(guided, "solutions")] == ["01_x.ipynb"]
    shutil.copy(guided / "solutions/INSTRUCTOR.md", guided / "exercises/INSTRUCTOR.md")
    assert sync.main(["--check"]) == 0


def test_every_exercise_of_the_course_is_found_with_a_section_that_exists():
    root = notebook_files.ROOT
    for path in notebook_files.notebooks_in(root, "solutions"):
        one = timetable.lesson(root, root / "notebooks" / path.name)
        assert [exercise.number for exercise in one.exercises] == list(range(1, len(one.exercises) + 1)) and one.stated
        assert sum(len(section.exercises) for section in one.sections) == len(one.exercises) > 5
