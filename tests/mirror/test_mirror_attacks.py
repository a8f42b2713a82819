"""Whatever is sent: refused or served, never crashed, and nothing outside the manifest's list is ever opened.

`pytest -s` on this file shows what became of each attack.
"""

import contextlib
import os
import shutil
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from workshop import tiny_room

from mirror.attacks import WHEEL, attacks, status
from mirror.running import answer, connect, exchange, get, watched

CANARY = b"this stands outside the list"
LINUX = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at /proc")


@pytest.fixture
def room(tmp_path):
    """A room folder with an unlisted file in each of its folders, and a file beside it."""
    tiny_room.make(tmp_path / "room")
    for place in (".", "room", "room/wheels", f"room/hub/{tiny_room.HUB_ID}/{tiny_room.COMMIT}"):
        (tmp_path / place / "unlisted.txt").write_bytes(CANARY)
    return tmp_path / "room"


def outside(mirror, room) -> list:
    """What the mirror's process touched besides the listed files of `room`. It touched at least one of those."""
    listed = {str(room / name) for name in tiny_room.room.read(room).files}
    touched = mirror.touched()
    assert ["open", str(room / WHEEL)] in [list(event) for event in touched]
    return [event for event in touched if event[0] != "open" or os.path.realpath(event[1]) not in listed]


def still_serves(mirror, room) -> bool:
    """Whether it answers, and rightly. The server's own record is looked at by `outside`."""
    return mirror.process.poll() is None and get(mirror.port, f"/{WHEEL}")[::2] == (200, (room / WHEEL).read_bytes())


def closes(mirror, descriptors: int) -> bool:
    """Whether the mirror closes all but `descriptors` files and sockets, in twenty seconds."""
    end = time.monotonic() + 20
    while mirror.descriptors() > descriptors and time.monotonic() < end:
        time.sleep(0.1)
    return mirror.descriptors() == descriptors


def test_the_list_of_attacks(room, tmp_path):
    with watched(room, tmp_path / "log", HEAD_SECONDS=3) as mirror:
        for attack in attacks(room.parent / "unlisted.txt"):
            found = exchange(mirror.port, attack.request)
            print(f"{attack.name:<40}", found.split(b"\r")[0].decode() or "closed without an answer")
            assert status(found) in attack.right, (attack.name, found[:200])
            assert CANARY not in found, attack.name
            assert b"<script>" not in found and b"Traceback" not in found
        assert still_serves(mirror, room)
        assert outside(mirror, room) == []
        mirror.process.terminate()
        assert mirror.process.communicate()[1] == ""


def test_the_list_brings_the_file_to_light_where_a_server_is_careless(room):
    """The same list against a server that makes paths of requests, so that it is known to bite."""

    class Careless(BaseHTTPRequestHandler):
        def do_GET(self):
            with contextlib.suppress(OSError, ValueError):
                self.wfile.write(Path(f"{room}/{unquote(self.path)}").read_bytes())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        port, listed = server.server_address[1], attacks(room.parent / "unlisted.txt")
        shown = {attack.name for attack in listed if attack.request and CANARY in exchange(port, attack.request)}
        server.shutdown()
    assert {"parent", "parent, encoded", "parent, slash encoded", "file that is not listed"} <= shown


def test_the_record_would_show_a_file_outside(room, tmp_path):
    canary = str(tmp_path / "unlisted.txt")
    with watched(room, tmp_path / "log", environment={"OUTSIDE": canary}) as mirror:
        assert still_serves(mirror, room)
        assert outside(mirror, room) == [("open", canary)]


