"""A course in an empty folder, for the tests of the launcher."""

import pytest

from utils import commands
from utils.commands import install, lab, pip, place, torch_build
from utils.commands.place import ROOT


@pytest.fixture(autouse=True)
def stay_here(monkeypatch):
    """Keep a launcher that should have failed from turning the test process into JupyterLab."""

    def refuse(*_):
        raise AssertionError("the launcher went on")

    monkeypatch.setattr(lab, "become", refuse)
    monkeypatch.setattr(commands, "become", refuse)
    monkeypatch.delenv("COURSE_FROM", raising=False)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """An empty course in a folder with a space and an accent in its name; torch's index is not asked."""
    root = tmp_path / "my café course"
    for path in (install.LEARNER, install.TESTS, install.CONSTRAINTS):
        copy = root / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.name)
        for name in ("LEARNER", "TESTS", "CONSTRAINTS"):
            if getattr(install, name) == path:
                monkeypatch.setattr(install, name, copy)
    venv = root / ".venv"
    monkeypatch.setattr(install, "ROOT", root)
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "STAMP", venv / "course.json")
    monkeypatch.setattr(install, "venv_python", lambda: place.venv_python(venv))
    monkeypatch.setattr(install, "MAKE_VENV", [*install.MAKE_VENV, "--without-pip"])  # four times faster
    monkeypatch.setattr(pip, "VENV", venv)
    monkeypatch.setattr(pip, "LOG", venv / "install.log")
    monkeypatch.setattr(torch_build, "choose", lambda: ([], False, "torch from nowhere"))
    return root


@pytest.fixture
def pip_calls(monkeypatch):
    """Let pip succeed without doing anything, and record what it was asked for."""
    calls = []
    monkeypatch.setattr(install, "pip_install", lambda *arguments: calls.append(arguments))
    return calls


@pytest.fixture
def sentence(capsys):
    """Run a command that has to fail; give the one line that it prints to stderr."""

    def run(*argv):
        assert commands.main(list(argv)) == 1
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1
        return lines[0]

    return run
