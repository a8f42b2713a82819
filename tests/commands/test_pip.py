"""What the person at the keyboard sees of pip."""

import subprocess
import sys
from pathlib import Path

import pytest

from utils.commands import install, pip
from utils.commands.place import Problem


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
