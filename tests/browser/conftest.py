"""A real JupyterLab, started by the launcher on a copy of the course, and a real browser to look at it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from utils.commands.place import ROOT, VENV, venv_python

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A copy of the course without any output, so that whatever shows was made by this run; it shares .venv."""
    if not venv_python().exists():
        pytest.skip("no .venv: run python3 -m utils test")
    copy = tmp_path_factory.mktemp("browser") / "my course"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__"))
    (copy / ".venv").symlink_to(VENV)
    for path in (copy / "notebooks").glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell.update(outputs=[], execution_count=None)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    return copy


@pytest.fixture(scope="session")
def lab_url(course):
    """The address of `python -m utils lab`, started as a learner would, apart from the settings of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    apart = course.parent
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "COURSE_SETTINGS")
    environment = {**os.environ, **{name: str(apart / name.lower()) for name in names}}
    config = Path(environment["JUPYTER_CONFIG_DIR"], "jupyter_server_config.json")
    config.parent.mkdir()
    config.write_text(json.dumps({"IdentityProvider": {"token": ""}}))
    # While it saves by itself, JupyterLab takes its own new file for another program's where one saves by hand.
    write_setting(course, "docmanager-extension/plugin", {"autosave": False})
    log = apart / "lab.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "utils", "lab", "--no-browser", "--port", str(port)]
        server = subprocess.Popen(command, cwd=course, env=environment, stdout=output, stderr=output)
    url, deadline = f"http://localhost:{port}", time.monotonic() + 120
    while not serves(f"{url}/lab"):
        assert server.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.2)
    yield url
    server.terminate()
    server.wait(timeout=120)


def serves(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


@pytest.fixture
def theme(course, request):
    """The theme of JupyterLab, Light or Dark, set as a learner's own setting."""
    file = write_setting(course, "apputils-extension/themes", {"theme": f"JupyterLab {request.param}"})
    yield request.param
    file.unlink()


def write_setting(course, plugin, values):
    """Write a learner's own setting of one of JupyterLab's plugins; return the file."""
    settings = course.parent / "jupyter_config_dir/lab/user-settings/@jupyterlab"
    file = settings / f"{plugin}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values))
    return file
