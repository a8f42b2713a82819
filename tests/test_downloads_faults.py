"""Every fault of a network, a Hub and a disk: one sentence with the fix, soon, and the mini stays usable."""

import re
import shutil
import socket
import subprocess
import sys
import time

import pytest
from hub import learner
from hub.server import LocalHub, published

from utils import checkpoints
from utils.downloads import faults, fetching, web

NAME = "distilbert-base-uncased"
ROW = checkpoints.CATALOGUE[NAME]
MINI = checkpoints.MINIS / NAME
WEIGHTS = (MINI / "model.safetensors").stat().st_size
TOTAL = sum(path.stat().st_size for path in MINI.iterdir())
LIMIT = 20  # seconds
AGAIN = faults.AGAIN
MINI_INSTEAD = "or go on with the shipped models: set COURSE_MODELS=mini, then restart the kernel."


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The local Hub, and a learner who waits less than half the usual time for its answers."""
    with LocalHub(published()) as running:
        learner.begin(monkeypatch, running.url, tmp_path / "cache")
        monkeypatch.setattr(web, "SECONDS_TO_ANSWER", 3)
        monkeypatch.setattr(fetching, "SECONDS_TO_JUDGE", 2)
        yield running


@pytest.fixture
def mini_works(monkeypatch):
    """After the test: the same learner goes on with the mini, which loads and answers."""
    yield
    monkeypatch.setenv("COURSE_MODELS", "mini")
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    folder = checkpoints.locate(NAME)
    model, tokenizer = AutoModelForMaskedLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    assert model(**tokenizer("a [MASK] film", return_tensors="pt")).logits.isfinite().all()


def refused(hub, monkeypatch):
    hub.stop()


def name_not_resolved(hub, monkeypatch):
    def lookup(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


def name_server_dead(hub, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(60))


def storage_blocked(hub, monkeypatch):
    """A firewall that lets through the Hub and not the place that the Hub keeps large files at."""
    hub.storage = "http://127.0.0.1:9"


def disk_full_before(hub, monkeypatch):
    """The system's own answer, made smaller."""
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _: usage._replace(free=1_000_000))


def as_told(fault):
    def begin(hub, monkeypatch):
        hub.fault = fault

    begin.__name__ = fault
    return begin


FAULTS = [
    (refused, "{url} refused the connection: check the address, and that no firewall or proxy is in the way"),
    (name_not_resolved, f"the name in {{url}} was not found: check that this computer is connected, then {AGAIN}"),
    (name_server_dead, f"{{url}} did not answer within 3 s: check the connection, then {AGAIN}"),
    (
        as_told("404"),
        "{url} does not have it (404): check COURSE_FROM and HF_ENDPOINT, or update the course",
    ),
    (
        as_told("401"),
        "{url} asks for a login (401): remove HF_TOKEN or your saved token, since these models need none",
    ),
    (as_told("429"), f"{{url}} has had too many requests from this network (429): wait 300 s, then {AGAIN}"),
    (as_told("500"), f"{{url}} has a fault of its own (500): wait some minutes, then {AGAIN}"),
    (as_told("503"), f"{{url}} has a fault of its own (503): wait some minutes, then {AGAIN}"),
    (as_told("silent"), f"{{url}} did not answer within 3 s: check the connection, then {AGAIN}"),
    (
        as_told("slow"),
        f"only #.# kB arrive each second and the rest ({TOTAL / 1e6:.1f} MB) would take #.# hours: "
        f"use a faster connection, then {AGAIN}",
    ),
    (
        storage_blocked,
        "{storage} refused the connection: check the address, and that no firewall or proxy is in the way",
    ),
    (as_told("cut"), f"the connection to {{storage}} broke off: {AGAIN}"),
    (as_told("stuck"), f"{{storage}} did not answer within 3 s: check the connection, then {AGAIN}"),
    (
        as_told("short"),
        f"model.safetensors from {{url}} has {WEIGHTS - 1000:,} bytes where its list says {WEIGHTS:,}: "
        + fetching.ALTERED,
    ),
    (
        as_told("wrong"),
        "model.safetensors from {url} has another digest than its list says, and was thrown away: " + fetching.ALTERED,
    ),
    (
        as_told("portal"),
        "what {url} answers is no list of files: if it is the login page of a Wi-Fi, log in with a browser",
    ),
    (
        disk_full_before,
        f"the disk is full ({TOTAL / 1e6:.1f} MB needed, 1.0 MB free): "
        f"free some space, or set HF_HUB_CACHE to a folder on another disk, then {AGAIN}",
    ),
]


