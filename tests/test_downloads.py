"""What is fetched and kept: how many bytes, from where it broke off, found again without a network, mended."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from hub import learner
from hub.server import LocalHub, published
from huggingface_hub import snapshot_download

from utils import checkpoints, downloads
from utils.downloads import cache, fetching
from utils.workshop import room

NAME = "distilbert-base-uncased"
ROW = checkpoints.CATALOGUE[NAME]
MINI = checkpoints.MINIS / NAME
SIZES = {path.name: path.stat().st_size for path in MINI.iterdir()}
ROOT = Path(checkpoints.__file__).parents[1]


@pytest.fixture
def hub(tmp_path, monkeypatch):
    with LocalHub(published()) as running:
        learner.begin(monkeypatch, running.url, tmp_path / "cache")
        yield running


def files_asked(hub) -> list[str]:
    return [request.rpartition("/")[2] for request in hub.requests if "/resolve/" in request]


# --- how much ----------------------------------------------------------------------------------------------------


def test_all_six_cold_cost_what_is_needed_and_nothing_more(hub, capsys):
    """Within 1 %. The list of files is all there is on top."""
    needed = sum(path.stat().st_size for name in checkpoints.CATALOGUE for path in (checkpoints.MINIS / name).iterdir())
    assert f"6 published checkpoints are to be downloaded: {needed / 1e6:,.1f} MB ({needed:,} bytes)." in (
        checkpoints.switch("hub")
    )
    hub.sent = []
    checkpoints.download()
    assert needed < sum(hub.sent) < 1.01 * needed
    shown = capsys.readouterr()
    assert shown.out.count("100%") == 6 and shown.err == ""
    hub.requests.clear()
    checkpoints.download()
    assert capsys.readouterr().out.count("is on this machine already.") == 6
    assert checkpoints.switch("hub").startswith(
        "The six published checkpoints are all on this machine: nothing is left"
    )
    assert hub.requests == []


def test_a_kernel_that_began_with_the_minis_may_fetch_without_a_restart(hub, monkeypatch):
    """`prepare` turns the library's network off for the minis; whoever sets the variable means all of it."""
    monkeypatch.setenv("COURSE_MODELS", "mini")
    monkeypatch.setattr(downloads.source, "_turned_off_here", False)
    checkpoints.prepare()
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    checkpoints.download(NAME)
    assert checkpoints.downloaded(NAME)
    monkeypatch.setattr(downloads.source, "_turned_off_here", False)  # as if it had been set from outside
    with pytest.raises(checkpoints.CheckpointError, match="remove the variable HF_HUB_OFFLINE, restart the kernel"):
        checkpoints.download("roberta-base")


# --- broken off --------------------------------------------------------------------------------------------------


def test_what_is_too_slow_stops_and_goes_on_later(hub, monkeypatch, capsys):
    monkeypatch.setattr(fetching, "SECONDS_TO_JUDGE", 1)
    hub.fault = "slow"
    with pytest.raises(checkpoints.CheckpointError, match="would take") as error:
        checkpoints.locate(NAME)
    assert error and not [file.path for file in psutil.Process().open_files() if file.path.endswith(".incomplete")]
    kept = {path.name: path.stat().st_size for path in cache.root().glob("**/*.incomplete")}
    assert sum(kept.values()) > 500
    hub.fault, hub.sent = None, []
    folder = checkpoints.locate(NAME)
    assert sum(hub.sent) < sum(SIZES.values()) - sum(kept.values()) + 1_500  # the list of files
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in MINI.iterdir()
    }


