"""Hub mode, against a server on this machine: what is fetched, what is said, and what a fault does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hub.server import LocalHub, Repository, published
from tokenizers.pre_tokenizers import ByteLevel

from utils.checkpoints import CATALOGUE

ROOT = Path(__file__).parents[1]
ROBERTA = CATALOGUE["roberta-base"]
UNPINNED = CATALOGUE["roberta-base-SST-2"]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LOCATE = "from utils import checkpoints; checkpoints.prepare(); print(checkpoints.locate({name!r}))"
TOKENIZER = {"tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt"}
NEEDED = {"README.md", "config.json", "model.safetensors", *TOKENIZER}
OTHER_FORMATS = {
    "pytorch_model.bin",
    "flax_model.msgpack",
    "tf_model.h5",
    "rust_model.ot",
    "onnx/model.onnx",
    "training_args.bin",
}


def write(folder: Path, files: set[str]) -> Path:
    """A folder with these files; the sizes differ, so that two of them are never mistaken for one another."""
    for size, file in enumerate(sorted(files), start=10):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size * (10_000 if file.endswith((".safetensors", ".bin")) else 1)))
    return folder


def size_of(folder: Path, files: set[str]) -> int:
    return sum((folder / file).stat().st_size for file in files)


@pytest.fixture
def hub(tmp_path):
    """A Hub with two repositories: a pinned one in all formats, and one with `main` only and no safetensors."""
    pinned = write(tmp_path / "pinned", NEEDED | OTHER_FORMATS)
    old = write(tmp_path / "old", {"config.json", "pytorch_model.bin", "vocab.json", "merges.txt", "training_args.bin"})
    repositories = {
        ROBERTA.hub_id: Repository(pinned, ROBERTA.revision),
        UNPINNED.hub_id: Repository(old, COMMIT),
    }
    with LocalHub(repositories) as running:
        yield running


@pytest.fixture
def learner(hub, tmp_path):
    """Runs code in a new Python that knows only this Hub, with a download folder that starts empty."""

    def run(code: str, **variables: str) -> subprocess.CompletedProcess:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
        own = {"HF_ENDPOINT": hub.url, "HF_HUB_CACHE": str(tmp_path / "cache"), "COURSE_MODELS": "hub", "NO_PROXY": "*"}
        hub.requests.clear()
        return subprocess.run(
            [sys.executable, "-c", code],
            env=kept | own | variables,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=90,
        )

    return run


def located(run: subprocess.CompletedProcess) -> Path:
    assert run.returncode == 0, run.stderr
    return Path(run.stdout.splitlines()[-1])


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def sentence(run: subprocess.CompletedProcess) -> str:
    """What the error says. There is one error, not a chain of them, and its traceback names no library."""
    assert run.returncode == 1
    assert run.stderr.count("Traceback") == 1 and "site-packages" not in run.stderr, run.stderr
    kind = "utils.checkpoints.CheckpointError: "
    (message,) = (line for line in run.stderr.splitlines() if line.startswith(kind))
    return message.removeprefix(kind)


def test_the_pinned_revision_is_fetched_with_the_needed_files_only(hub, learner):
    run = learner(LOCATE.format(name="roberta-base"))
    folder = located(run)
    assert folder.name == ROBERTA.revision
    assert names(folder) == NEEDED
    served = hub.repositories[ROBERTA.hub_id].folder
    assert all((folder / file).read_bytes() == (served / file).read_bytes() for file in NEEDED)
    size = size_of(served, NEEDED)
    assert f"Downloading FacebookAI/roberta-base: {size / 1e6:.1f} MB, once." in run.stdout
    assert "100%" in run.stdout and run.stderr == ""  # the progress bar is text, where learners look
    listing = sum(hub.sent) - size
    assert 0 < listing < 3_000 and len(hub.requests) == 1 + len(NEEDED) + 1  # the weights are redirected, as on the Hub
    assert not any("/main" in request for request in hub.requests)


def test_the_second_time_nothing_is_asked_and_nothing_is_said(hub, learner):
    first = located(learner(LOCATE.format(name="roberta-base")))
    assert hub.requests
    again = learner(LOCATE.format(name="roberta-base"))
    assert hub.requests == []
    assert (located(again), len(again.stdout.splitlines())) == (first, 1)
    hub.stop()
    assert located(learner(LOCATE.format(name="roberta-base"))) == first


def test_main_is_resolved_and_the_commit_shown_and_the_old_weights_format_taken(hub, learner):
    run = learner(LOCATE.format(name="roberta-base-SST-2"))
    folder = located(run)
    assert folder.name == COMMIT
    assert f"{UNPINNED.hub_id} is on this machine now, at commit {COMMIT[:7]}." in run.stdout
    assert names(folder) == {"config.json", "pytorch_model.bin", "vocab.json", "merges.txt"}
    assert located(learner(LOCATE.format(name="roberta-base-SST-2"))) == folder
    assert hub.requests == []


def test_a_download_cut_off_in_the_middle_is_completed_by_the_next_attempt(hub, learner, tmp_path):
    hub.fault = "cut"
    message = sentence(learner(LOCATE.format(name="roberta-base")))
    assert message == (
        f"FacebookAI/roberta-base could not be downloaded, because the connection to {hub.storage} broke off: "
        "run the cell again, and it goes on from what has arrived; "
        "or go on with the shipped models: set COURSE_MODELS=mini, then restart the kernel."
    )
    assert not list(tmp_path.glob("cache/**/snapshots/*/model.safetensors"))
    hub.fault, hub.sent = None, []
    run = learner(LOCATE.format(name="roberta-base"))
    served = hub.repositories[ROBERTA.hub_id].folder / "model.safetensors"
    assert (located(run) / "model.safetensors").read_bytes() == served.read_bytes()
    half = served.stat().st_size // 2
    assert half <= sum(hub.sent) < half + 3_000  # the second half, and the list of files
    assert f"{(served.stat().st_size - half) / 1e6:.1f} MB are here." in run.stdout
    assert {request.rpartition("/")[2] for request in hub.requests if "/resolve/" in request} == {"model.safetensors"}


def test_a_kernel_that_started_offline_asks_for_a_restart(hub, learner):
    """Whoever set the variable wants no request, and gets none."""
    message = sentence(learner(LOCATE.format(name="roberta-base"), HF_HUB_OFFLINE="1"))
    assert "remove the variable HF_HUB_OFFLINE, restart the kernel and run the cells again" in message
    assert hub.requests == []


def test_a_half_removed_download_is_fetched_again(hub, learner):
    folder = located(learner(LOCATE.format(name="roberta-base")))
    (folder / "model.safetensors").unlink()
    assert located(learner(LOCATE.format(name="roberta-base"))) == folder
    assert names(folder) == NEEDED


WORDS = ["<s>", "<pad>", "</s>", "<unk>", *sorted(ByteLevel.alphabet()), "<mask>"]
LOAD = """
import sys
sys.addaudithook(lambda event, _: event in ("socket.connect", "socket.getaddrinfo") and print(event))
from utils import checkpoints
checkpoints.prepare()
from transformers import AutoModelForMaskedLM, AutoTokenizer
for name in {names!r}:
    folder = checkpoints.locate(name)
    model, found = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
    print(type(model).__name__, len(found["missing_keys"]), AutoTokenizer.from_pretrained(folder)("a b").input_ids)
