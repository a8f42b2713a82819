"""All tests run on the mini checkpoints, with no network, and away from the learner's own settings and progress."""

import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest

# Set before any test module imports the libraries that read them, once, at import.
os.environ["COURSE_MODELS"] = "mini"
os.environ["COURSE_PROGRESS"] = "off"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["COURSE_SETTINGS"] = str(Path(tempfile.mkdtemp(prefix="course-tests-"), "settings.json"))


# Whoever runs the tests in the background may not hear Ctrl-C; the programs that tests start must.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    """Give each test a settings file of its own, which does not exist yet."""
    monkeypatch.setenv("COURSE_SETTINGS", str(tmp_path / "settings.json"))


@pytest.fixture(autouse=True)
def own_log_level():
    """Put transformers' log level back to its default after each test: a lesson's code may silence it."""
    yield
    if "transformers" in sys.modules:
        from transformers import logging

        logging.set_verbosity_warning()
