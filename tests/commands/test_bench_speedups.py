"""The benchmark of the benchmark: speed-ups inside a process beside those of whole processes."""

import contextlib
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from utils.commands.bench import speedups
from utils.commands.place import ROOT


@pytest.fixture
def processes(monkeypatch):
    """Processes that take no time: 5 seconds to start, and each pass of a teacher 2 seconds, of a student 1."""
    now, ran = [0.0], []

    def run(command, **options):
        kind, name, batch, tokens, passes = re.search(r"\((.*)\)", command[-1]).group(1).split(", ")
        ran.append((name.strip("'"), int(passes)))
        now[0] += 5 + int(passes) * (1 if "distil" in name else 2)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    return ran


def test_the_start_of_a_process_does_not_count(processes):
    found = list(speedups.speedups_of_processes("mini", "bert", "distilbert", 1, 16, rounds=2, many=20))
    assert found == [2, 2]
    assert processes[:4] == [("bert", 3), ("distilbert", 3), ("bert", 20), ("distilbert", 20)]


@pytest.fixture
def inside(monkeypatch):
    """A pool that does no work: the speed-up inside is what the test says."""

    told = SimpleNamespace(speedup=None)

    def submit(function, *arguments):
        row = dict.fromkeys(("inside", "low", "high"), told.speedup)
        return SimpleNamespace(result=lambda: (row, 100.0))

    pool = contextlib.nullcontext(SimpleNamespace(submit=submit))
    monkeypatch.setattr(speedups, "ProcessPoolExecutor", lambda *args, **kwargs: pool)
    return told


@pytest.mark.parametrize("speedup, status", [(2.1, 0), (1.9, 0), (2.3, 1), (1.7, 1)])
def test_more_than_ten_per_cent_is_told(processes, inside, capsys, speedup, status):
    inside.speedup = speedup
    assert speedups.main(["--rounds", "1", "--seconds", "1"]) == status
    printed = capsys.readouterr().out
    assert ("do NOT agree" in printed) == bool(status)
    assert len(re.findall(r"^distil\S+ +\d", printed, re.MULTILINE)) == 2


def test_a_busy_machine_gives_no_verdict(monkeypatch, inside, capsys):
    inside.speedup = 2.0
    monkeypatch.setattr(speedups, "speedups_of_processes", lambda *arguments: [1.8, 2.0, 2.2])
    assert speedups.main([]) == 1
    assert "No verdict: the rounds differ by more than 10 %" in capsys.readouterr().out


def test_it_runs_with_the_minis():
    command = [sys.executable, "-m", "utils", "bench", "speedups", "--quick", "--tokens", "16"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    _, head, measured, verdict = run.stdout.strip().splitlines()
    assert head.split()[:4] == ["student", "inside", "low", "high"]
    assert measured.startswith("distilbert-base-uncased") and float(measured.split()[1]) > 0
    assert verdict.startswith(("Inside one process", "No verdict"))