"""


@pytest.fixture
def tiny_roberta(tmp_path) -> Path:
    """A RoBERTa that loads: random weights in both formats, and a vocabulary of single bytes."""
    import torch
    from transformers import RobertaConfig, RobertaForMaskedLM, RobertaTokenizer

    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    model = RobertaForMaskedLM(RobertaConfig(vocab_size=len(WORDS), **sizes))
    folder = tmp_path / "tiny"
    model.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    RobertaTokenizer(vocab={word: number for number, word in enumerate(WORDS)}, merges=[]).save_pretrained(folder)
    return folder


def test_loading_located_folders_asks_the_hub_for_nothing(hub, learner, tiny_roberta, tmp_path):
    old = shutil.copytree(tiny_roberta, tmp_path / "tiny-old")
    (old / "model.safetensors").unlink()
    hub.repositories |= {
        ROBERTA.hub_id: Repository(tiny_roberta, ROBERTA.revision),
        UNPINNED.hub_id: Repository(old, COMMIT),
    }
    both = ["roberta-base", "roberta-base-SST-2"]
    for name in both:
        located(learner(LOCATE.format(name=name)))
    run = learner(LOAD.format(names=both))
    assert run.returncode == 0, run.stderr
    ids = [WORDS.index(word) for word in ("<s>", "a", "Ġ", "b", "</s>")]
    assert run.stdout.splitlines() == [f"RobertaForMaskedLM 0 {ids}"] * 2
    assert hub.requests == []


OFFLINE = """
import sys
sys.addaudithook(lambda event, _: event in ("socket.connect", "socket.getaddrinfo") and print(event))
from utils import checkpoints
print(checkpoints.prepare())
from huggingface_hub import constants
print(constants.HF_HUB_OFFLINE)
from transformers import AutoTokenizer
for row in checkpoints.CATALOGUE.values():
    AutoTokenizer.from_pretrained(checkpoints.locate(row.name))
print(len(AutoTokenizer.from_pretrained("textattack/roberta-base-SST-2")))
checkpoints.download()
"""


def test_once_all_is_here_there_is_no_request_and_no_stall_for_good(learner, hub):
    """Also for a tokenizer that is loaded by its name on the Hub, which would ask for more and wait for 46 s."""
    hub.repositories = published()
    hook, _, _ = OFFLINE.partition("print(checkpoints")
    first = learner(hook + "checkpoints.download()")
    assert first.returncode == 0 and first.stdout.count("is on this machine now, at commit") == 6, first.stderr
    assert "socket.connect" in first.stdout  # the hook sees what there is to see
    hub.stop()
    run = learner(OFFLINE)
    assert run.returncode == 0, run.stderr
    said, offline, words, *kept = run.stdout.splitlines()
    assert said == "Models: hub. The published checkpoints, all on this machine; nothing is downloaded."
    assert offline == "True" and int(words) > 1000
    assert len(kept) == 6 and all(line.endswith("is on this machine already.") for line in kept)
