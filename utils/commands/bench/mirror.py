"""`bench mirror`: does one laptop serve a room? Learners fetch every file of a room folder at the same time.

The mirror is the command itself, in a process of its own, and each learner is a process too, with an address of its
own where the system has many. A learner reads the list and fetches each file, a few at a time, and compares size and
SHA-256. All of it stays on this machine, so the figures are those of the mirror, not of a Wi-Fi.
"""

import argparse
import hashlib
import http.client
import json
import multiprocessing
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil

from utils.checkpoints import CATALOGUE, MINIS
from utils.commands.bench import rows
from utils.commands.place import ROOT
from utils.workshop import room

COMMIT = hashlib.sha1(b"stands for main").hexdigest()  # of a checkpoint that the course has not pinned
AT_ONCE = 4  # files that a learner fetches at a time
COLUMNS = ("files", "MB each", "whole", "seconds", "MB/s", "rest MB", "peak MB", "CPU s")


def main(argv: list[str]) -> int:
    """Measure one learner, ten and thirty; the exit status is 0 where each got every file whole."""
    parser = argparse.ArgumentParser(prog="python3 -m utils bench mirror", description=__doc__)
    parser.add_argument("folder", nargs="?", help="a room folder (default: one is made of the minis and random bytes)")
    parser.add_argument("--learners", type=int, nargs="+", default=[1, 10, 30], help="how many (default 1 10 30)")
    parser.add_argument(
        "--megabytes", type=int, default=200, help="of random wheels in a folder made now (default 200)"
    )
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary)
        if not options.folder:
            make_room(folder, wheels=random_wheels(options.megabytes))
        start = time.perf_counter()
        with mirror(folder) as (process, port):
            print(f"The mirror checked its files in {time.perf_counter() - start:.1f} s, its own start included.\n")
            found = rows.tell(
                (measure(process, port, count) for count in options.learners), "learners", COLUMNS, width=8
            )
    whole = all(row["whole"] == int(row["learners"]) for row in found)
    print("\nEvery learner has every file, checksums right." if whole else "\nNOT every learner has every file.")
    print("rest, peak: resident memory of the mirror before the first request and at its most. CPU: of the mirror.")
    return 0 if whole else 1


def make_room(folder: Path, names=tuple(CATALOGUE), wheels: dict[str, bytes] | None = None) -> room.Room:
    """A room folder with the minis of these `names` in the place of the published checkpoints, and these wheels."""
    checkpoints, files = {}, []
    for row in map(CATALOGUE.get, names):
        commit = COMMIT if row.revision == "main" else row.revision
        place = f"hub/{row.hub_id}/{commit}"
        shutil.copytree(MINIS / row.name, folder / place)
        own = tuple(sorted(path.name for path in (folder / place).iterdir()))
        checkpoints[row.hub_id] = room.Checkpoint(row.revision, commit, own)
        files += [f"{place}/{name}" for name in own]
    for name, content in (wheels or {}).items():
        path = folder / "wheels" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        files.append(f"wheels/{name}")
    measured = {name: room.measure(folder / name) for name in files}
    room.write(folder, room.Manifest("unknown", "2026-11-21", ("3.13",), ("any",), checkpoints, measured))
    return room.read(folder)


def random_wheels(megabytes: int) -> dict[str, bytes]:
    """Bytes under the names of wheels, of many sizes as wheels have: half is in the first, half of the rest next."""
    left, wheels, dice = megabytes * 1_000_000, {}, random.Random(9)
    for number in range(60):
        size = left if number == 59 else left // 2 if number < 3 else left // (60 - number)
        wheels[f"package{number}-1.0-py3-none-any.whl"] = dice.randbytes(size)
        left -= size
    return wheels


@contextmanager
def mirror(folder: Path) -> Iterator[tuple[psutil.Process, int]]:
    """The command `mirror` on this machine only, and its port; it has checked its files and answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "utils", "mirror", str(folder), "--port", str(port), "--address", "127.0.0.1"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                fetch(port, None, "/manifest.json")
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        process.wait()


def measure(process: psutil.Process, port: int, count: int) -> dict:
    """The row for `count` learners at once."""
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(count + 1), context.Queue()
    learners = [context.Process(target=learner, args=(number, port, ready, results)) for number in range(count)]
    for each in learners:
        each.start()
    ready.wait()
    used, rest = process.cpu_times(), process.memory_info().rss
    with watched(process) as sizes:
        start = time.perf_counter()
        found = [results.get(timeout=600) for _ in learners]
        seconds = time.perf_counter() - start
    for each in learners:
        each.join()
    cpu = process.cpu_times()
    total = sum(row["bytes"] for row in found)
    return {
        "learners": str(count),
        "files": found[0]["files"],
        "MB each": found[0]["bytes"] / 1e6,
        "whole": sum(not row["wrong"] for row in found),
        "seconds": seconds,
        "MB/s": total / seconds / 1e6,
        "rest MB": rest / 1e6,
        "peak MB": max(sizes) / 1e6,
        "CPU s": cpu.user + cpu.system - used.user - used.system,
    }


@contextmanager
def watched(process: psutil.Process) -> Iterator[list[int]]:
    """The resident memory of `process`, in bytes, looked at every fiftieth of a second."""
    sizes, done = [process.memory_info().rss], threading.Event()

    def watch():
        while not done.wait(0.02):
            sizes.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield sizes
    finally:
        done.set()
        watcher.join()


def learner(number: int, port: int, ready, results) -> None:
    """Fetch every listed file, and tell how many files and bytes came and which were wrong."""
    own = f"127.0.0.{number + 2}" if sys.platform == "linux" else None  # the other systems have 127.0.0.1 only
    ready.wait()
    try:
        _, _, manifest = fetch(port, own, "/manifest.json", keep=True)
        files = json.loads(manifest)["files"]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = dict(zip(files, pool.map(lambda name: fetch(port, own, "/" + quote(name))[:2], files), strict=True))
        wrong = [name for name, file in files.items() if found[name] != (file["bytes"], file["sha256"])]
        results.put({"files": len(found), "bytes": sum(size for size, _ in found.values()), "wrong": wrong})
    except (OSError, http.client.HTTPException) as error:
        results.put({"files": 0, "bytes": 0, "wrong": [repr(error)]})


def fetch(port: int, own: str | None, path: str, keep: bool = False) -> tuple[int, str, bytes]:
    """The size and SHA-256 of what comes for `path`, and, to `keep` it, the bytes; an error has the size -1."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(own, 0) if own else None)
    connection.request("GET", path)
    answer, digest, size, kept = connection.getresponse(), hashlib.sha256(), 0, []
    while part := answer.read(1 << 18):
        digest.update(part)
        size += len(part)
        kept += [part] if keep else []
    connection.close()
    return (size if answer.status == 200 else -1), digest.hexdigest(), b"".join(kept)
