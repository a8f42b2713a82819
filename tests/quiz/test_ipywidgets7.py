"""The tests of the widgets once more, on the versions that Google Colab has: ipywidgets 7.7.1 and what goes with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from utils.commands.place import ROOT, venv_python

# What Colab ships, so far as it runs on this Python; --no-deps, for ipywidgets 7 asks for the whole classic Notebook.
COLAB = ["ipywidgets==7.7.1", "ipython_genutils==0.2.0"]
NEEDED = ["ipython==7.34.0", "ipykernel==6.17.1", "traitlets==5.7.1", "PyYAML", "fastjsonschema", "filelock", "fsrs"]
NEEDED += ["platformdirs", "pytest", "setuptools<81"]  # IPython 7 still imports pkg_resources
TESTS = ["quiz/test_face.py", "quiz/test_cards_face.py", "quiz/test_reading.py", "test_playground.py"]
TESTS += ["test_playground_counts.py", "test_playground_thresholds.py"]


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """A Python with Colab's ipywidgets and what a quiz needs, and nothing else."""
    folder = tmp_path_factory.mktemp("colab")
    run([sys.executable, "-m", "venv", folder], "no virtual environment can be made")
    python = venv_python(folder)
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries=1"]
    run([*pip, *NEEDED], "its packages cannot be installed")
    run([*pip, "--no-deps", *COLAB], "its packages cannot be installed")
    run([python, "-c", "import ipywidgets, fsrs"], "Colab's versions do not run on this Python")
    return python


def run(command, complaint):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        pytest.skip(f"{complaint}, perhaps for lack of network: {result.stderr.strip().splitlines()[-1:]}")


def test_the_widgets_work_on_colabs_versions(python):
    paths = [Path("tests", name) for name in TESTS]
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0 and "skipped" not in result.stdout, result.stdout[-5000:] + result.stderr[-2000:]
    version = subprocess.run([python, "-c", "import ipywidgets; print(ipywidgets.__version__)"], capture_output=True)
    assert version.stdout.split() == [b"7.7.1"]
