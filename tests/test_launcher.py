"""The launcher's failures: each is one sentence with its fix, a non-zero status and no traceback."""

import ast
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from utils import commands
from utils.commands import install, lab, pip, place, torch_build
from utils.commands import test as everything
from utils.commands.place import ROOT, Problem

FIRST_FILES = [ROOT / "utils/__init__.py", ROOT / "utils/__main__.py"]


@pytest.fixture(autouse=True)
def stay_here(monkeypatch):
    """Keep a launcher that should have failed from turning the test process into JupyterLab."""

    def refuse(*_):
        raise AssertionError("the launcher went on")

    monkeypatch.setattr(lab, "become", refuse)
    monkeypatch.setattr(commands, "become", refuse)


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


def sentence(capsys, *argv):
    """The one line that the command prints to stderr when it fails."""
    assert commands.main(list(argv)) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


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


def test_a_python_that_is_too_new(clone, capsys, monkeypatch):
    monkeypatch.setattr(install, "NEWEST", (3, 10))
    assert "exist for Python 3.11 to 3.10 and this is Python 3." in sentence(capsys, "lab")
    assert not (clone / ".venv").exists()


def test_no_venv_module(clone, capsys, monkeypatch):
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    assert "sudo apt install python3-venv" in sentence(capsys, "lab")
    assert not (clone / ".venv").exists()


def test_not_enough_disk_space(clone, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**12, 0, 1.25 * 10**9))
    assert "The install needs 4 GB of disk space and 1.2 GB is free" in sentence(capsys, "lab")
    assert not (clone / ".venv").exists()


def test_a_folder_that_cannot_be_written(clone, capsys, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    message = sentence(capsys, "lab")
    assert message.startswith(f"No permission to write {clone / '.venv'}: ")
    assert "copy the course to a folder of your own" in message


def fake_pip(monkeypatch, output, status=1):
    """Put a program that prints `output` in the place of pip."""
    real, code = subprocess.Popen, f"print({output!r}); raise SystemExit({status})"
    monkeypatch.setattr(pip.subprocess, "Popen", lambda command, **rest: real([sys.executable, "-c", code], **rest))


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (
            "WARNING: Retrying after NewConnectionError('<...>')\nERROR: No matching distribution",
            "connect to the network",
        ),
        ("python: No module named pip", "made without pip: delete that folder"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk became full"),
        (
            "ERROR: a\nERROR: No matching distribution found for torch",
            "(ERROR: No matching distribution found for torch)",
        ),
    ],
)
def test_a_failing_pip(clone, monkeypatch, output, expected):
    (clone / ".venv").mkdir()
    fake_pip(monkeypatch, output)
    with pytest.raises(Problem) as problem:
        pip.pip_install(Path(sys.executable), install.CONSTRAINTS, [install.LEARNER], [])
    assert expected in str(problem.value)
    assert str(pip.VENV) in str(problem.value)
    assert output in pip.LOG.read_text(encoding="utf-8")


def test_the_running_line_counts_the_packages_in_place(clone):
    for name in ("numpy-2.dist-info", "torch-2.dist-info"):
        (clone / ".venv/lib/site-packages" / name).mkdir(parents=True)
    pip.LOG.write_text("Collecting numpy\n")
    assert pip.last_line(0) == "Collecting numpy"
    pip.LOG.write_text("Collecting numpy\nInstalling collected packages: numpy, torch, tqdm\n")
    assert pip.last_line(0) == "2 of 3 packages in place"


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


def test_a_port_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        message = sentence(capsys, "lab", "--port", str(port))
        assert message.startswith(f"Port {port} is taken by another program: run ")
        offered = int(message.split("--port ")[1].split()[0])
        assert offered != port and lab.why_not(offered) is None


def test_without_a_port_the_next_free_one_is_taken(capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(lab, "FIRST_PORT", other.getsockname()[1])
        port = lab.choose_port(None)
    assert port > lab.FIRST_PORT
    assert f"Port {lab.FIRST_PORT} is taken" in capsys.readouterr().out
    assert "There is no port 70000" in sentence(capsys, "lab", "--port", "70000")


def test_a_misspelt_command_names_the_nearest(capsys):
    assert sentence(capsys, "lav").endswith("Did you mean: python3 -m utils lab")
    assert "the commands are lab, test, " in sentence(capsys, "zzz")


def test_help_has_a_line_for_each_command(capsys):
    assert commands.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in [*commands.HERE, *commands.ROOMS]:
        assert len([line for line in lines if line.startswith(f"  {name} ")]) == 1


def test_a_room_without_packages_names_the_command_that_installs(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(commands.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(commands, "venv_python", lambda venv=tmp_path: place.venv_python(venv))
    assert "is not installed yet: run python3 -m utils lab once" in sentence(capsys, "sync")


@pytest.fixture
def local_index():
    """The address of a server that answers every request with a page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_no_gpu_takes_the_cpu_index_where_it_answers(monkeypatch, local_index):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch_build, "has_nvidia_gpu", lambda: False)
    monkeypatch.setattr(torch_build, "CPU_INDEX", local_index)
    arguments, cuda, choice = torch_build.choose()
    assert arguments == ["--extra-index-url", local_index] and not cuda and "no NVIDIA GPU found" in choice


def test_no_gpu_takes_the_ordinary_index_where_the_other_is_silent(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch_build, "has_nvidia_gpu", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert torch_build.answers(url, seconds=0.5) is False
    monkeypatch.setattr(torch_build, "CPU_INDEX", url)  # closed by now
    arguments, cuda, choice = torch_build.choose()
    assert arguments == [] and cuda and "did not answer" in choice


def test_a_gpu_and_other_systems_take_the_ordinary_index(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/nvidia-smi" if name == "nvidia-smi" else None)
    assert torch_build.choose() == ([], True, "torch with CUDA: this computer has an NVIDIA GPU")
    for system in ("darwin", "win32"):
        monkeypatch.setattr(sys, "platform", system)
        assert torch_build.choose()[:2] == ([], False)


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


def test_all_steps_run_though_one_fails(capfd, monkeypatch):
    monkeypatch.setattr(install, "ensure", lambda *_: sys.executable)
    monkeypatch.setattr(everything, "steps", lambda fast: [("one", ["no_such_module"]), ("two", ["platform"])])
    assert commands.main(["test"]) == 1
    printed = capfd.readouterr().out
    assert "--- one: FAILED (status 1) in " in printed and "--- two: passed in " in printed
    assert "| one | FAILED | " in printed and "| two | passed | " in printed and "| all | FAILED | " in printed

    monkeypatch.setattr(everything, "steps", lambda fast: [("two", ["platform"])])
    assert commands.main(["test"]) == 0


def test_fast_leaves_out_nbval_only():
    names = [name for name, _ in everything.steps(fast=False)]
    assert names[-1] == "notebooks (nbval)"
    assert [name for name, _ in everything.steps(fast=True)] == names[:-1]
