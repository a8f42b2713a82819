"""The environment check: each fault is simulated, and its line asserted."""

import shutil
import socket
import sys
from importlib import metadata
from types import SimpleNamespace

import psutil
import pytest

from utils import checkpoints
from utils.workshop import environment
from utils.workshop.environment import CHECKS, Finding, check_environment, main, report


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    """No choice of models made, none from outside; a settings file of the test's own."""
    file = tmp_path / "settings.json"
    monkeypatch.setenv("COURSE_SETTINGS", str(file))
    monkeypatch.delenv("COURSE_MODELS", raising=False)
    return file


def finding(what: str) -> Finding:
    """What one check of the report says. A finding that is not OK always has a fix, and is one line."""
    found = environment._examine(what, CHECKS[what])
    assert found.what == what and found.status in ("OK", "WARN", "FAIL")
    assert (found.status == "OK") == (found.fix == "")
    assert "\n" not in found.detail + found.fix
    return found


# --- the report ---------------------------------------------------------------------------------------------


def test_this_copy_of_the_course_is_ready():
    findings = {found.what: found for found in check_environment()}
    subjects = "Python, Packages, PyTorch, Models, Model files, Tokenizer, Widgets, Memory, Disk, Processor"
    assert ", ".join(findings) == subjects
    assert {what for what, found in findings.items() if found.status != "OK"} <= {"Memory", "Disk"}


def test_the_report_prints_a_line_a_finding(capsys):
    report([Finding("OK", "Python", "3.11.7"), Finding("WARN", "Memory", "1.5 GB free", "close other programs")])
    assert capsys.readouterr().out.splitlines() == [
        "[OK]   Python: 3.11.7",
        "[WARN] Memory: 1.5 GB free. Fix: close other programs.",
        "Ready, with the warnings above.",
    ]


@pytest.mark.parametrize(
    "statuses, code, last",
    [
        (["OK", "OK"], 0, "Ready."),
        (["OK", "WARN"], 0, "Ready, with the warnings above."),
        (["FAIL", "WARN"], 1, "Not ready yet: fix each [FAIL] line, restart the kernel and check again."),
    ],
)
def test_the_command_fails_when_a_check_fails(statuses, code, last, monkeypatch, capsys):
    monkeypatch.setattr(environment, "CHECKS", {str(i): lambda s=s: (s, "", "") for i, s in enumerate(statuses)})
    assert main([]) == code
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_a_check_that_breaks_is_a_line_of_the_report(monkeypatch):
    def broken():
        raise RuntimeError("on two\nlines.")

    monkeypatch.setattr(environment, "CHECKS", {"Broken": broken, "Python": environment.python})
    first, second = check_environment()
    assert (first.status, second.status) == ("FAIL", "OK")
    assert first.detail == "the check stopped with RuntimeError: on two lines"
    assert "open an issue" in first.fix


def test_with_every_package_gone_there_is_still_a_report(monkeypatch):
    for package in ("packaging", "packaging.requirements", "torch", "transformers", "psutil", "platformdirs"):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delenv("COURSE_SETTINGS")
    statuses = {found.what: found.status for found in check_environment()}
    failed = {what for what, status in statuses.items() if status == "FAIL"}
    assert {"Packages", "PyTorch", "Models", "Tokenizer", "Memory"} <= failed
    assert statuses["Python"] == "OK"


@pytest.mark.parametrize("mode", ["mini", "hub"])
def test_no_check_uses_the_network(mode, monkeypatch):
    called = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_: called.append(asked) or [])
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: called.append(address))
    monkeypatch.setenv("COURSE_MODELS", mode)
    assert len(check_environment()) == len(CHECKS)
    assert called == []


# --- one fault at a time ------------------------------------------------------------------------------------


def test_an_old_python(monkeypatch):
    monkeypatch.setattr(environment, "OLDEST_PYTHON", (99, 1))
    found = finding("Python")
    assert found.status == "FAIL" and found.detail.startswith("3.")
    assert found.fix.startswith("install Python 99.1 or newer")


