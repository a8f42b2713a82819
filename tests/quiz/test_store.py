"""Progress is never lost: two notebooks at once, kill -9, damaged files, full disks, locks, and merging."""

import errno
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import types
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from utils.commands.place import ROOT
from utils.quiz import place, records, store
from utils.quiz.store import ProgressError, Store

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs fork, users and limits of POSIX")


@pytest.fixture(autouse=True)
def own_memory(monkeypatch):
    monkeypatch.setattr(store, "MEMORY", {})


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "kept" / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    return path


def started(code: str, *arguments: str) -> subprocess.Popen:
    """A real process that runs `code`, whose acknowledgements can be read line by line."""
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)


# --- what is kept -------------------------------------------------------------------------------------------


def test_an_answer_is_kept_with_time_tries_and_hints(file):
    before = datetime.now(UTC)
    kept = Store.open()
    kept.record_question("01/sizes", False, 1, 0, ["66", "82"])
    kept.record_question("01/sizes", True, 2, 3, ["124"])
    assert kept.notice == ""
    entry = Store.open().state["questions"]["01/sizes"]
    first, right = entry["first"]
    assert before < datetime.fromisoformat(first) < datetime.fromisoformat(entry["solved"]) < datetime.now(UTC)
    assert right is False and entry["wrong"] == [first, "66", "82"] and entry["last"] == entry["solved"]
    assert (entry["tries"], entry["hints"]) == (2, 3)


def test_tries_grow_from_one_session_to_the_next_and_the_first_answer_stays(file):
    Store.open().record_question("01/sizes", True, 1, 0, ["124"])
    first = Store.open().state["questions"]["01/sizes"]
    Store.open().record_question("01/sizes", False, 1, 2, ["66"])
    again = Store.open().state["questions"]["01/sizes"]
    assert again["tries"] == 2 and again["hints"] == 2
    assert again["first"] == first["first"] and again["solved"] == first["solved"] and again["last"] > first["last"]


def test_the_other_records_are_kept(file):
    kept = Store.open()
    kept.record_exercise("01/3", False, 1, 0)
    kept.record_exercise("01/3", False, 0, 2)  # hints only: no try
    kept.record_card("01/report", {"due": "2026-01-01"})
    kept.record_card("01/report", {"due": "2026-01-05"})
    kept.record_read("01")
    first = kept.state["read"]["01"]
    kept.record_read("01")
    state = Store.open().state
    assert state["exercises"]["01/3"]["tries"] == 1 and state["exercises"]["01/3"]["hints"] == 2
    assert "solved" not in state["exercises"]["01/3"]
    assert (
        state["cards"]["01/report"]["state"][1] == {"due": "2026-01-05"} and state["cards"]["01/report"]["reviews"] == 2
    )
    assert state["read"] == {"01": first}


def test_texts_that_no_encoding_knows_are_kept(file):
    Store.open().record_question("01/name", False, 1, 0, ["naïve 模型 \ud800"])
    assert Store.open().state["questions"]["01/name"]["wrong"][1] == "naïve 模型 \ud800"


# --- where it is kept ---------------------------------------------------------------------------------------


def test_off_keeps_progress_in_memory_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.setattr(place, "user_data_path", lambda name: tmp_path / name)
    Store.open().record_read("01")
    assert "01" in Store.open().state["read"]
    assert "memory" in Store.open().where and Store.open().notice == ""
    assert list(tmp_path.iterdir()) == []
    assert Store.open().reset() is None and Store.open().state == records.empty()


def test_without_a_variable_it_is_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.setattr(place, "user_data_path", lambda name: tmp_path / name)
    Store.open().record_read("01")
    (kept,) = tmp_path.rglob("*.json")
    assert str(kept) in Store.open().where and "this computer only" in Store.open().where


def test_a_relative_name_means_the_same_file_in_all_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "mine.json")
    monkeypatch.chdir(tmp_path)
    assert place.find().file == ROOT / "mine.json"
    monkeypatch.setenv("COURSE_PROGRESS", "~/mine.json")
    assert place.find().file == Path(os.path.realpath(Path.home())) / "mine.json"


