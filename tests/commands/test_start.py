"""Which command starts, and where: each failure is one sentence with its fix and no traceback."""

import ast
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from utils import commands
from utils.commands import lab, place
from utils.commands.place import ROOT

FIRST_FILES = [ROOT / "utils/__init__.py", ROOT / "utils/__main__.py"]


def old_pythons():
    folders = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep)] + [
        *Path.home().glob(".pyenv/versions/*/bin")
    ]
    names = ("python2.7", "python3.6", "python3.8", "python3.10")
    return [str(folder / name) for name in names for folder in folders if (folder / name).exists()]


@pytest.mark.parametrize("path", FIRST_FILES, ids=lambda path: path.name)
def test_old_pythons_can_read_the_first_files(path):
    source = path.read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 4))
    assert source.isascii()  # Python 2 refuses anything else without a coding line
    assert not any(isinstance(node, (ast.JoinedStr, ast.AnnAssign)) for node in ast.walk(ast.parse(source)))


def test_an_old_python_gets_one_sentence():
    tried = 0
    for python in old_pythons():
        if subprocess.run([python, "-c", ""], capture_output=True).returncode:
            continue  # a shim without a version behind it
        tried += 1
        run = subprocess.run([python, "-B", "-m", "utils", "lab"], cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 1
        assert run.stderr.startswith("The course needs Python 3.11 or newer and this is Python ")
        assert "https://www.python.org/downloads/" in run.stderr
        assert len(run.stderr.strip().splitlines()) == 1
    if not tried:
        pytest.skip("no old Python on this machine")


def test_the_launcher_needs_the_standard_library_only():
    modules = ", ".join(f"utils.commands.{name}" for name in ("lab", "test", "from_room"))
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {modules}; print('site-packages' in str(sys.path))"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_port_that_is_taken(sentence):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        message = sentence("lab", "--port", str(port))
        assert message.startswith(f"Port {port} is taken by another program: run ")
        offered = int(message.split("--port ")[1].split()[0])
        assert offered != port and lab.why_not(offered) is None


def test_without_a_port_the_next_free_one_is_taken(capsys, sentence, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(lab, "FIRST_PORT", other.getsockname()[1])
        port = lab.choose_port(None)
    assert port > lab.FIRST_PORT
    assert f"Port {lab.FIRST_PORT} is taken" in capsys.readouterr().out
    assert "There is no port 70000" in sentence("lab", "--port", "70000")


def test_a_misspelt_command_names_the_nearest(sentence):
    assert sentence("lav").endswith("Did you mean: python3 -m utils lab")
    assert "the commands are lab, test, " in sentence("zzz")


def test_help_has_a_line_for_each_command(capsys):
    assert commands.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in [*commands.HERE, *commands.ROOMS]:
        assert len([line for line in lines if line.startswith(f"  {name} ")]) == 1


def test_a_room_without_packages_names_the_command_that_installs(sentence, monkeypatch, tmp_path):
    monkeypatch.setattr(commands.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(commands, "venv_python", lambda venv=tmp_path: place.venv_python(venv))
    assert "is not installed yet: run python3 -m utils lab once" in sentence("sync")


def test_paths_on_windows():
    assert place.venv_python("venv", windows=True) == Path("venv/Scripts/python.exe")
    assert place.venv_python("venv", windows=False) == Path("venv/bin/python")


def test_going_on_as_another_program_on_windows(monkeypatch):
    monkeypatch.setattr(place, "WINDOWS", True)
    monkeypatch.chdir(ROOT)  # where `become` goes too: back at the end
    with pytest.raises(SystemExit) as end:
        place.become([sys.executable, "-c", "raise SystemExit(7)"])
    assert end.value.code == 7


def test_the_settings_reach_jupyterlab(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    assert lab.lab_environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [str(ROOT / ".jupyter"), "mine"]
    for path in (ROOT / ".jupyter").rglob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))