@pytest.fixture
def requirements(tmp_path, monkeypatch):
    def write(text: str):
        (tmp_path / "requirements.txt").write_text(text)
        monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path / "requirements.txt")

    return write


def test_packages_in_their_ranges(requirements):
    requirements("# a comment\nnumpy>=1\n\ntorch>=2,<99\n")
    assert finding("Packages").detail == "all 2 of requirements.txt, in their ranges"


def test_a_missing_package_fails_and_one_out_of_range_warns(requirements):
    requirements("numpy>=99\npytest>=1\n")
    found = finding("Packages")
    assert found.status == "WARN"
    assert found.detail == f"numpy is {metadata.version('numpy')}, not >=99"
    assert found.fix == 'run %pip install "numpy>=99" in a cell, then restart the kernel'
    requirements("numpy>=99\nno-such-package-here>=1,<2\n")
    found = finding("Packages")
    assert found.status == "FAIL"
    assert found.detail.startswith("no-such-package-here is missing, numpy is ")
    assert '"no-such-package-here<2,>=1" "numpy>=99"' in found.fix


def test_colab_needs_no_jupyterlab(requirements, monkeypatch):
    requirements("numpy>=1\njupyterlab>=999\n")
    assert finding("Packages").status == "WARN"
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert finding("Packages").detail == "all 1 of requirements.txt, in their ranges"


def test_a_requirements_file_that_is_gone(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path / "requirements.txt")
    found = finding("Packages")
    assert found.status == "FAIL" and "FileNotFoundError" in found.detail


@pytest.fixture
def broken_torch(monkeypatch):
    """Makes `import torch` raise the given error."""

    def break_it(error: Exception):
        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == "torch":
                    raise error

        monkeypatch.delitem(sys.modules, "torch", raising=False)
        monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])

    return break_it


def test_the_windows_library_fault_of_torch_names_its_cure(broken_torch):
    broken_torch(OSError('[WinError 1114] A dynamic link library (DLL) routine failed. Error loading "c10.dll".'))
    found = finding("PyTorch")
    assert found.status == "FAIL" and "WinError 1114" in found.detail
    assert "newest Microsoft Visual C++ Redistributable" in found.fix


@pytest.mark.parametrize("error", [OSError("libgomp.so.1: cannot open"), ImportError("numpy.core failed")])
def test_another_fault_of_torch_is_quoted(error, broken_torch):
    broken_torch(error)
    found = finding("PyTorch")
    assert (found.status, found.detail) == ("FAIL", f"it does not load ({error})")
    assert found.fix.startswith("delete the folder .venv and start the course again")


def test_which_models_are_in_use_and_why(monkeypatch):
    assert finding("Models").detail == "mini (the default)"
    checkpoints.switch("hub", sure=True)
    assert finding("Models").detail == "hub (your choice)"
    monkeypatch.setenv("COURSE_MODELS", "mini")
    assert finding("Models").detail == "mini (set by COURSE_MODELS)"


def test_a_choice_that_cannot_be_read(settings, monkeypatch):
    settings.write_text("{")
    found = finding("Models")
    assert found.status == "FAIL" and "Choose again with checkpoints.switch" in found.fix
    monkeypatch.setenv("COURSE_MODELS", "big")
    found = finding("Models")
    assert found.status == "FAIL" and "COURSE_MODELS is 'big'" in found.fix


def test_a_choice_that_cannot_be_kept(settings, tmp_path, monkeypatch):
    settings.write_text("a file where the folder should be")
    monkeypatch.setenv("COURSE_SETTINGS", str(settings / "settings.json"))
    monkeypatch.setenv("COURSE_MODELS", "mini")
    found = finding("Models")
    assert found.status == "WARN" and "another choice cannot be kept" in found.detail
    assert "COURSE_MODELS" in found.fix