@pytest.fixture
def colab(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(place, "user_data_path", lambda name: tmp_path / "runtime" / name)
    monkeypatch.setattr(place, "DRIVE", tmp_path / "MyDrive")
    return tmp_path


def test_colab_without_a_drive_keeps_the_session_and_says_how_to_keep_more(colab):
    Store.open().record_read("01")
    assert "01" in Store.open().state["read"]
    assert "this Colab session only" in Store.open().where and "drive.mount" in Store.open().where


def test_colab_with_a_drive_keeps_it_there_and_carries_the_session_over(colab):
    Store.open().record_read("00")
    (colab / "MyDrive").mkdir()
    kept = Store.open()
    kept.record_read("01")
    assert kept.notice == "" and "Google Drive" in kept.where
    names = [path.relative_to(colab / "MyDrive").name for path in (colab / "MyDrive").rglob("*") if path.is_file()]
    assert names == ["progress.json"]  # no lock on the Drive
    assert set(Store.open().state["read"]) == {"00", "01"}


# --- two processes, and kill -9 -----------------------------------------------------------------------------

WRITE_500 = """
import sys
from utils.quiz.store import Store
store = Store.open()
for number in range(250):
    store.record_question(f"{sys.argv[1]}/{number}", True, 1, 0, ["yes"])
    store.record_question("01/shared", False, 1, 0, ["no"])
    assert store.notice == "", store.notice
"""


def test_two_processes_that_write_500_records_each_lose_nothing(file):
    both = [started(WRITE_500, name) for name in ("01", "02")]
    assert [process.wait() for process in both] == [0, 0]
    questions = records.read(file)["questions"]
    assert questions.pop("01/shared")["tries"] == 500
    assert questions.keys() == {f"{name}/{number}" for name in ("01", "02") for number in range(250)}


WRITE_FOR_EVER = """
import sys
from utils.quiz.store import Store
store = Store.open()
for number in range(100_000):
    store.record_question(f"{sys.argv[1]}/{number}", True, 1, 0, ["yes"])
    assert store.notice == "", store.notice
    print(number, flush=True)
"""


def test_kill_in_the_middle_loses_no_acknowledged_record(file):
    rounds, dice, acknowledged = 50, random.Random(0), set()
    for name in range(rounds):
        writer = started(WRITE_FOR_EVER, str(name))
        lines = [writer.stdout.readline()]
        time.sleep(dice.uniform(0, 0.02))
        writer.kill()
        lines += writer.stdout.readlines()
        writer.wait()
        acknowledged |= {f"{name}/{int(line)}" for line in lines if line.endswith("\n")}
        assert acknowledged <= records.read(file)["questions"].keys()
    assert len(acknowledged) >= rounds
    assert Store.open().notice == ""
    assert {path.name for path in file.parent.iterdir()} <= {
        "progress.json",
        "progress.json.lock",
        "progress.json.part",
    }


# --- files that are no progress -----------------------------------------------------------------------------

WHOLE = json.dumps({"version": 1, "read": {"01": {"first": "2026-01-01T00:00:00+00:00"}}}).encode()
DAMAGED = {
    "empty": b"",
    "cut off": WHOLE[:-10],
    "zeros after a power cut": bytes(200),
    "not JSON": b"progress: none\n",
    "not text": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "nested without end": b"[" * 100_000,
    "a list": b"[1, 2]",
    "no version": b'{"read": {}}',
    "a version in words": b'{"version": "one"}',
    "a version below the first": b'{"version": 0}',
    "a list for a section": b'{"version": 1, "questions": []}',
    "a number for an entry": b'{"version": 1, "questions": {"01/a": 3}}',
    "a word for a number": b'{"version": 1, "questions": {"01/a": {"tries": "many"}}}',
    "a number below zero": b'{"version": 1, "exercises": {"01/1": {"tries": -1}}}',
    "a time that is none": b'{"version": 1, "read": {"01": {"first": "yesterday"}}}',
    "a time without its zone": b'{"version": 1, "read": {"01": {"first": "2026-01-01T00:00:00"}}}',
    "half an answer": b'{"version": 1, "questions": {"01/a": {"first": ["2026-01-01T00:00:00+00:00"]}}}',
    "an unknown field": b'{"version": 1, "questions": {"01/a": {"colour": "red"}}}',
    "an unknown section": b'{"version": 1, "colours": {}}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_set_aside_and_reported(file, content):
    file.parent.mkdir()
    for times in (1, 2):
        file.write_bytes(content)
        kept = Store.open()
        aside = sorted(file.parent.glob("progress.damaged-*.json"))
        assert [path.read_bytes() for path in aside] == [content] * times  # the first one is not overwritten
        assert "damaged" in kept.notice and str(aside[-1]) in kept.notice
        assert kept.state == records.empty()
        kept.record_read("01")
        assert Store.open().notice == "" and "01" in Store.open().state["read"]


def test_a_file_damaged_between_two_records_is_set_aside_too(file):
    kept = Store.open()
    kept.record_read("00")
    file.write_bytes(b"oops")
    kept.record_read("01")
    assert "damaged" in kept.notice
    assert [path.read_bytes() for path in file.parent.glob("progress.damaged-*.json")] == [b"oops"]
    assert "01" in records.read(file)["read"]


def test_the_file_of_a_newer_version_is_left_alone(file):
    file.parent.mkdir()
    newer = b'{"version": 2, "colours": {}}'
    file.write_bytes(newer)
    kept = Store.open()
    assert "newer version" in kept.notice and "Update the course" in kept.notice
    kept.record_read("01")
    assert "01" in kept.state["read"]
    with pytest.raises(ProgressError, match="newer version"):
        kept.reset()
    assert file.read_bytes() == newer and "memory" in kept.notice
    left = {path.name for path in file.parent.iterdir()} - {"progress.json.lock"}  # newer filelocks take it away
    assert left == {"progress.json"}


def test_a_folder_in_its_place_is_left_alone(file):
    file.mkdir(parents=True)
    (file / "thesis.txt").write_text("years of work")
    kept = Store.open()
    assert "is a folder" in kept.notice and "COURSE_PROGRESS" in kept.notice
    kept.record_read("01")
    assert "01" in kept.state["read"] and (file / "thesis.txt").read_text() == "years of work"


def test_a_file_where_a_folder_should_be(file):
    file.parent.write_text("no folder")
    kept = Store.open()
    kept.record_read("01")
    assert "cannot be saved" in kept.notice and "01" in kept.state["read"]
    assert file.parent.read_text() == "no folder"


# --- disks, permissions, locks ------------------------------------------------------------------------------


@POSIX
def test_a_write_that_fails_keeps_the_old_file_and_the_record_in_memory(file):
    import resource

    kept = Store.open()
    kept.record_read("00")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, limit[1]))  # no file may grow beyond 20 bytes
    try:
        kept.record_read("01")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert "no space" in kept.notice and "memory" in kept.notice
    assert set(records.read(file)["read"]) == {"00"} and not list(file.parent.glob("*.part"))
    assert set(kept.state["read"]) == {"00", "01"} == set(Store.open().state["read"])
    kept.record_read("02")  # there is space again
    assert kept.notice == "" and set(records.read(file)["read"]) == {"00", "01", "02"}


