"""A small course in a temporary folder, so that no test touches the real notebooks."""

import shutil

import pytest

from utils.authoring import notebook_files


@pytest.fixture(scope="session")
def empty_course(tmp_path_factory):
    """A course without notebooks, whose `checkpoints.prepare()` says which copy it belongs to."""
    root = tmp_path_factory.mktemp("empty") / "course"
    for folder in ("utils", *notebook_files.FOLDERS):
        (root / folder).mkdir(parents=True)
    (root / "utils/__init__.py").touch()
    (root / "utils/checkpoints.py").write_text(
        "from pathlib import Path\n\ndef prepare():\n    return 'ready: ' + Path(__file__).parents[1].name\n"
    )
    return root


@pytest.fixture
def use(tmp_path, monkeypatch):
    """Copies a course, makes the copy the one that the tools work on, and returns its root."""

    def copy(template):
        root = shutil.copytree(template, tmp_path / "course")
        monkeypatch.setattr(notebook_files, "ROOT", root)
        return root

    return copy


@pytest.fixture
def course(use, empty_course):
    """The root of an empty course."""
    return use(empty_course)