def test_damaged_model_files_are_named_with_the_repair(monkeypatch):
    def locate(name):
        if "roberta" in name:
            raise checkpoints.CheckpointError(f"The file of {name} is damaged. Restore it.")

    monkeypatch.setattr(checkpoints, "locate", locate)
    found = finding("Model files")
    assert found.status == "FAIL"
    assert found.detail == "not usable: roberta-base, distilroberta-base, roberta-base-SST-2"
    assert found.fix == "The file of roberta-base is damaged. Restore it"


def test_model_files_that_are_all_there(monkeypatch):
    monkeypatch.setattr(checkpoints, "locate", lambda name: None)
    assert finding("Model files").detail == "6 shipped checkpoints, every file intact"


def test_downloads_that_are_still_to_come(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_MODELS", "hub")
    monkeypatch.setattr(checkpoints, "downloaded", lambda name: None if "sst" in name.lower() else tmp_path)
    megabytes = sum(row.megabytes for name, row in checkpoints.CATALOGUE.items() if "sst" in name.lower())
    found = finding("Model files")
    assert found.status == "WARN"
    assert found.detail == f"2 of 6 published checkpoints are not on this machine yet ({megabytes} MB)"
    assert "checkpoints.locate(name)" in found.fix
    monkeypatch.setattr(checkpoints, "downloaded", lambda name: tmp_path)
    assert finding("Model files").detail == "6 published checkpoints, all on this machine"


@pytest.mark.parametrize("ids, status", [([0, 31414, 2], "OK"), ([0, 725, 417, 4, 9, 2], "FAIL"), ([31414], "FAIL")])
def test_a_tokenizer_that_cuts_hello_into_characters_is_found(ids, status, monkeypatch, tmp_path):
    loaded = []

    def from_pretrained(folder):
        loaded.append(folder)
        return lambda text: SimpleNamespace(input_ids=ids)

    monkeypatch.setattr("transformers.AutoTokenizer", SimpleNamespace(from_pretrained=from_pretrained))
    monkeypatch.setattr(checkpoints, "locate", lambda name: tmp_path / name)
    found = finding("Tokenizer")
    assert found.status == status and f'"Hello" becomes {ids}' in found.detail
    assert loaded == [tmp_path / "roberta-base"]
    assert ("delete the folder .venv" in found.fix) == (status == "FAIL")


def test_a_tokenizer_that_is_not_downloaded_yet(monkeypatch):
    monkeypatch.setenv("COURSE_MODELS", "hub")
    monkeypatch.setattr(checkpoints, "downloaded", lambda name: None)
    found = finding("Tokenizer")
    assert (found.status, found.detail) == ("WARN", "roberta-base is not downloaded yet")
    assert 'checkpoints.locate("roberta-base")' in found.fix


@pytest.mark.parametrize(
    "version, status",
    [("7.7.1", "OK"), ("8.1.9", "OK"), ("7.6.5", "WARN"), ("9.0.0", "WARN"), ("80.1", "WARN"), ("7.70.0", "WARN")],
)
def test_widgets_of_another_version_warn(version, status, monkeypatch):
    monkeypatch.setattr(environment.metadata, "version", lambda package: version)
    found = finding("Widgets")
    assert found.status == status and f"ipywidgets {version}" in found.detail
    assert ('"ipywidgets>=8,<9"' in found.fix) == (status == "WARN")


@pytest.mark.parametrize("gigabytes, status", [(1.9, "WARN"), (2.1, "OK")])
def test_little_memory_and_little_disk_warn(gigabytes, status, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=gigabytes * 1e9))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=gigabytes * 1e9))
    memory, disk = finding("Memory"), finding("Disk")
    assert (memory.status, disk.status) == (status, status)
    assert memory.detail == disk.detail == f"{gigabytes} GB free"
    if status == "WARN":
        assert "shut down the kernels" in memory.fix and "mini models" in disk.fix
