"""The test command runs all its steps."""

import sys

from utils import commands
from utils.commands import install
from utils.commands import test as everything


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
