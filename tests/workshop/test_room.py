"""A room folder is read, checked and written; what is not in order is told in a sentence that names it."""

import json
import os

import pytest

from utils.workshop import room
from utils.workshop.room import RoomError
from workshop import tiny_room

WEIGHTS = f"hub/{tiny_room.HUB_ID}/{tiny_room.COMMIT}/model.safetensors"


def change(folder, **fields):
    """Write other values into the manifest of `folder`."""
    path = folder / room.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_what_was_written_is_read(tmp_path):
    made = tiny_room.make(tmp_path / "room")
    assert made == room.read(tmp_path / "room") and made.folder == tmp_path / "room"
    assert made.pythons == ("3.11", "3.12", "3.13", "3.14") and made.platforms == ("linux-x86_64",)
    assert made.wheels() == ["tiny_first-1.0-py3-none-any.whl", "tiny_second-2.0-py3-none-any.whl"]
    assert made.checkpoints["FacebookAI/roberta-base"].files == ("config.json", "model.safetensors")
    for name in made.files:
        assert made.check(name) == tmp_path / "room" / name
    on_disk = {path.relative_to(tmp_path / "room").as_posix() for path in (tmp_path / "room").rglob("*.*")}
    assert {name for name in on_disk if (tmp_path / "room" / name).is_file()} == {*made.files, "manifest.json"}
    assert list(json.loads((tmp_path / "room/manifest.json").read_text())["files"]["course.zip"]) == ["bytes", "sha256"]


def test_a_damaged_file_is_refused_by_name(tmp_path):
    made = tiny_room.make(tmp_path)
    content = (tmp_path / WEIGHTS).read_bytes()
    for damaged, told in [(content[:-1], "2047 bytes, not 2048"), (b"x" + content[1:], "SHA-256 is not as listed")]:
        (tmp_path / WEIGHTS).write_bytes(damaged)
        with pytest.raises(RoomError, match=told) as problem:
            made.check(WEIGHTS)
        assert WEIGHTS in str(problem.value) and "run prefetch" in str(problem.value)
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(RoomError, match="damaged or missing"):
        made.check(WEIGHTS)


def test_an_unlisted_file_does_not_exist(tmp_path):
    made = tiny_room.make(tmp_path)
    (tmp_path / "wheels/other.whl").write_bytes(b"")
    for name in ("wheels/other.whl", "manifest.json", "../secret", "wheels/../course.zip"):
        with pytest.raises(RoomError, match="lists no file"):
            made.check(name)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    made = tiny_room.make(tmp_path / "room")
    secret = tmp_path / "secret"
    secret.write_bytes((tmp_path / "room" / WEIGHTS).read_bytes())  # the very bytes, and still not in the folder
    (tmp_path / "room" / WEIGHTS).unlink()
    os.symlink(secret, tmp_path / "room" / WEIGHTS)
    with pytest.raises(RoomError, match="a link to a place outside"):
        made.check(WEIGHTS)


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "wheels/../../up",
        "/etc/passwd",
        "wheels//x",
        "./x",
        "a\\b",
        "C:x",
        "x/",
        "",
        "a b",
        "manifest.json",
        "...",
    ],
)
def test_a_name_that_could_lead_elsewhere(tmp_path, name):
    tiny_room.make(tmp_path)
    change(tmp_path, files={name: {"bytes": 1, "sha256": "0" * 64}}, checkpoints={})
    if name == "...":  # an odd name, and a plain one
        assert list(room.read(tmp_path).files) == [name]
        return
    with pytest.raises(RoomError, match="is not a manifest of this course"):
        room.read(tmp_path)


@pytest.mark.parametrize(
    "fields",
    [
        {"files": []},
        {"files": {"x": {"bytes": -1, "sha256": "0" * 64}}, "checkpoints": {}},
        {"files": {"x": {"bytes": True, "sha256": "0" * 64}}, "checkpoints": {}},
        {"files": {"x": {"bytes": 1, "sha256": "0"}}, "checkpoints": {}},
        {"files": {"x": {"bytes": 1}}, "checkpoints": {}},
        {"files": {name: {"bytes": 1, "sha256": "0" * 64} for name in ("x", "X")}, "checkpoints": {}},
        {"files": {}},  # the checkpoint's files are not among them
        {"checkpoints": {"a/b": {"revision": "main", "commit": "main", "files": []}}},
        {"pythons": None},
        {"platforms": [3]},
        {"course": 1},
    ],
)
def test_a_manifest_of_another_shape(tmp_path, fields):
    tiny_room.make(tmp_path)
    change(tmp_path, **fields)
    with pytest.raises(RoomError, match="manifest.json is not a manifest of this course"):
        room.read(tmp_path)


def test_no_room_here(tmp_path):
    with pytest.raises(RoomError, match="is not a folder"):
        room.read(tmp_path / "nowhere")
    with pytest.raises(RoomError, match="not a finished room folder"):
        room.read(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"{")
    with pytest.raises(RoomError, match="not a manifest of this course"):
        room.read(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"\xff")
    with pytest.raises(RoomError, match="cannot be read"):
        room.read(tmp_path)


def test_a_manifest_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    made = tiny_room.make(tmp_path)

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError):
        room.write(tmp_path, room.Manifest("other", "2026-11-22", (), (), {}, {}))
    assert room.read(tmp_path) == made
