"""The first cell finds the course from anywhere, and stamping brings every notebook into the common shape."""

import copy
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from utils.authoring.notebook_files import AuthoringError
from utils.authoring.shared_cells import FIRST_CELL, METADATA, REPOSITORY, TAG, badge, is_readable, stamp


def run_first_cell(folder, cell=FIRST_CELL, before="", times=1):
    """Output of the cell in a bare Python (no site-packages, so that no installed `utils` helps)."""
    code = before + "\n" + "\n".join([cell] * times)
    command = [sys.executable, "-I", "-S", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_first_cell_is_short():
    lines = FIRST_CELL.splitlines()
    assert len(lines) <= 6
    assert max(map(len, lines)) < 120


@pytest.mark.parametrize("folder", ["", "notebooks", "exercises/drafts/of/mine"])
def test_first_cell_works_in_any_folder_of_the_course(course, folder):
    (course / folder).mkdir(parents=True, exist_ok=True)
    result = run_first_cell(course / folder, times=2)
    assert result.stdout == "ready: course\n" * 2, result.stderr


def test_first_cell_elsewhere_uses_the_installed_course(course, tmp_path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    site.mkdir()
    elsewhere.mkdir()
    assert "No module named 'utils'" in run_first_cell(elsewhere).stderr
    (site / "course.pth").write_text(str(course))
    result = run_first_cell(elsewhere, before=f"import site; site.addsitedir({str(site)!r})")
    assert result.stdout == "ready: course\n", result.stderr


ADA = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
ON_COLAB = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')"


@pytest.fixture
def released(course):
    """The course as a Git repository with the release that the first cell asks for."""
    git = ["git", "-C", course, *ADA]
    subprocess.run(["git", "init", "-q", "-b", "main", course], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "A course"], check=True)
    subprocess.run([*git, "tag", TAG], check=True)
    return course


@pytest.fixture
def content(tmp_path):
    """Stands for Colab's folder /content."""
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


def cell_for(content, address):
    return FIRST_CELL.replace(REPOSITORY, address).replace("/content", str(content))


def test_first_cell_fetches_the_release_once_on_colab(released, content):
    (released / "utils/checkpoints.py").write_text("def prepare():\n    return 'newer than the release'\n")
    subprocess.run(["git", "-C", released, *ADA, "commit", "-q", "-a", "-m", "Work in progress"], check=True)
    cell = cell_for(content, released.as_uri())
    assert "No module named 'utils'" in run_first_cell(content, cell).stderr  # not on Colab: nothing is fetched
    result = run_first_cell(content, cell, ON_COLAB, times=2)
    assert (result.stdout, result.stderr) == ("ready: course\n" * 2, "")
    (content / "course/notes.txt").write_text("mine")
    assert run_first_cell(content, cell, ON_COLAB).stdout == "ready: course\n"
    assert (content / "course/notes.txt").read_text() == "mine"
    assert sorted(path.name for path in content.iterdir()) == ["course"]


def test_a_clone_that_was_broken_off_is_not_taken_for_the_course(released, content):
    (content / ".new/utils").mkdir(parents=True)
    (content / ".new/utils/checkpoints.py").touch()
    result = run_first_cell(content, cell_for(content, released.as_uri()), ON_COLAB)
    assert (result.stdout, result.stderr) == ("ready: course\n", "")


@pytest.mark.parametrize(
    ("address", "fault"),
    [("file:///nowhere/course", "does not"), ("http://127.0.0.1:9/course", "127.0.0.1"), ("a tag too few", "v1.0")],
)
def test_a_course_that_cannot_be_fetched_is_told_in_one_sentence(released, content, address, fault):
    if address == "a tag too few":
        subprocess.run(["git", "-C", released, "tag", "-d", TAG], check=True)
        address = released.as_uri()
    result = run_first_cell(content, cell_for(content, address), ON_COLAB)
    assert result.returncode == 1 and result.stdout == "" and "Traceback" not in result.stderr
    *reason, sentence = result.stderr.splitlines()
    assert sentence == "The course did not arrive: go online and run this again."
    assert fault in "\n".join(reason)  # what Git says itself
    assert not (content / "course").exists()


def test_badge_links_only_to_notebooks_that_exist(course):
    (course / "notebooks/01_x.ipynb").touch()
    assert "](../" not in badge("notebooks", "01_x.ipynb", course)
    (course / "solutions/01_x.ipynb").touch()
    text = badge("exercises", "01_x.ipynb", course)
    colab = f"https://colab.research.google.com/github/{REPOSITORY.split('/', 3)[3]}/blob/{TAG}"
    assert text.startswith(f"[Open in Colab]({colab}/exercises/01_x.ipynb) · [Lesson](../notebooks/01_x.ipynb)")
    for folder in ("notebooks", "solutions"):  # on Colab a relative link leads nowhere
        assert f"(../{folder}/01_x.ipynb) ([in Colab]({colab}/{folder}/01_x.ipynb))" in text
    assert "!" not in text  # no image: it reads with no network


def test_stamp_shapes_a_notebook_and_is_stable(course):
    notebook = new_notebook(metadata={"widgets": {}, "colab": {}})
    notebook.cells = [
        new_markdown_cell("# A title", id="9c56ef82"),
        new_code_cell("1", id="first-cell", metadata={"scrolled": True}),
        new_markdown_cell("## 2. Reading the card"),
        new_code_cell("1", id="keep-me", metadata={"execution": {"iopub.status.busy": "12:00"}, "tags": ["x"]}),
        new_code_cell("2", id="keep-me"),
        new_code_cell("3"),
    ]
    stamp(notebook, course / "notebooks/01_x.ipynb")
    ids = [cell.id for cell in notebook.cells]
    assert ids[:5] == ["a-title", "badge", "first-cell", "reading-the-card", "keep-me"]
    assert len(set(ids)) == 7 and all(map(is_readable, ids))
    assert notebook.cells[2].source == FIRST_CELL and notebook.cells[2].metadata == {}
    assert notebook.cells[4].metadata == {"tags": ["x"]}
    assert notebook.metadata == METADATA
    again = copy.deepcopy(notebook)
    stamp(again, course / "notebooks/01_x.ipynb")
    assert again == notebook


def test_stamp_asks_for_a_title(course):
    with pytest.raises(AuthoringError, match="must be Markdown"):
        stamp(new_notebook(cells=[new_code_cell("1")]), course / "notebooks/01_x.ipynb")


@pytest.mark.parametrize("name", ["3f9a01bc", "deadbeef", "9c56ef82-1b2c-4d3e-8f90-0123456789ab", "Card", "2nd", ""])
def test_random_and_odd_ids_are_not_readable(name):
    assert not is_readable(name)
