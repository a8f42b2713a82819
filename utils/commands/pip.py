"""Run pip with a running line that shows it is alive, and say in a sentence why it failed. Standard library only."""

import os
import shutil
import subprocess
import sys
import time

from utils.commands.place import VENV, Problem, say
from utils.workshop.pip_output import NO_NETWORK, NO_SPACE, errors, shows

LOG = VENV / "install.log"


def pip_install(python, constraints, requirements, arguments, source=None):
    """Install `requirements` under `constraints`; the whole of pip's output goes to the log. Raises `Problem`.

    `source` is the from_room.Source that the packages come from; without one they come from pip's usual index.
    """
    command = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--constraint", constraints, *arguments]
    for path in requirements:
        command += ["--requirement", path]
    if source:
        command += source.pip_arguments(VENV)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(source.pip_environment() if source else {})}
    with LOG.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            status = watch(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
    if status:
        output = LOG.read_text(encoding="utf-8", errors="replace")
        raise Problem((source and explain_room(output, source.words)) or explain(output, status))


def watch(process):
    """Wait for pip, with a line every second on a terminal and every ten seconds elsewhere."""
    terminal, start = sys.stdout.isatty(), time.time()
    while True:
        try:
            status = process.wait(timeout=1 if terminal else 10)
        except subprocess.TimeoutExpired:
            running_line(f"      {time.time() - start:4.0f} s  {last_line(start)}", terminal)
        else:
            running_line(f"      {time.time() - start:4.0f} s  pip has ended", terminal)
            say("")
            return status


def running_line(text, terminal):
    width = shutil.get_terminal_size().columns - 1
    print("\r" + text[:width].ljust(width) if terminal else text[:width], end="" if terminal else "\n", flush=True)


def last_line(start):
    """What pip is doing; while it copies files, which it does in silence, how many packages are in place."""
    with LOG.open("rb") as log:
        log.seek(max(0, LOG.stat().st_size - 10_000))
        text = log.read().decode("utf-8", "replace").rstrip()
    _, copying, rest = text.rpartition("Installing collected packages:")
    if copying:
        total = rest.partition("\n")[0].count(",") + 1
        placed = sum(folder.stat().st_mtime > start for folder in VENV.rglob("site-packages/*.dist-info"))
        return f"{placed} of {total} packages in place"
    return text.rpartition("\n")[2].strip()


def explain(output, status):
    """The sentence for a failed pip."""
    if shows(output, NO_SPACE):
        return f"The disk became full during the install: free some space and run the command again (details: {LOG})."
    if shows(output, NO_NETWORK):
        return f"pip could not reach the package index: connect to the network and run again (details: {LOG})."
    if "No module named pip" in output:
        return f"{VENV} was made without pip: delete that folder and run the command again."
    return f"pip failed with status {status} ({' '.join(errors(output)[-1:])}): see {LOG}, mend that, and run again."


def explain_room(output, words):
    """The sentence for a pip that got not what it needs from a room; None where the room is not the reason."""
    if shows(output, NO_NETWORK):
        return (
            f"The connection to {words} broke off: check that this computer is on the workshop's network and run the "
            f"command again (details: {LOG})."
        )
    missing = [line for line in errors(output) if "No matching distribution found" in line]
    if missing or "ResolutionImpossible" in output:
        return (
            f"What the course needs is not all in {words} ({(missing or errors(output))[0]}): it was made for another "
            "version of the course, so take that from there too (course.zip), or this system is too old for it "
            f"(details: {LOG})."
        )
    if "HTTP error" in output:
        return f"A file that {words} lists is not served any more: tell your instructor, whose screen names it."
    if "DO NOT MATCH THE HASHES" in output:
        return f"A file from {words} arrived damaged: run the command again, and if it stays so, tell your instructor."
    return None
