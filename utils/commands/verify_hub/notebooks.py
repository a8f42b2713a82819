"""Every notebook on the published checkpoints, one after another: does it run, how long, with how much memory?

A solution must also solve its exercises: nbval sees no answer that a check calls wrong, the learner's progress does.
"""

import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from utils.commands.place import COMMAND, ROOT, say

FOLDERS = ("notebooks", "exercises", "solutions")
SECONDS = 900  # for one cell
NBVAL = ["pytest", "--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={SECONDS}", "-x", "-q", "--tb=short"]
NBVAL += ["--nbval-kernel-startup-timeout=120", "-p", "no:randomly", "-p", "no:cacheprovider", "-o", "addopts="]
LINES = 25  # of what a failing notebook says


def every() -> list[Path]:
    return [file for folder in FOLDERS for file in sorted((ROOT / folder).glob("*.ipynb"))]


def cannot() -> str:
    """Why no notebook can be run here, as a sentence; empty if it can."""
    if importlib.util.find_spec("nbval"):
        return ""
    return (
        f"The notebooks were not run: nbval is not installed. {COMMAND} test --fast installs it; then run this again."
    )


def run(files: list[Path]) -> int:
    """Run the notebooks and print a row for each; the number that failed."""
    say("\n| notebook | result | minutes | GB |\n|---|---|---|---|")
    trouble = []
    for file in files:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            start = time.monotonic()
            status, output, peak = _watched([sys.executable, "-m", *NBVAL, str(file)], environment(folder))
            unsolved = _unsolved(file, Path(folder, "progress.json")) if not status else []
        result = "failed" if status else f"unsolved {', '.join(unsolved)}" if unsolved else "passed"
        name = f"{file.parent.name}/{file.stem}"
        say(f"| {name} | {result} | {(time.monotonic() - start) / 60:.1f} | {peak / 1e9:.1f} |")
        if status:
            trouble.append(f"\n{name}\n" + "\n".join(_reason(output)))
        elif unsolved:
            trouble.append(f"\n{name}: the course's own answers to {', '.join(unsolved)} do not pass on these models.")
    for text in trouble:
        say(text)
    return len(trouble)


def environment(folder: str) -> dict[str, str]:
    """Hub mode without the network, since all is here, and nothing of the learner's own settings or progress."""
    own = {"COURSE_SETTINGS": "settings.json", "COURSE_PROGRESS": "progress.json", "IPYTHONDIR": "ipython"}
    own = {name: str(Path(folder, file)) for name, file in own.items()} | {"JUPYTER_CONFIG_DIR": str(Path(folder))}
    return {**os.environ, **own, "COURSE_MODELS": "hub", "HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1"}


def _watched(command: list[str], env: dict[str, str]) -> tuple[int, str, int]:
    """(exit status, output, most bytes of memory that it and its kernel held) of a command."""
    import psutil

    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        watched, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            try:
                family = [watched, *watched.children(recursive=True)]
                peak = max(peak, sum(member.memory_info().rss for member in family))
            except psutil.Error:  # one of them has just ended
                pass
            time.sleep(0.5)
        output.seek(0)
        return process.returncode, output.read(), peak


def _unsolved(file: Path, progress: Path) -> list[str]:
    """The exercises that a solutions notebook leaves unsolved, by number."""
    if file.parent.name != "solutions":
        return []
    lesson = importlib.import_module(f"utils.exercises.lesson_{file.name[:2]}").lesson
    kept = json.loads(progress.read_text(encoding="utf-8"))["exercises"] if progress.exists() else {}
    return [str(number) for number in lesson.exercises if "solved" not in kept.get(f"{lesson.number}/{number}", {})]


def _reason(output: str) -> list[str]:
    """The first failure in the output of pytest, shortened from the top: what went wrong stands at its end."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", output).splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("____")), 0)
    end = next((number for number, line in enumerate(lines) if "short test summary" in line), len(lines))
    return lines[start:end][-LINES:]