def test_a_full_disk_is_a_sentence(file, monkeypatch):
    kept = Store.open()
    kept.record_question("01/sizes", False, 1, 0, ["66"])

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        kept.record_question("01/sizes", True, 2, 0, ["124"])
        with pytest.raises(ProgressError, match="not reset.* no space"):
            kept.reset()
    assert "Free some space" in kept.notice
    assert kept.state["questions"]["01/sizes"]["tries"] == 2
    assert "solved" not in records.read(file)["questions"]["01/sizes"]


def unprivileged(action) -> str:
    """What `action()` returns to a user who may not do everything, as root may."""
    if os.geteuid():
        return action()
    users = Path("/proc/self/uid_map")
    if users.exists() and users.read_text().split()[2] == "1":
        pytest.skip("in this namespace root is the only user")
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            os.setuid(65534)
            os.write(writer, action().encode())
        finally:
            os._exit(0)
    os.wait()
    os.close(writer)
    with open(reader) as stream:
        return stream.read()


@POSIX
@pytest.mark.parametrize("what", ["folder", "file"])
def test_without_permission_progress_stays_in_memory(what, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "progress.json")
        monkeypatch.setenv("COURSE_PROGRESS", str(kept))
        Store.open().record_read("00")
        os.chmod(kept, 0 if what == "file" else 0o644)
        os.chmod(folder, 0o777 if what == "file" else 0o555)

        def record():
            mine = Store.open()
            mine.record_read("01")
            return f"{mine.notice} {sorted(mine.state['read'])}"

        told = unprivileged(record)
        os.chmod(folder, 0o755)
    assert "there is no permission" in told and "COURSE_PROGRESS" in told
    assert told.endswith("['01']" if what == "file" else "['00', '01']")