def test_what_is_planted_in_the_folder_is_not_read(room, tmp_path):
    """The files are replaced while the mirror serves, so that its check at the start has not seen them."""
    secret, other = tmp_path / "unlisted.txt", tmp_path / "other"
    shutil.copytree(room / "hub", other)  # the very bytes and times, elsewhere
    weights = f"hub/{tiny_room.HUB_ID}/{tiny_room.COMMIT}/model.safetensors"
    with watched(room, tmp_path / "log") as mirror:
        assert still_serves(mirror, room)
        (room / "course.zip").unlink()
        (room / "course.zip").symlink_to(secret)
        assert get(mirror.port, "/course.zip")[0] == 410
        shutil.rmtree(room / "hub")
        (room / "hub").symlink_to(other)
        assert get(mirror.port, f"/{weights}")[0] == 410
        (room / "course.zip").unlink()
        os.mkfifo(room / "course.zip")  # reading it would wait for ever
        assert get(mirror.port, "/course.zip")[0] == 410
        (room / "course.zip").unlink()
        (room / "course.zip").mkdir()
        assert get(mirror.port, "/course.zip")[0] == 410
        assert still_serves(mirror, room)
        assert outside(mirror, room) == []


def test_two_hundred_at_once(room, tmp_path):
    request, content = f"GET /{WHEEL} HTTP/1.1\r\nHost: m\r\n\r\n".encode(), (room / WHEEL).read_bytes()
    with watched(room, tmp_path / "log") as mirror:
        connections = [connect(mirror.port) for _ in range(200)]
        for connection in connections:
            connection.sendall(request)
        assert [answer(connection).partition(b"\r\n\r\n")[2] for connection in connections] == [content] * 200
        print("200 connections at once: 200 answered, whole")
        for connection in connections:
            connection.close()
        assert outside(mirror, room) == []


@LINUX
def test_who_only_holds_a_connection_is_let_go(room, tmp_path):
    """A dozen that say nothing or a letter now and then, where eight are answered at a time."""
    with watched(room, tmp_path / "log", HEAD_SECONDS=2, CONNECTIONS=8) as mirror:
        before = mirror.descriptors()
        silent = [connect(mirror.port) for _ in range(12)]
        drip = connect(mirror.port)
        drip.sendall(b"GET / HTTP/1.1\r\nX: ")
        start = time.monotonic()
        with pytest.raises(ConnectionError):
            while True:  # a letter each time before a limit on silence alone would strike
                drip.sendall(b"x")
                time.sleep(0.1)
                assert time.monotonic() - start < 20
        assert still_serves(mirror, room)  # behind all of them
        assert {answer(connection) for connection in silent} == {b""}
        assert closes(mirror, before)


@pytest.fixture
def large(room):
    """The request for a listed file of 30 MB, more than the buffers of both sides hold."""
    name = "wheels/large-1.0-py3-none-any.whl"
    with (room / name).open("wb") as file:
        file.truncate(30_000_000)
    tiny_room.list_files(room, [WHEEL, name])
    return f"GET /{name} HTTP/1.1\r\n\r\n".encode()


def test_a_file_that_becomes_shorter_on_its_way_ends_early(room, large, tmp_path):
    with watched(room, tmp_path / "log") as mirror:
        with connect(mirror.port) as connection:
            connection.sendall(large)
            begun = connection.recv(100)
            os.truncate(room / "wheels/large-1.0-py3-none-any.whl", 1000)
            assert b"HTTP/1.1 200 OK" in begun and len(answer(connection)) < 30_000_000
        assert exchange(mirror.port, large).startswith(b"HTTP/1.1 410 Gone")
        assert still_serves(mirror, room)


@LINUX
def test_who_does_not_read_is_let_go(room, large, tmp_path):
    with watched(room, tmp_path / "log", CHUNK_SECONDS=1) as mirror:
        before = mirror.descriptors()
        lazy = [connect(mirror.port) for _ in range(5)]
        for connection in lazy:
            connection.sendall(large)
        assert {connection.recv(1) for connection in lazy} == {b"H"}  # the answers have begun
        assert closes(mirror, before)
        assert all(len(answer(connection)) < 30_000_000 for connection in lazy)
        assert still_serves(mirror, room)


def test_connections_that_break_off(room, tmp_path):
    with watched(room, tmp_path / "log") as mirror:
        for request in (b"", b"GET", f"GET /{WHEEL} HTTP/1.1\r\n\r\n".encode()):
            connection = connect(mirror.port)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
            connection.sendall(request)
            connection.close()
        assert still_serves(mirror, room)
        mirror.process.terminate()
        assert mirror.process.communicate()[1] == ""
