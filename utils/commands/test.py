"""`test`: install what tests need, run every check, and sum up. Standard library only."""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from utils.commands import install
from utils.commands.place import COMMAND, ROOT, say

NOTEBOOK_FOLDERS = ("notebooks", "exercises", "solutions")
PYTEST = ["pytest", "-p", "no:randomly", "-n", "2", "--dist", "loadfile"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "--nbval-kernel-startup-timeout=120", "-q"]
NBVAL.append("--nbval-sanitize-with=tests/nbval_sanitize.cfg")  # pixels differ between platforms


def main(argv):
    parser = argparse.ArgumentParser(prog=f"{COMMAND} test", description="Run all checks and tests of the course.")
    parser.add_argument("--fast", action="store_true", help="leave out running the notebooks")
    arguments = parser.parse_args(argv)
    python = install.ensure(install.LEARNER, install.TESTS, install.RECIPE, install.BENCHMARKS)
    with tempfile.TemporaryDirectory() as folder:
        results = [run_step(name, [python, "-m", *step], folder) for name, step in steps(arguments.fast)]
    sum_up(results)
    return int(any(status for _, status, _ in results))


def steps(fast):
    """Each step's name and the module, with its arguments, that it runs."""
    yield "ruff check", ["ruff", "check", "."]
    yield "ruff format", ["ruff", "format", "--check", "."]
    yield "unit tests", [*PYTEST, "-q", "-rs", "tests"]
    yield "sync check", ["utils", "sync", "--check"]
    yield "notebook lints", ["utils", "lint"]
    if not fast:
        yield "notebooks (nbval)", [*PYTEST, *NBVAL, *NOTEBOOK_FOLDERS]


def run_step(name, command, folder):
    """Run one step from the root of the repository; return (name, exit status, seconds)."""
    say(f"\n=== {name}")
    start = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, env=environment(folder), stdin=subprocess.DEVNULL).returncode
    seconds = time.monotonic() - start
    say(f"--- {name}: {'passed' if status == 0 else f'FAILED (status {status})'} in {seconds:.1f} s")
    return name, status, seconds


def environment(folder):
    """What a learner without network has, apart from settings and progress, which tests neither read nor write."""
    return {
        **os.environ,
        "COURSE_MODELS": "mini",
        "COURSE_PROGRESS": "off",
        "COURSE_SETTINGS": str(Path(folder, "settings.json")),
        "HF_HUB_OFFLINE": "1",
        "IPYTHONDIR": str(Path(folder, "ipython")),
        "JUPYTER_CONFIG_DIR": str(Path(folder, "jupyter")),
        "ORT_DISABLE_TELEMETRY": "1",
    }


def sum_up(results):
    say("\n| step | result | seconds |\n|---|---|---|")
    total = ("all", any(status for _, status, _ in results), sum(seconds for _, _, seconds in results))
    for name, status, seconds in [*results, total]:
        say(f"| {name} | {'FAILED' if status else 'passed'} | {seconds:.1f} |")
