"""The load on a mirror: learners as processes get every file, and one that is wrong is noticed."""

import queue
import threading

from mirror.running import serving
from workshop import tiny_room

from utils.commands.bench import mirror


def test_two_learners_get_everything(capsys):
    assert mirror.main(["--learners", "2", "--megabytes", "1"]) == 0
    said = capsys.readouterr().out
    files, megabytes, whole = said.partition("\n2 ")[2].split()[:3]
    assert (files, whole) == ("90", "2") and float(megabytes) > 30
    assert "Every learner has every file, checksums right." in said


def test_a_file_that_does_not_come_is_told(tmp_path):
    tiny_room.make(tmp_path)
    with serving(tmp_path) as running:
        (tmp_path / "course.zip").unlink()
        results = queue.Queue()
        mirror.learner(0, running.port, threading.Barrier(1), results)
    assert results.get()["wrong"] == ["course.zip"]


def test_a_mirror_that_is_gone_is_told(tmp_path):
    tiny_room.make(tmp_path)
    with serving(tmp_path) as running:
        port = running.port
    results = queue.Queue()
    mirror.learner(0, port, threading.Barrier(1), results)
    assert "ConnectionRefusedError" in results.get()["wrong"][0]


def test_random_wheels_have_the_size_asked_for_and_many_sizes():
    sizes = sorted(map(len, mirror.random_wheels(3).values()))
    assert len(sizes) == 60 and sum(sizes) == 3_000_000 and sizes[-1] > 100 * sizes[0]