def test_a_lock_left_behind_harms_nobody(file):
    file.parent.mkdir()
    file.with_name("progress.json.lock").write_text("4194304\n")
    kept = Store.open()
    kept.record_read("01")
    assert kept.notice == ""


HOLD = """
import sys, time
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


def test_a_lock_held_by_another_program_is_a_sentence_and_the_record_follows_later(file, monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    kept = Store.open()
    kept.record_read("00")
    holder = started(HOLD, str(file) + ".lock")
    assert holder.stdout.readline() == "held\n"
    kept.record_read("01")
    assert "another program holds" in kept.notice and "Restart" in kept.notice
    assert set(kept.state["read"]) == {"00", "01"} and set(records.read(file)["read"]) == {"00"}
    holder.kill()  # killed with the lock in its hands
    holder.wait()
    kept.record_read("02")
    assert kept.notice == "" and set(records.read(file)["read"]) == {"00", "01", "02"}


def test_two_stores_in_one_process_exclude_each_other(file, monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    kept = Store.open()
    kept.record_read("00")
    with FileLock(str(file) + ".lock"):
        kept.record_read("01")
    assert "another program holds" in kept.notice


# --- reset, export, import, merge ---------------------------------------------------------------------------


def test_reset_keeps_a_backup_that_can_be_imported(file):
    kept = Store.open()
    assert kept.reset() is None
    kept.record_read("01")
    before = kept.state
    backup = kept.reset()
    assert kept.state == Store.open().state == records.empty()
    kept.record_read("02")
    kept.import_from(backup)
    assert set(kept.state["read"]) == {"01", "02"} and kept.state["read"]["01"] == before["read"]["01"]


def test_export_never_overwrites(file, tmp_path):
    kept = Store.open()
    kept.record_read("01")
    copy = kept.export_to(tmp_path / "copy.json")
    assert records.read(copy) == kept.state
    for taken in (copy, tmp_path):
        with pytest.raises(ProgressError, match="exists already"):
            kept.export_to(taken)
    with pytest.raises(ProgressError, match="could not be written"):
        kept.export_to(tmp_path / "nowhere" / "copy.json")


def test_import_takes_no_bad_file(file, tmp_path):
    kept = Store.open()
    kept.record_read("01")
    before, bad = file.read_bytes(), tmp_path / "bad.json"
    for content, why in ((b"{", "damaged"), (b'{"version": 9}', "newer version")):
        bad.write_bytes(content)
        with pytest.raises(ProgressError, match=why):
            kept.import_from(bad)
        assert bad.read_bytes() == content and file.read_bytes() == before
    for missing in (tmp_path / "none.json", tmp_path):
        with pytest.raises(ProgressError, match="There is no file"):
            kept.import_from(missing)


def random_state(dice, monkeypatch):
    """What a learner with a few keys may have, at times that differ."""
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.setattr(store, "MEMORY", {})
    kept, clock = Store.open(), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(50))
    for _ in range(dice.randrange(12)):
        clock += timedelta(seconds=dice.randrange(3))  # 0 too: the same moment in two files
        now = clock.isoformat(timespec="microseconds")
        monkeypatch.setattr(store, "_now", lambda now=now: now)
        key, right = f"01/{dice.randrange(3)}", dice.random() < 0.5
        kept.record_question(key, right, dice.randrange(1, 4), dice.randrange(4), [dice.choice("ab")])
        kept.record_exercise(key, dice.random() < 0.5, dice.randrange(3), dice.randrange(4))
        kept.record_card(key, {"step": dice.choice([0, None])})
        kept.record_read(dice.choice(["00", "01"]))
    return kept.state


@pytest.mark.parametrize("seed", range(20))
def test_merging_loses_nothing_in_whatever_order(seed, monkeypatch):
    dice = random.Random(seed)
    one, two, three = (random_state(dice, monkeypatch) for _ in range(3))
    merge = records.merge
    assert merge(one, one) == one == merge(one, records.empty())
    assert merge(one, two) == merge(two, one) == merge(merge(one, two), one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))
    for section, entries in one.items():
        for key, entry in entries.items():
            both = merge(one, two)[section][key]
            assert both.keys() >= entry.keys()
            assert all(both[field] >= entry[field] for field in ("tries", "hints", "reviews", "last") if field in entry)
            assert all(both[field] <= entry[field] for field in ("first", "wrong", "solved") if field in entry)
