"""A classifier of the Hub that the course does not know, from a server on this machine."""

import os
import subprocess
import sys

import pytest
from hub.server import LocalHub, Repository

from utils import checkpoints
from utils.commands.place import ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "someone/sentiment"


@pytest.fixture
def hub():
    folder = checkpoints.locate("distilbert-base-uncased-finetuned-sst-2-english")
    with LocalHub({NAME: Repository(folder, COMMIT)}) as running:
        yield running


@pytest.fixture
def learner(hub, tmp_path):
    """`learner(name, mode)` evaluates in a new Python that knows only this Hub; its downloads stay in `tmp_path`."""
    (tmp_path / "mine.csv").write_text("text,label\nI love it.,1\nI hate it.,0\n")

    def run(name, mode="hub"):
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
        own = {"HF_ENDPOINT": hub.url, "HF_HUB_CACHE": str(tmp_path / "cache"), "COURSE_MODELS": mode, "NO_PROXY": "*"}
        own["OMP_NUM_THREADS"] = "1"  # other tests run beside this one
        command = [sys.executable, "-m", "utils", "evaluate", str(tmp_path / "mine.csv"), "--model", name]
        return subprocess.run(
            [*command, "--overwrite"], env=kept | own, cwd=ROOT, capture_output=True, text=True, timeout=240
        )

    return run


def test_it_is_downloaded_once_and_found_without_the_hub_from_then_on(hub, learner, tmp_path):
    refused = learner(NAME, mode="mini")
    assert refused.returncode == 1 and hub.requests == []
    assert refused.stderr.strip().splitlines()[-1].startswith(f"{NAME} is no folder here, and not on this machine.")
    first = learner(NAME)
    assert first.returncode == 0, first.stderr
    assert f"Downloading {NAME} from the Hugging Face Hub, once." in first.stdout
    assert f"{NAME} of the Hugging Face Hub, commit {COMMIT}" in (tmp_path / "mine-sentiment.html").read_text("utf-8")
    hub.stop()
    again = learner(NAME, mode="mini")
    assert again.returncode == 0, again.stderr
    assert "Downloading" not in again.stdout


def test_a_name_that_the_hub_does_not_know_gives_one_sentence(learner):
    run = learner("someone/nothing")
    assert run.returncode == 1 and "Traceback" not in run.stderr
    said = run.stderr.strip().splitlines()[-1]
    assert said.startswith("someone/nothing could not be downloaded (") and said.endswith("the free disk space.")
