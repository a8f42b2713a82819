"""The libraries themselves against the mirror: huggingface_hub, transformers and pip, each in a new process."""

import json
import os
import subprocess
import sys
from pathlib import Path

from workshop import tiny_room

from mirror.running import ROOT, serving
from utils.checkpoints import CATALOGUE, MINIS
from utils.commands import from_room
from utils.commands.bench.mirror import make_room
from utils.workshop import platforms, room
from utils.workshop.mirror.addresses import own_addresses

SST = CATALOGUE["distilbert-base-uncased-finetuned-sst-2-english"]
LEARNER = """
import json, sys
from huggingface_hub import HfApi, snapshot_download
hub_id, revision = sys.argv[1:]
info = HfApi().model_info(hub_id, revision=revision, files_metadata=True)
folder = snapshot_download(hub_id, revision=revision)
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
AutoTokenizer.from_pretrained(hub_id)  # main, and not the folder: it asks for every file again
AutoModelForSequenceClassification.from_pretrained(hub_id, revision=revision[:7])
found = pipeline("sentiment-analysis", hub_id, revision=revision)("a great film")
sizes = {file.rfilename: [file.size, file.lfs.sha256] for file in info.siblings}
print(json.dumps([info.sha, sizes, folder, found[0]["label"]]))
"""


def environment(tmp_path, **variables: str) -> dict[str, str]:
    """That of a learner who has no Hub but the mirror, and no proxy before it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_", "PIP_"))}
    return (
        kept | {"HF_HUB_CACHE": str(tmp_path / "cache"), "NO_PROXY": "*", "HF_HUB_DISABLE_TELEMETRY": "1"} | variables
    )


def test_huggingface_hub_and_transformers(tmp_path):
    made = make_room(tmp_path / "room", [SST.name])
    with serving(tmp_path / "room") as mirror:
        command = [sys.executable, "-c", LEARNER, SST.hub_id, SST.revision]
        own = environment(tmp_path, HF_ENDPOINT=f"http://127.0.0.1:{mirror.port}")
        run = subprocess.run(command, env=own, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, run.stderr
        assert mirror.counts.refused == mirror.counts.broken_off == 0
        assert mirror.counts.bytes < 1.1 * sum(file.bytes for file in made.files.values())
    sha, sizes, folder, label = json.loads(run.stdout.splitlines()[-1])
    assert sha == SST.revision and label in ("NEGATIVE", "POSITIVE")
    for name, (size, digest) in sizes.items():
        with open(os.path.join(folder, name), "rb") as file:
            assert (MINIS / SST.name / name).read_bytes() == file.read()
        assert room.measure(MINIS / SST.name / name) == (size, digest)
    assert len(sizes) == len(list((MINIS / SST.name).iterdir())) >= 4


def test_the_course_itself_and_again_when_the_mirror_is_gone(tmp_path):
    """What a learner in the room does: the published checkpoint by its short name, with COURSE_FROM set."""
    made = make_room(tmp_path / "room", [SST.name])
    code = f"from utils import checkpoints; checkpoints.prepare(); print(checkpoints.locate({SST.name!r}))"

    def locate(url: str) -> str:
        own = environment(tmp_path, COURSE_FROM=url, COURSE_MODELS="hub")
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=own, capture_output=True, text=True, timeout=300
        )
        assert run.returncode == 0, run.stderr
        return run.stdout.splitlines()[-1]

    with serving(tmp_path / "room") as mirror:
        url = f"http://127.0.0.1:{mirror.port}"
        folder = locate(url + "/")  # as a browser shows the address
        assert 0.9 < mirror.counts.bytes / sum(file.bytes for file in made.files.values()) < 1.01
        assert mirror.counts.refused == mirror.counts.broken_off == 0
    assert os.path.basename(folder) == SST.revision
    assert room.measure(Path(folder, "model.safetensors")) == room.measure(MINIS / SST.name / "model.safetensors")
    assert locate(url) == folder


def test_pip_installs_from_the_page_of_wheels(tmp_path):
    """With the arguments of `lab --from`, at an address of the network where there is one: pip is stricter there."""
    tiny_room.make(tmp_path / "room", platforms=[platforms.this()])
    host = next((own.ip for own in own_addresses()), "127.0.0.1")
    with serving(tmp_path / "room", host) as mirror:
        source = from_room.find(f"http://{host}:{mirror.port}", "3.11")
        command = [sys.executable, "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check"]
        command += [*source.pip_arguments(tmp_path), "--target", str(tmp_path / "site"), "tiny_first"]
        own = environment(tmp_path, **source.pip_environment())
        run = subprocess.run(command, env=own, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, run.stderr
        assert mirror.counts.files == 2
    assert (tmp_path / "site/tiny_second.py").read_text() == "VERSION = '2.0'\n"
