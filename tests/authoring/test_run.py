"""`run` saves notebooks that strict nbval accepts and that a second run does not change; faults are named."""

import json
import shutil
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, output_from_msg

from utils.authoring import lint, notebook_files, run
from utils.authoring.shared_cells import FIRST_CELL, METADATA

WIDGET = """\
import ipywidgets
class Quiz(ipywidgets.VBox):
    def _repr_mimebundle_(self, **kwargs):
        view = super()._repr_mimebundle_(**kwargs)
        return {**view, "text/plain": "Question 1", "text/html": "<p>Question 1</p>"}
Quiz([ipywidgets.HTML("Which?")])"""


def write(path, *sources, tags=()):
    cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
    cells[-1].metadata["tags"] = list(tags)
    notebook_files.save(path, new_notebook(cells=[new_markdown_cell("# Title", id="title"), *cells]))
    return path


@pytest.fixture(scope="module")
def template(empty_course, tmp_path_factory):
    """A course with a notebook of prints, a result, a widget and a live cell, run once for all tests here."""
    root = shutil.copytree(empty_course, tmp_path_factory.mktemp("executed") / "course")
    prints = "for n in range(3):\n    print(n, flush=True)"
    sources = [FIRST_CELL, prints, "dict(a=1)", WIDGET, "", "import time; time.time()"]
    path = write(root / "notebooks/01_x.ipynb", *sources, tags=["nbval-ignore-output"])
    assert run.main([str(path)]) == 0
    return root


@pytest.fixture
def executed(use, template):
    """The path of the executed notebook."""
    return use(template) / "notebooks/01_x.ipynb"


def test_saved_clean(executed, capsys):
    notebook = notebook_files.read(executed)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, None, 5]
    assert notebook.metadata == METADATA
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    assert [cell.id for cell in code] == [f"cell-{n}" for n in range(6)]
    assert [output.text for output in code[1].outputs] == ["0\n1\n2\n"]
    assert code[3].outputs[0].data == {"text/plain": "Question 1", "text/html": "<p>Question 1</p>"}
    assert lint.main([str(executed)]) == 0


def test_second_run_changes_only_live_cells(executed):
    before = notebook_files.read(executed)
    assert run.main([str(executed)]) == 0
    after = notebook_files.read(executed)
    assert before.cells[-1].outputs != after.cells[-1].outputs
    before.cells[-1].outputs = after.cells[-1].outputs
    assert notebook_files.text_of(before) == notebook_files.text_of(after)


def test_strict_nbval_passes_and_a_changed_output_fails(executed):
    changed = executed.with_name("02_changed.ipynb")
    changed.write_text(executed.read_text().replace("{'a': 1}", "{'a': 2}"))
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run([*command, executed, changed], capture_output=True, text=True, cwd=executed.parent)
    assert result.returncode == 1 and "1 failed, 11 passed" in result.stdout, result.stdout
    assert "FAILED 02_changed.ipynb" in result.stdout


def test_cleared_notebook_fails_the_lint(executed, capsys):
    notebook = notebook_files.read(executed)
    for cell in notebook.cells[1:]:
        cell.outputs, cell.execution_count = [], None
    notebook_files.save(executed, notebook)
    assert lint.main([str(executed)]) == 1
    assert "cell cell-0 has execution count None, not 1; run the notebook." in capsys.readouterr().out


@pytest.mark.parametrize(
    "source, message",
    [
        ("x = 1\n1 / 0", "cell 3 (cell-1) failed:"),
        ("import os; os._exit(1)", "cell 3 (cell-1): the kernel died"),
        ("import time; time.sleep(9)", "cell 3 (cell-1) ran past the limit"),
    ],
    ids=["error", "dead kernel", "timeout"],
)
def test_failing_cell_is_named_and_the_file_left_alone(course, capsys, source, message):
    path = write(course / "notebooks/01_x.ipynb", "print(1)", source)
    before = path.read_bytes()
    assert run.main(["--timeout", "2", str(path)]) == 1
    printed = capsys.readouterr().out
    assert message in printed and "not saved" in printed
    assert ("ZeroDivisionError: division by zero" in printed) == ("1 / 0" in source)
    assert path.read_bytes() == before


def test_several_notebooks_one_after_another(course, capsys):
    read_back = "import os; [os.environ['COURSE_MODELS'], os.path.exists(os.environ['COURSE_SETTINGS'])]"
    good = write(course / "notebooks/01_x.ipynb", read_back)
    bad = course / "notebooks/02.ipynb"
    assert run.main([str(bad), str(good)]) == 1
    printed = capsys.readouterr().out
    assert "02.ipynb: running … not saved" in printed and "01_x.ipynb: running … saved" in printed
    assert notebook_files.read(good).cells[1].outputs[0].data["text/plain"] == "['mini', False]"


def test_kernel_is_this_python_whatever_is_installed(course, tmp_path, monkeypatch, capsys):
    spec = {"argv": ["no-such-program"], "display_name": "Python 3", "language": "python"}
    (tmp_path / "kernels/python3").mkdir(parents=True)
    (tmp_path / "kernels/python3/kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.delenv("JUPYTER_PREFER_ENV_PATH", raising=False)
    path = write(course / "notebooks/01_x.ipynb", "import sys; print(sys.executable)")
    assert run.main([str(path)]) == 0
    assert notebook_files.read(path).cells[1].outputs[0].text == sys.executable + "\n"


def test_only_consecutive_prints_are_merged():
    def stream(text, name="stdout"):
        return output_from_msg({"header": {"msg_type": "stream"}, "content": {"name": name, "text": text}})

    tidy = run.tidy_outputs([stream("a"), stream("b"), stream("c", "stderr"), stream("d")])
    assert [(output.name, output.text) for output in tidy] == [("stdout", "ab"), ("stderr", "c"), ("stdout", "d")]
