""".venv is made, finished, repaired or left alone; each failure is one sentence with its fix."""

import ast
import json
import shutil
import subprocess
from pathlib import Path

from utils import commands
from utils.commands import install


def test_a_python_that_is_too_new(clone, sentence, monkeypatch):
    monkeypatch.setattr(install, "NEWEST", (3, 10))
    assert "exist for Python 3.11 to 3.10 and this is Python 3." in sentence("lab")
    assert not (clone / ".venv").exists()


def test_no_venv_module(clone, sentence, monkeypatch):
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    assert "sudo apt install python3-venv" in sentence("lab")
    assert not (clone / ".venv").exists()


def test_not_enough_disk_space(clone, sentence, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**12, 0, 1.25 * 10**9))
    assert "The install needs 4 GB of disk space and 1.2 GB is free" in sentence("lab")
    assert not (clone / ".venv").exists()


def test_a_folder_that_cannot_be_written(clone, sentence, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    message = sentence("lab")
    assert message.startswith(f"No permission to write {clone / '.venv'}: ")
    assert "copy the course to a folder of your own" in message


def test_install_then_nothing_more_to_do(clone, pip_calls):
    python = install.ensure(install.LEARNER)
    install.ensure(install.LEARNER)
    assert len(pip_calls) == 1
    code = "import sys; print(sys.path)"
    path = subprocess.run([python, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8", cwd="/").stdout
    assert str(clone) in ast.literal_eval(path)  # so `import utils` works in every kernel

    install.ensure(install.LEARNER, install.TESTS)
    install.ensure(install.LEARNER)
    assert len(pip_calls) == 2
    install.CONSTRAINTS.write_text("numpy==0")
    install.ensure(install.LEARNER)
    assert len(pip_calls) == 3


def test_an_interrupted_install_is_made_again(clone, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(install, "pip_install", interrupt)
    assert commands.main(["lab"]) == 130
    assert json.loads((clone / ".venv/course.json").read_text()) == {}
    (clone / ".venv/left-over").touch()

    monkeypatch.setattr(install, "pip_install", lambda *_: None)
    install.ensure(install.LEARNER)
    assert "half-finished" in capsys.readouterr().out
    assert not (clone / ".venv/left-over").exists()
    assert list(json.loads((clone / ".venv/course.json").read_text())) == ["requirements.txt"]


def test_a_venv_whose_python_is_gone_is_made_again(clone, pip_calls):
    python = install.ensure(install.LEARNER)
    python.unlink()
    python.symlink_to(clone / "no-python-here")
    install.ensure(install.LEARNER)
    assert subprocess.run([python, "-c", ""]).returncode == 0
    assert len(pip_calls) == 2


def test_a_venv_made_by_hand_is_kept(clone, pip_calls):
    subprocess.run([*install.MAKE_VENV, clone / ".venv"], check=True)
    (clone / ".venv/my-file").touch()
    install.ensure(install.LEARNER)
    assert (clone / ".venv/my-file").exists()
