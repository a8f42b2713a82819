"""The checks that JupyterLab really opens, that a notebook gets the right Python, and that there is a browser.

Standard library only outside the functions. From a notebook nothing is started: what runs it is told instead.
"""

import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from utils.workshop.doctor import faults, place
from utils.workshop.doctor.checks import Result, ok
from utils.workshop.doctor.place import ROOT, SECONDS, run_python

PATIENCE = 10  # seconds for one answer
WIDGETS = "@jupyter-widgets/jupyterlab-manager"
TEXT_BROWSERS = ("www-browser", "links", "elinks", "lynx", "w3m")


class Stopped(Exception):
    """JupyterLab ended by itself, or gave an error for its page; the message is the last thing that it said."""


def lab() -> Result:
    """JupyterLab starts, gives its page, and knows its widgets."""
    if running := _runs_here():
        return ok(running)
    try:
        page, address, seconds = _start(os.environ)
    except Stopped as error:
        with suppress(Stopped, TimeoutError, subprocess.TimeoutExpired):
            _start({**os.environ, "JUPYTER_NO_CONFIG": "1"})
            return Result(faults.LAB_SETTINGS, f"{faults.LAB_SETTINGS.says} ({error})")
        return Result(faults.LAB_STOPS, f"it does not start ({error})")
    except TimeoutError:
        return Result(faults.LAB_SILENT)
    if "/login" in address:  # settings of the learner's own ask for a password
        return ok(f"opens, and asked for your password after {seconds:.0f} s")
    if WIDGETS not in page:
        return Result(faults.WIDGETS_MISSING, f"it opens, and lacks the extension for widgets ({WIDGETS})")
    return ok(f"opens, and answered after {seconds:.0f} s")


def _runs_here() -> str:
    """What runs this notebook, in words; empty when no notebook does."""
    if place.in_colab():
        return "Google Colab runs this notebook"
    if place.in_jupyter():
        return "runs this notebook"
    return "another program runs this notebook" if place.in_kernel() else ""


def _start(environment: dict[str, str]) -> tuple[str, str, float]:
    """Start JupyterLab as `lab` does, ask for its page and end it; return the page, its address and the seconds.

    Raises Stopped, TimeoutExpired while it starts, or TimeoutError where it listens and gives no page.
    """
    token, start, refused = secrets.token_hex(16), time.monotonic(), True
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = os.pathsep.join(filter(None, (str(ROOT / ".jupyter"), environment.get("JUPYTER_CONFIG_PATH"))))
    environment = {**environment, "JUPYTER_TOKEN": token, "JUPYTER_CONFIG_PATH": path}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={ROOT}", "--ServerApp.base_url=/"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with _server(command, environment) as (process, log):
        ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # a proxy is not for 127.0.0.1
        address, header = f"http://127.0.0.1:{port}", {"Authorization": f"token {token}"}
        while time.monotonic() - start < SECONDS:
            if process.poll() is not None:
                raise Stopped(_last_words(log) or f"status {process.returncode}")
            try:
                with ask(urllib.request.Request(f"{address}/lab", headers=header), timeout=PATIENCE) as page:
                    text, came_from = page.read().decode(errors="replace"), page.geturl()
            except urllib.error.HTTPError as error:
                raise Stopped(f"its page gives status {error.code}") from None
            except OSError as error:
                refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
                time.sleep(0.1)
                continue
            seconds = time.monotonic() - start
            with suppress(OSError, subprocess.TimeoutExpired):
                ask(urllib.request.Request(f"{address}/api/shutdown", headers=header, method="POST"), timeout=PATIENCE)
                process.wait(PATIENCE)
            return text, came_from, seconds
    raise subprocess.TimeoutExpired(command, SECONDS) if refused else TimeoutError


@contextmanager
def _server(command: list[str], environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen, Path]]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder, "log")
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
        try:
            yield process, log
        finally:
            process.kill()
            process.wait()


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"error|exception", line, re.IGNORECASE)]
    return (errors or lines or [""])[-1][:200]


def kernel() -> Result:
    """The Python that JupyterLab starts for a notebook answers, and is this one."""
    if place.in_kernel():
        return ok("runs this notebook")
    code = """if True:
        import json
        from jupyter_client.manager import start_new_kernel
        manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
        try:
            where = "str(__import__('sys').prefix)"
            reply = client.execute("", user_expressions={"where": where}, reply=True, timeout=30)
            print(reply["content"]["user_expressions"]["where"]["data"]["text/plain"].strip("'"))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    """
    run = run_python(code)
    if run.returncode:
        said = (run.stderr.strip().splitlines() or [f"status {run.returncode}"])[-1]
        return Result(faults.KERNEL_STOPS, f"{faults.KERNEL_STOPS.says} ({said})")
    where = run.stdout.strip().rpartition("\n")[2]
    if os.path.realpath(where) != os.path.realpath(sys.prefix):
        return Result(faults.KERNEL_ELSEWHERE, f"notebooks run in the Python in {where}")
    return ok("a notebook gets this Python")


def browser() -> Result:
    """There is a browser that JupyterLab can be opened in."""
    if place.in_kernel() or place.in_colab():
        return ok("this notebook is open")
    try:
        name = getattr(webbrowser.get(), "name", "")
    except webbrowser.Error:
        return Result(faults.NO_BROWSER)
    if os.path.basename(name) in TEXT_BROWSERS:
        return Result(faults.NO_BROWSER, f"{os.path.basename(name)} cannot show JupyterLab")
    return ok("there is one")
