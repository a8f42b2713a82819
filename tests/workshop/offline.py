"""Does a room serve a laptop that has no network? Run by hand, on Linux, with git and `unshare`; takes minutes.

    python tests/workshop/offline.py            # makes the room too, from the package index
    python tests/workshop/offline.py FOLDER     # takes a room that prefetch has made

A fresh copy of the course (the room's own course.zip) is put where nothing else is, in a network namespace without a
route, with an empty home folder. There `lab --from FOLDER` has to install and JupyterLab has to answer; then lessons
00 and 01 are executed. Prints what each step took, and ends with status 0 only if all of it worked.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ("00_start_here", "01_loading_models")
INSIDE = "--inside-without-network"  # how this script calls itself in the namespace
MINUTES = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="a room; without one it is made first")
    parser.add_argument(INSIDE, dest="course", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.course:
        use(given.folder, given.course)
        return
    with tempfile.TemporaryDirectory(prefix="offline-") as temporary:
        folder = given.folder and given.folder.resolve()
        if not folder:
            folder = Path(temporary, "room")
            step("prefetch", make, folder)
        with zipfile.ZipFile(folder / "course.zip") as archive:
            archive.extractall(temporary)
        home = Path(temporary, "home")
        home.mkdir()
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        command = [
            "unshare",
            "--map-root-user",
            "--net",
            sys.executable,
            __file__,
            folder,
            INSIDE,
            f"{temporary}/course",
        ]
        sys.exit(subprocess.run(command, env={**kept, "HOME": str(home)}).returncode)


def make(folder: Path) -> None:
    system = {"aarch64": "linux-arm64"}.get(os.uname().machine, "linux-x86_64")
    subprocess.run([sys.executable, "-m", "utils", "prefetch", folder, "--platforms", system], cwd=ROOT, check=True)


def use(folder: Path, course: Path) -> None:
    """What a learner does, in a namespace that has a loopback and nothing else."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        urllib.request.urlopen("http://192.0.2.1", timeout=5)
        sys.exit("There is a network here: this proves nothing.")
    except OSError as error:
        print(f"no network: {error}", flush=True)
    print(
        f"the room: {sum(path.stat().st_size for path in folder.rglob('*') if path.is_file()) / 1e6:.0f} MB", flush=True
    )
    step("lab --from, until JupyterLab answers", start, folder, course)
    print(f".venv: {sum(path.lstat().st_size for path in (course / '.venv').rglob('*')) / 1e6:.0f} MB", flush=True)
    for lesson in LESSONS:
        step(lesson, execute, course, lesson)
    step("lab again, with the room gone, until JupyterLab answers", start, Path("gone"), course)
    print("All of it works.")


def start(folder: Path, course: Path) -> None:
    """Start JupyterLab with the course's command, wait for its page, and stop it."""
    python = shutil.which("python3")
    command = [python, "-m", "utils", "lab", "--from", folder, "--no-browser"]
    log = course / "lab.log"
    with log.open("wb") as file:
        lab = subprocess.Popen(command, cwd=course, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
    try:
        until = time.monotonic() + MINUTES * 60
        while time.monotonic() < until and lab.poll() is None:
            time.sleep(0.5)
            if address := re.search(r"http://localhost:\d+/lab\S*\?token=\w+", log.read_text(errors="replace")):
                with urllib.request.urlopen(address[0], timeout=60) as page:
                    assert page.status == 200 and b"JupyterLab" in page.read()
                return
        sys.exit(f"JupyterLab did not come:\n{log.read_text(errors='replace')[-3000:]}")
    finally:
        lab.terminate()
        lab.wait()


def execute(course: Path, lesson: str) -> None:
    command = [course / ".venv/bin/jupyter-execute", "--timeout=600", f"notebooks/{lesson}.ipynb"]
    done = subprocess.run(command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{lesson} failed:\n{done.stdout[-3000:]}")


def step(what: str, do, *arguments) -> None:
    start = time.monotonic()
    do(*arguments)
    print(f"{what}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