def test_who_is_patient_may_wait(hub, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS_TO_JUDGE", 0.01)
    monkeypatch.setattr(fetching, "LONGEST", 0)
    with pytest.raises(checkpoints.CheckpointError, match="would take"):
        checkpoints.download(NAME)
    checkpoints.download(NAME, patient=True)
    assert checkpoints.downloaded(NAME)


@pytest.mark.skipif(os.name == "nt", reason="a signal of other systems")
def test_the_stop_button_loses_nothing(hub):
    hub.fault = "slow"
    code = f"from utils import checkpoints; checkpoints.locate({NAME!r})"
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not any("/resolve/" in request for request in hub.requests) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in run.communicate(timeout=60)[1]
    kept = sum(path.stat().st_size for path in cache.root().glob("**/*.incomplete"))
    assert kept > 0
    hub.fault, hub.sent = None, []
    checkpoints.locate(NAME)
    assert sum(hub.sent) < sum(SIZES.values()) - kept + 1_500


def test_two_kernels_do_not_write_the_same_file(hub):
    with fetching._alone(cache.repository(ROW.hub_id)):
        with pytest.raises(checkpoints.CheckpointError, match="another notebook is fetching it now: wait until"):
            checkpoints.locate(NAME)
    assert files_asked(hub) == []
    assert checkpoints.locate(NAME)


# --- found again -------------------------------------------------------------------------------------------------


def test_what_another_program_has_downloaded_is_found_and_checked(hub):
    """By huggingface_hub, which leaves no record of ours: its links name the digests."""
    code = (
        f"from huggingface_hub import snapshot_download; snapshot_download({ROW.hub_id!r}, revision={ROW.revision!r})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    hub.requests.clear()
    assert checkpoints.locate(NAME).name == ROW.revision
    assert hub.requests == []


def test_a_store_that_several_caches_share_is_followed(hub, tmp_path):
    """huggingface_hub may keep a content elsewhere, under another digest of its own, and leave a link to it."""
    folder = checkpoints.locate(NAME)
    blob = (folder / "model.safetensors").resolve()
    shared = blob.rename(tmp_path / ("a" * 64))
    blob.symlink_to(shared)
    (record,) = cache.root().glob("*/checked/*.json")
    record.unlink()
    hub.requests.clear()
    assert checkpoints.locate(NAME) == folder and hub.requests == []


def test_what_we_have_downloaded_is_found_by_huggingface_hub(hub):
    """Also the branch, for which no commit is pinned."""
    unpinned = checkpoints.CATALOGUE["roberta-base-SST-2"]
    folder = checkpoints.locate(unpinned.name)
    found = snapshot_download(unpinned.hub_id, cache_dir=cache.root(), local_files_only=True)
    assert Path(found) == folder


def test_a_system_without_links_keeps_the_files_themselves(hub, monkeypatch):
    def no_links(*_, **__):
        raise OSError(1314, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", no_links)
    folder = checkpoints.locate(NAME)
    assert not any(path.is_symlink() for path in folder.iterdir())
    hub.requests.clear()
    assert checkpoints.locate(NAME) == folder and hub.requests == []
    flip(folder / "model.safetensors")
    assert checkpoints.downloaded(NAME) is None
    assert checkpoints.locate(NAME) == folder and files_asked(hub) == ["model.safetensors"]


def test_the_cache_is_where_huggingface_hub_has_it():
    code = """
import importlib, os
from huggingface_hub import constants
from utils.downloads import cache
for variables in {choices!r}:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        os.environ.pop(name, None)
    os.environ.update(variables)
    assert str(cache.root()) == os.path.normpath(importlib.reload(constants).HF_HUB_CACHE), variables
"""
    choices = [{}, {"HF_HOME": "~/a"}, {"XDG_CACHE_HOME": "/b"}, {"HF_HUB_CACHE": "$HOME/c", "HF_HOME": "/d"}]
    choices += [{"HUGGINGFACE_HUB_CACHE": "/e"}, {"HUGGINGFACE_HUB_CACHE": "/f", "HF_HUB_CACHE": "/g"}]
    run = subprocess.run([sys.executable, "-c", code.format(choices=choices)], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


# --- damaged -----------------------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    """One bit, in the middle; the size stays."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


def remove_content(path: Path) -> None:
    path.resolve().unlink()


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer_config.json"])
@pytest.mark.parametrize("damage", [flip, shorten, empty, remove, remove_content])
def test_a_damaged_file_is_noticed_told_and_mended(damage, file, hub, monkeypatch):
    folder = checkpoints.locate(NAME)
    damage(folder / file)
    assert checkpoints.downloaded(NAME) is None
    with monkeypatch.context() as for_now:
        learner.without_network(for_now)
        with pytest.raises(checkpoints.CheckpointError) as error:
            checkpoints.locate(NAME)
    assert str(error.value).startswith(
        f"{ROW.hub_id} is damaged on this machine ({file}) and could not be downloaded, because "
    )
    hub.requests.clear()
    assert checkpoints.locate(NAME) == folder
    assert files_asked(hub) == ([] if damage is remove else [file])  # its content is still among the blobs
    assert (folder / file).read_bytes() == (MINI / file).read_bytes()


@pytest.mark.parametrize("damage", ["", "half a line", "[]", "{}", '{"config.json": {}}', '{"config.json": 3}'])
def test_a_damaged_record_is_made_again_without_the_network(damage, hub):
    folder = checkpoints.locate(NAME)
    (record,) = cache.root().glob("*/checked/*.json")
    good = record.read_text()
    record.write_text(damage)
    hub.stop()
    assert checkpoints.locate(NAME) == folder
    assert json.loads(record.read_text()) == json.loads(good)
    flip(folder / "config.json")
    record.write_text(damage)
    assert checkpoints.downloaded(NAME) is None  # the links tell the digests


def test_a_damaged_note_of_what_main_was_costs_one_question(hub):
    unpinned = checkpoints.CATALOGUE["roberta-base-SST-2"]
    folder = checkpoints.locate(unpinned.name)
    (cache.repository(unpinned.hub_id) / "refs" / "main").write_text("../../somewhere")
    hub.requests.clear()
    assert checkpoints.locate(unpinned.name) == folder
    assert hub.requests == [f"GET /api/models/{unpinned.hub_id}/revision/main"]


def test_a_touched_file_is_read_once_more_and_found_whole(hub, monkeypatch):
    folder = checkpoints.locate(NAME)
    os.utime(folder / "model.safetensors", (1, 1))
    read = []
    monkeypatch.setattr(cache, "is_intact", lambda path, digest: read.append(path.name) or True)
    assert checkpoints.downloaded(NAME) == checkpoints.downloaded(NAME) == folder
    assert read == ["model.safetensors"]


# --- from a room's folder, and from its mirror -------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A room's folder with one checkpoint, made as `prefetch` makes it; no other place can be reached."""
    with LocalHub(published()) as running:
        learner.begin(monkeypatch, running.url, tmp_path / "cache")
        wanted = downloads.listing(ROW.hub_id, ROW.revision)
        below = f"hub/{ROW.hub_id}/{wanted.commit}"
        downloads.fetch_into(wanted, tmp_path / "room" / below)
    names = [f"{below}/{file.name}" for file in wanted.files]
    assert sorted(path.relative_to(tmp_path / "room").as_posix() for path in tmp_path.glob("room/**/*.*")) == sorted(
        names
    )
    held = {ROW.hub_id: room.Checkpoint(ROW.revision, wanted.commit, tuple(file.name for file in wanted.files))}
    files = {name: room.measure(tmp_path / "room" / name) for name in names}
    room.write(tmp_path / "room", room.Manifest("unknown", "2026-11-21", (), (), held, files))
    monkeypatch.setenv("COURSE_FROM", str(tmp_path / "room"))
    return tmp_path / "room"


def test_a_room_folder_is_copied_into_the_cache_and_not_needed_again(folder, monkeypatch):
    tries = learner.without_network(monkeypatch)
    found = checkpoints.locate(NAME)
    assert {path.name: path.read_bytes() for path in found.iterdir()} == {
        path.name: path.read_bytes() for path in MINI.iterdir()
    }
    folder.rename(folder.with_name("taken home"))
    assert checkpoints.locate(NAME) == found
    assert tries == []


def test_a_room_folder_with_another_file_than_its_list_says_is_refused(folder):
    (weights,) = folder.glob("hub/**/model.safetensors")
    flip(weights)
    with pytest.raises(
        checkpoints.CheckpointError, match="model.safetensors from .*room has another digest than its list"
    ):
        checkpoints.locate(NAME)
    shorten(weights)
    with pytest.raises(checkpoints.CheckpointError, match="bytes where its list says"):
        checkpoints.locate(NAME)
    assert checkpoints.downloaded(NAME) is None


def test_a_room_folder_that_lacks_something_says_what(folder):
    with pytest.raises(checkpoints.CheckpointError, match="room does not hold it: ask your instructor to prefetch it"):
        checkpoints.locate("roberta-base")
    manifest = folder / "manifest.json"
    text = manifest.read_text()
    manifest.write_text(text.replace(ROW.revision, "f" * 40))
    with pytest.raises(
        checkpoints.CheckpointError, match=f"has commit fffffff and the course needs {ROW.revision[:7]}"
    ):
        checkpoints.locate(NAME)
    manifest.write_text(text[:-10])
    with pytest.raises(checkpoints.CheckpointError, match="manifest.json is damaged: copy the folder again"):
        checkpoints.locate(NAME)
    manifest.unlink()
    with pytest.raises(checkpoints.CheckpointError, match="manifest.json failed .*: check the disk and the folder"):
        checkpoints.locate(NAME)


def test_a_mirror_is_asked_directly_whatever_proxy_is_set(hub, monkeypatch):
    """A room's mirror is next door; a proxy leads elsewhere. `prepare` names it to huggingface_hub too."""
    monkeypatch.setenv("COURSE_FROM", hub.url + "/")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY")
    assert checkpoints.locate(NAME).name == ROW.revision
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    checkpoints.prepare()
    assert os.environ["HF_ENDPOINT"] == hub.url
