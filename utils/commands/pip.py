"""Run pip with a running line that shows it is alive, and say in a sentence why it failed. Standard library only."""

import os
import shutil
import subprocess
import sys
import time

from utils.commands.place import VENV, Problem, say

LOG = VENV / "install.log"
NO_SPACE = ("No space left on device", "[Errno 28]", "not enough space on the disk")
NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Read timed out",
    "ProxyError",
    "ProtocolError",
    "SSLError",
)


def pip_install(python, constraints, requirements, arguments):
    """Install `requirements` under `constraints`; the whole of pip's output goes to the log. Raises `Problem`."""
    command = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--constraint", constraints, *arguments]
    for path in requirements:
        command += ["--requirement", path]
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        try:
            status = watch(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
    if status:
        raise Problem(explain(LOG.read_text(encoding="utf-8", errors="replace"), status))


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
    if any(sign in output for sign in NO_SPACE):
        return f"The disk became full during the install: free some space and run the command again (details: {LOG})."
    if any(sign in output for sign in NO_NETWORK):
        return f"pip could not reach the package index: connect to the network and run again (details: {LOG})."
    if "No module named pip" in output:
        return f"{VENV} was made without pip: delete that folder and run the command again."
    errors = [line for line in output.splitlines() if line.startswith("ERROR")] or output.splitlines()[-1:]
    return f"pip failed with status {status} ({' '.join(errors[-1:])}): see {LOG}, mend that, and run again."
