"""`sync` builds exercises that run, leaves alone what is right, and `--check` names every drift."""

import os
import shutil

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from utils.authoring import notebook_files, sync
from utils.authoring.shared_cells import FIRST_CELL

ANSWER = "# BEGIN SOLUTION\nanswer = 6 * 7\n# END SOLUTION\nprint('so:', answer)"


def write(path, *cells):
    notebook_files.save(path, new_notebook(cells=[new_markdown_cell("# Title\n\n30 minutes", id="title"), *cells]))


@pytest.fixture(scope="module")
def template(empty_course, tmp_path_factory):
    """A course with one lesson and one solution, synced once for all tests here."""
    root = shutil.copytree(empty_course, tmp_path_factory.mktemp("synced") / "course")
    write(root / "notebooks/01_x.ipynb", new_code_cell("1", id="one"))
    write(root / "solutions/01_x.ipynb", new_code_cell(ANSWER, id="answer"), new_markdown_cell("Next", id="next"))
    assert sync.sync(root, check=False)
    return root


@pytest.fixture
def synced(use, template):
    """A course with one lesson and one solution, in step."""
    return use(template)


def state(root):
    """Every notebook's bytes and time of writing."""
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in root.glob("*/*.ipynb")}


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_round_trip(synced, capsys):
    exercise = notebook_files.read(synced / "exercises/01_x.ipynb")
    assert [cell.id for cell in exercise.cells] == ["title", "badge", "first-cell", "answer", "next"]
    assert exercise.cells[2].source == FIRST_CELL
    assert exercise.cells[3].source == "# your code here\nanswer = ...\nprint('so:', answer)"
    assert exercise.cells[3].outputs[0].text == "so: Ellipsis\n"  # executed: the output is its own
    assert "[Solution](../solutions/01_x.ipynb)" in exercise.cells[1].source
    before = state(synced)
    assert sync.main([]) == 0 and sync.main(["--check"]) == 0
    assert state(synced) == before  # nothing was written, not even the same bytes


def test_outputs_are_kept_when_only_words_change(synced, capsys):
    edit(synced / "exercises/01_x.ipynb", "so: Ellipsis", "marked by the test")
    edit(synced / "solutions/01_x.ipynb", '"Next"', '"Then"')
    assert sync.main([]) == 0
    text = (synced / "exercises/01_x.ipynb").read_text(encoding="utf-8")
    assert '"Then"' in text and "marked by the test" in text


def test_exercise_is_executed_again_when_its_code_changes(synced, capsys):
    edit(synced / "solutions/01_x.ipynb", "'so:'", "'thus:'")
    assert sync.main([]) == 0
    assert "thus: Ellipsis" in (synced / "exercises/01_x.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "file, old, new, message",
    [
        ("exercises/01_x.ipynb", "answer = ...", "answer = 42", "cell answer: source differs. Change its solution"),
        ("exercises/01_x.ipynb", '"Next"', '"Then"', "cell next: source differs"),
        ("solutions/01_x.ipynb", "print('so:'", "print('Answer:'", "exercises/01_x.ipynb: cell answer: source differs"),
        ("notebooks/01_x.ipynb", "depth=1", "depth=2", "cell first-cell: source differs. Run `python -m utils sync`"),
        ("notebooks/01_x.ipynb", "[Open in Colab]", "[Colab]", "cell badge: source differs"),
        ("notebooks/01_x.ipynb", '"python3"', '"my-kernel"', "metadata or format version differs"),
        ("notebooks/01_x.ipynb", '"id": "one"', '"id": "3f9a01bc"', "cells that do not belong: 3f9a01bc"),
        ("exercises/01_x.ipynb", '"id": "next"', '"id": "answer"', "a cell id used twice"),
        ("solutions/01_x.ipynb", "# END SOLUTION", "", "cell answer, line 1: `# BEGIN SOLUTION` has no"),
        ("solutions/01_x.ipynb", "6 * 7", "6 *", "cell answer, line 2: invalid syntax"),
        ("solutions/01_x.ipynb", '"cells"', '"cells', "cannot be read as a notebook"),
    ],
)
def test_check_names_the_drift_and_writes_nothing(synced, capsys, file, old, new, message):
    edit(synced / file, old, new)
    before = state(synced)
    assert sync.main(["--check"]) == 1
    assert message in capsys.readouterr().out
    assert state(synced) == before


def test_exercises_and_solutions_come_in_pairs(synced, capsys):
    (synced / "solutions/01_x.ipynb").rename(synced / "solutions/02_y.ipynb")
    assert sync.main(["--check"]) == 1
    printed = capsys.readouterr().out
    assert "exercises/01_x.ipynb: has no solution" in printed
    assert "exercises/02_y.ipynb: not there yet" in printed


def test_exercise_that_does_not_run_is_not_written(synced, capsys):
    edit(synced / "solutions/01_x.ipynb", "print('so:', answer)", "print(answer + 1)")
    before = state(synced)[synced / "exercises/01_x.ipynb"]
    assert sync.main([]) == 1
    assert "exercises/01_x.ipynb: cell 4 (answer) failed" in capsys.readouterr().out
    assert state(synced)[synced / "exercises/01_x.ipynb"] == before


def test_saving_leaves_no_other_file(synced):
    assert sorted(os.listdir(synced / "exercises")) == ["01_x.ipynb"]
