"""Where things are, and the few things that all commands share. Standard library only."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
COMMAND = "python -m utils" if WINDOWS else "python3 -m utils"


class Problem(Exception):
    """What went wrong and how to fix it, in one sentence for the person at the keyboard."""


def venv_python(venv=VENV, windows=WINDOWS):
    """The Python inside a virtual environment."""
    return Path(venv, "Scripts/python.exe" if windows else "bin/python")


def say(text):
    print(text, flush=True)


def become(command, env=None):
    """Go on as another program, in the repository's root. Does not return."""
    os.chdir(ROOT)
    if not WINDOWS:
        os.execve(command[0], [str(part) for part in command], env or os.environ)
    process = subprocess.Popen([str(part) for part in command], env=env)
    while True:  # Windows has no exec: wait, and leave Ctrl-C to the program
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue
