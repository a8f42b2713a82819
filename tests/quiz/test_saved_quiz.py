"""A notebook with a quiz: `run` saves it without widgets, the lints accept it, and strict nbval passes for all."""

import os
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from utils.authoring import lint, notebook_files, run
from utils.commands.place import ROOT
from utils.quiz import bank, store

CELLS = ['from utils.quiz import cards, quiz, test\nquiz("01")', 'cards("01")', "cards()", "test(seconds=600)"]
MOST_BYTES = 15_000


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook with all that a lesson may show, executed as `utils run` does."""
    path = tmp_path_factory.mktemp("lesson") / "01_x.ipynb"
    code = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(CELLS)]
    notebook_files.save(path, new_notebook(cells=[new_markdown_cell("# Title", id="title"), *code]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        assert run.main([str(path)]) == 0
    return path


def code_cells(path):
    return [cell for cell in notebook_files.read(path).cells if cell.cell_type == "code"]


def test_each_cell_keeps_one_output_that_reads_without_a_kernel(executed):
    assert "widgets" not in notebook_files.read(executed).metadata
    for cell in code_cells(executed):
        (output,) = cell.outputs
        assert set(output.data) == {"text/html", "text/plain"}
        assert "run this cell" in output.data["text/plain"]
    assert len(code_cells(executed)[0].outputs[0].data["text/html"].encode()) <= MOST_BYTES


def test_the_lints_accept_it(executed, capsys):
    assert lint.main([str(executed)]) == 0, capsys.readouterr().out


def nbval(path, progress):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider", path]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(progress)}
    result = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, env=environment)
    return result.stdout


def test_strict_nbval_passes_for_a_learner_who_has_done_much(executed, tmp_path, monkeypatch):
    progress = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(progress))
    kept = store.Store.open()
    for lesson in bank.lessons():
        kept.record_read(lesson)
        for question in bank.load(lesson).questions:
            kept.record_question(question.key, True, 1, 0, ("right",))
    assert f"{len(CELLS)} passed" in nbval(executed, progress)


def test_strict_nbval_sees_a_changed_question_and_passes_what_was_never_run(executed, tmp_path):
    text = executed.read_text(encoding="utf-8")
    stem = bank.load("01").questions[0].stem.split("`")[-1]
    changed, cleared = tmp_path / "01_changed.ipynb", tmp_path / "01_cleared.ipynb"
    changed.write_text(text.replace(stem, "Another question"), encoding="utf-8")
    assert f"1 failed, {len(CELLS) - 1} passed" in nbval(changed, "off")
    notebook = notebook_files.read(executed)
    for cell in notebook.cells[1:]:
        cell.outputs, cell.execution_count = [], None
    notebook_files.save(cleared, notebook)
    assert f"{len(CELLS)} passed" in nbval(cleared, "off")
