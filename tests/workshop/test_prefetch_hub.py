"""`prefetch --models hub` against the local Hub: every checkpoint, checked, and used from the room afterwards."""

import shutil

import pytest
from hub.server import LocalHub, published

from utils import commands, downloads
from utils.checkpoints import CATALOGUE
from utils.workshop import prefetch, room
from workshop import tiny_room


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A Hub with the minis under the published names, a course that needs one tiny wheel, and an empty cache."""
    home = tmp_path / "course"
    home.mkdir()
    (home / "requirements.txt").write_text("tiny_second\n")
    (home / "constraints.txt").write_text("tiny_second==2.0\n")
    (home / ".gitignore").write_text("")
    (tmp_path / "room/wheels").mkdir(parents=True)
    (tmp_path / "room/wheels/tiny_second-2.0-py3-none-any.whl").write_bytes(tiny_room.wheel("tiny_second", "2.0"))
    monkeypatch.setattr(prefetch, "ROOT", home)
    monkeypatch.setattr(prefetch, "REQUIREMENTS", home / "requirements.txt")
    monkeypatch.setattr(prefetch, "CONSTRAINTS", home / "constraints.txt")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_FROM", raising=False)
    with LocalHub(published()) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def prefetched(folder):
    return commands.main(["prefetch", str(folder), "--platforms", "linux-x86_64", "--models", "hub"])


def test_all_checkpoints_are_in_the_room_and_loaded_from_it(hub, tmp_path, monkeypatch, capsys):
    assert prefetched(tmp_path / "room") == 0
    made = room.read(tmp_path / "room")
    assert list(made.checkpoints) == [row.hub_id for row in CATALOGUE.values()]
    for name in made.files:
        made.check(name)
    size = sum(file.bytes for name, file in made.files.items() if name.startswith("hub/")) / 1e9
    assert f"{size:.2f} GB of published checkpoints" in capsys.readouterr().out
    assert sum(hub.sent) == pytest.approx(size * 1e9, rel=0.01)  # besides the lists, no byte too many

    hub.stop()
    monkeypatch.setenv("COURSE_FROM", str(made.folder))
    row = CATALOGUE["roberta-base"]
    folder = downloads.fetch(row.hub_id, row.revision)
    for name in made.checkpoints[row.hub_id].files:
        assert (folder / name).read_bytes() == (made.folder / "hub" / row.hub_id / row.revision / name).read_bytes()


def test_run_again_only_what_is_missing_or_damaged_is_fetched(hub, tmp_path):
    assert prefetched(tmp_path / "room") == 0
    made = room.read(tmp_path / "room")
    folder = made.folder / "hub" / "FacebookAI/roberta-base" / CATALOGUE["roberta-base"].revision
    (folder / "config.json").write_bytes(b"x" + (folder / "config.json").read_bytes()[1:])
    shutil.rmtree(made.folder / "hub/google-bert")
    hub.requests.clear()
    assert prefetched(tmp_path / "room") == 0
    asked = {request.split("/resolve/")[0] for request in hub.requests if "/resolve/" in request}
    assert asked == {"GET /FacebookAI/roberta-base", "GET /google-bert/bert-base-uncased"}
    assert sum("/roberta-base/resolve/" in request for request in hub.requests) == 1
    assert room.read(tmp_path / "room") == made


def test_what_this_computer_has_is_not_fetched_again(hub, tmp_path):
    for row in CATALOGUE.values():
        downloads.fetch(row.hub_id, row.revision)
    hub.requests.clear()
    assert prefetched(tmp_path / "room") == 0
    assert [request for request in hub.requests if "/resolve/" in request] == []
    assert len(room.read(tmp_path / "room").checkpoints) == 6


def test_a_hub_that_fails_is_told_in_a_sentence_before_any_wheel(hub, tmp_path, capsys):
    hub.fault = "404"
    assert prefetched(tmp_path / "room") == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("FacebookAI/roberta-base cannot be fetched: ") and len(said.splitlines()) == 1
    assert not (tmp_path / "room/manifest.json").exists()
