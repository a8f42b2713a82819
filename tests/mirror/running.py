"""A mirror in a thread or in a watched process, and a client that sends any bytes."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.workshop.mirror import Mirror, prepare

ROOT = Path(__file__).parents[2]
WATCHED = """
import json, os, sys
log, folder, attributes = sys.argv[1:]
log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
serving = False
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], int):
        return  # a file object for a file that is open already
    if serving and event.split(".")[0] in ("open", "os", "import", "subprocess", "shutil", "glob", "mmap", "ctypes"):
        os.write(log, (json.dumps([event, *map(str, arguments[:1])]) + "\\n").encode())
sys.addaudithook(watch)
from utils.workshop import mirror
for name, value in json.loads(attributes).items():
    setattr(mirror.server, name, value)
running = mirror.prepare(folder, 0, "127.0.0.1")
print(running.port, flush=True)
serving = True
if "OUTSIDE" in os.environ:
    open(os.environ["OUTSIDE"]).close()
running.serve_forever()
"""


@contextlib.contextmanager
def serving(folder: Path, address: str = "127.0.0.1") -> Iterator[Mirror]:
    """A mirror of `folder`, in a thread of this process."""
    with prepare(str(folder), 0, address) as mirror:
        threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield mirror
        mirror.shutdown()


@dataclass
class Watched:
    """A mirror in a process of its own that writes down what it opens, lists, starts or imports while it serves."""

    process: subprocess.Popen
    port: int
    log: Path

    def touched(self) -> list[tuple[str, str]]:
        """Python's audit events since serving began: what happened, and to which file."""
        return [tuple(json.loads(line)) for line in self.log.read_text().splitlines()]

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


@contextlib.contextmanager
def watched(folder: Path, log: Path, environment: dict[str, str] | None = None, **attributes) -> Iterator[Watched]:
    """A `Watched` mirror of `folder`; the `attributes` replace those of the server module, such as HEAD_SECONDS."""
    command = [sys.executable, "-c", WATCHED, str(log), str(folder), json.dumps(attributes)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not (line := process.stdout.readline().strip()).isdecimal():
            assert line, process.stderr.read()
        yield Watched(process, int(line), log)
    finally:
        process.kill()
        process.communicate()


def connect(port: int, seconds: float = 30) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=seconds)


def answer(connection: socket.socket) -> bytes:
    """All that comes until the other side closes; a reset ends it too."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def exchange(port: int, request: bytes) -> bytes:
    """Send these bytes on a connection of their own and return the whole answer."""
    with connect(port) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        return answer(connection)


def get(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers in lower case, and the body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: mirror", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
    head, _, body = exchange(port, "\r\n".join([*lines, "", ""]).encode()).partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}, body