@pytest.mark.parametrize("fault, says", FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_a_fault_gives_one_sentence_with_the_fix_in_time(fault, says, hub, monkeypatch, tmp_path, mini_works):
    with monkeypatch.context() as for_now:
        fault(hub, for_now)
        start = time.monotonic()
        with pytest.raises(checkpoints.CheckpointError) as error:
            checkpoints.locate(NAME)
        seconds = time.monotonic() - start
    shortened = (8 - web.SECONDS_TO_ANSWER) + (5 - fetching.SECONDS_TO_JUDGE)
    assert seconds + shortened < LIMIT
    reason = says.format(url=hub.url, storage=hub.storage)
    sentence = f"{ROW.hub_id} could not be downloaded, because {reason}; {MINI_INSTEAD}"
    assert re.fullmatch(re.escape(sentence).replace(r"\#\.\#", r"\d\.\d"), str(error.value))
    assert error.value.__suppress_context__ or error.value.__context__ is None  # one error, not a chain of them
    assert checkpoints.downloaded(NAME) is None
    assert not list(tmp_path.glob("cache/**/snapshots/**/*"))


def test_the_kept_choice_is_undone_by_the_other_word(hub, monkeypatch):
    monkeypatch.delenv("COURSE_MODELS")
    checkpoints.switch("hub", sure=True)
    hub.stop()
    with pytest.raises(checkpoints.CheckpointError) as error:
        checkpoints.locate(NAME)
    assert str(error.value).endswith('the shipped models: checkpoints.switch("mini"), then restart the kernel.')
    checkpoints.switch("mini")
    assert checkpoints.locate(NAME) == MINI


@pytest.mark.parametrize("fault, wait", [("503", 0), ("429", 1)])
def test_a_hub_that_is_busy_for_a_moment_is_asked_twice(fault, wait, hub):
    hub.fault, hub.times, hub.retry_after = fault, 1, wait
    assert checkpoints.locate(NAME).name == ROW.revision
    assert len(hub.requests) == 1 + 1 + 5 + 1  # the list twice, five files, one of them from its storage


def test_a_long_wait_is_told_and_not_waited_for(hub):
    hub.fault, hub.retry_after = "429", web.SHORT_WAIT + 1
    with pytest.raises(checkpoints.CheckpointError, match=f"wait {web.SHORT_WAIT + 1} s, then run the cell again"):
        checkpoints.locate(NAME)
    assert len(hub.requests) == 1


def test_a_connection_that_breaks_on_the_way_is_taken_up_again(hub):
    hub.fault = "broken"
    assert (checkpoints.locate(NAME) / "model.safetensors").read_bytes() == (MINI / "model.safetensors").read_bytes()
    assert sum(hub.sent) < 1.01 * TOTAL


def test_the_size_is_told_without_a_hub_as_well(hub):
    hub.stop()
    said = checkpoints.switch("hub")
    about = sum(row.megabytes for row in checkpoints.CATALOGUE.values())
    assert (
        f"to be downloaded: about {about:,} MB. (The exact size could not be asked, because {hub.url} refused" in said
    )


def test_a_slow_hub_is_not_waited_for_only_to_tell_the_size(hub, monkeypatch):
    def late(work):
        answer = work()
        monkeypatch.setattr(web, "SECONDS_TO_ANSWER", 0)  # the time is over
        return answer

    monkeypatch.setattr(web, "soon", late)
    said = checkpoints.switch("hub")
    assert f"MB. (The exact size could not be asked, because {hub.url} answers slowly.)" in said
    assert len(hub.requests) == 1


# --- faults of the disk, made by the system itself -------------------------------------------------------------

LOCATE = """
import os, resource, shutil
from utils import checkpoints
from utils.downloads import fetching
{first}
try:
    checkpoints.locate({name!r})
except checkpoints.CheckpointError as error:
    print(error)
os.environ["COURSE_MODELS"] = "mini"
print(checkpoints.downloaded({name!r}), checkpoints.locate({name!r}).parent.name)
"""
FILLED_MEANWHILE = "usage = shutil.disk_usage('/'); fetching.shutil.disk_usage = lambda _: usage"
FULL = f"free some space, or set HF_HUB_CACHE to a folder on another disk, then {AGAIN}"
DISKS = {  # what is mounted as the download folder, what the learner's Python does first, what the sentence says
    "small": ("tmpfs -o size=3m", "", rf"the disk is full \({TOTAL / 1e6:.1f} MB needed, 3\.1 MB free\): {FULL}"),
    "filled meanwhile": ("tmpfs -o size=3m", FILLED_MEANWHILE, f"the disk is full: {FULL}"),
    "limited": ("", "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))", f"the disk is full: {FULL}"),
    "read-only": (
        "tmpfs -o ro",
        "",
        r"\S+ cannot be written: set HF_HUB_CACHE to a folder of yours and restart the kernel",
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts of Linux")
@pytest.mark.parametrize("mount, first, says", DISKS.values(), ids=DISKS)
def test_a_fault_of_the_disk_gives_one_sentence_with_the_fix(mount, first, says, hub, tmp_path):
    """A mount binds root as well, whom permissions do not."""
    folder = tmp_path / "cache"
    folder.mkdir()
    command = [sys.executable, "-c", LOCATE.format(first=first, name=NAME)]
    if mount:
        if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
            pytest.skip("this machine lets nobody mount")
        command = ["unshare", "-rm", "sh", "-c", f'mount -t {mount} none "$0" && exec "$@"', folder, *command]
    start = time.monotonic()
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert time.monotonic() - start < LIMIT
    assert run.returncode == 0, run.stderr
    *_, sentence, usable = run.stdout.splitlines()
    assert re.fullmatch(f"{ROW.hub_id} could not be downloaded, because {says}; {re.escape(MINI_INSTEAD)}", sentence)
    assert usable == "None minis"
