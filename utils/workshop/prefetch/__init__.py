"""The command `prefetch`: all that a workshop needs without a network, in one folder.

Broken off and run again, it goes on: what lies in the folder is kept, and the manifest is written last.
"""

import argparse
import errno
import shutil
import sys
from datetime import date
from pathlib import Path

from utils.workshop import platforms, room
from utils.workshop.prefetch import course, pip_download, wheels
from utils.workshop.prefetch.wheels import Target
from utils.workshop.room import RoomError

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements.txt"
CONSTRAINTS = ROOT / "utils/constraints.txt"
OURS = {room.MANIFEST, f"{room.MANIFEST}.part", "course.zip", "course.zip.part", "wheels", "hub"}
USUAL = ("linux-x86_64", "windows-x86_64", "macos-arm64")
# Measured: 0.31 to 0.44 GB of wheels for one platform and one Python; some of them serve every platform.
WHEELS_GIGABYTES = 0.45
COURSE_GIGABYTES = 0.1


def main(argv: list[str]) -> int:
    """The command `prefetch`: 0 when the folder holds all that was asked for, else 1."""
    arguments = _arguments(argv)
    try:
        return fill(arguments.folder.expanduser().resolve(), arguments.platforms, arguments.pythons, arguments.models)
    except RoomError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(_explain(error), file=sys.stderr)
    return 1


def fill(folder: Path, names: list[str], pythons: list[str], models: str) -> int:
    """Make the room `folder`, or bring it up to date, for the platforms `names`. Raises RoomError and OSError."""
    old = _claim(folder)
    found = {}
    if models == "hub":
        from utils.workshop.prefetch import published  # brings huggingface_hub's settings along

        found = published.listings()
    _tell_sizes(folder, names, pythons, sum(listing.bytes for listing in found.values()))

    held, absent = _fetch_wheels(folder / "wheels", names, pythons)
    kept = [name for name in names if name not in absent]
    if not kept:
        raise RoomError(f"Nothing was made: {' '.join(absent.values())}")
    checkpoints = published.fetch(folder, found) if found else {}
    commit = course.pack(ROOT, folder / "course.zip", leave_out=folder)
    if course.changed(ROOT):
        print("course.zip holds the last commit: changes that are not committed are not in it.")

    paths = [*held, folder / "course.zip"]
    paths += [
        folder / "hub" / hub_id / checkpoint.commit / name
        for hub_id, checkpoint in checkpoints.items()
        for name in checkpoint.files
    ]
    files = {path.relative_to(folder).as_posix(): room.measure(path) for path in paths}
    made = room.Manifest(commit, str(date.today()), tuple(pythons), tuple(kept), checkpoints, files)
    room.write(folder, made)
    for name in old - made.files.keys():
        (folder / name).unlink(missing_ok=True)
    _tell_end(folder, made, list(absent.values()))
    return int(bool(absent))


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m utils prefetch",
        description="Put all that a workshop needs without a network into one folder.",
        epilog="Learners then start with: python3 -m utils lab --from FOLDER",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder, or one made by prefetch")
    parser.add_argument(
        "--platforms",
        type=lambda text: _choice(text, list(platforms.PLATFORMS)),
        default=list(USUAL),
        help=f"of {', '.join(platforms.PLATFORMS)} (default: {','.join(USUAL)})",
    )
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser.add_argument(
        "--pythons",
        type=lambda text: _choice(text, list(platforms.PYTHONS)),
        default=[this],
        help=f"of {', '.join(platforms.PYTHONS)} (default: {this}, which runs this)",
    )
    parser.add_argument(
        "--models", choices=("mini", "hub"), default="mini", help="hub adds the published checkpoints (default: mini)"
    )
    return parser.parse_args(argv)


def _choice(text: str, known: list[str]) -> list[str]:
    """The words of a list with commas, in the order of `known`."""
    words = {word.strip() for word in text.split(",") if word.strip()}
    if not words or words - set(known):
        raise argparse.ArgumentTypeError(f"choose from {', '.join(known)}, with commas between")
    return [name for name in known if name in words]


def _claim(folder: Path) -> set[str]:
    """Make sure that the folder is a room or empty; return the names of the files that its manifest lists."""
    if folder.exists() and not folder.is_dir():
        raise RoomError(f"{folder} is a file: name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    strange = sorted({path.name for path in folder.iterdir()} - OURS)
    if strange:
        raise RoomError(f"{folder} holds something else ({strange[0]}): name a new or an empty folder.")
    (folder / "wheels").mkdir(exist_ok=True)
    try:
        return set(room.read(folder).files)
    except RoomError:
        return set()


def _tell_sizes(folder: Path, names: list[str], pythons: list[str], hub_bytes: int) -> None:
    """Say what will be fetched and how much that is. Raises RoomError where the disk has no room for it."""
    here = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9
    total = COURSE_GIGABYTES + len(names) * len(pythons) * WHEELS_GIGABYTES + hub_bytes / 1e9
    free = shutil.disk_usage(folder).free / 1e9
    print(f"A room for Python {', '.join(pythons)} on {', '.join(platforms.words(name) for name in names)}:")
    print(f"  at most {len(names) * len(pythons) * WHEELS_GIGABYTES:.2f} GB of packages")
    if hub_bytes:
        print(f"  {hub_bytes / 1e9:.2f} GB of published checkpoints")
    print(f"  {COURSE_GIGABYTES:.2f} GB for the course with its small models")
    print(f"Of this {here:.2f} GB are in {folder} already; {free:.1f} GB of disk space is free.", flush=True)
    if total - here > free:
        raise RoomError(
            f"This needs up to {total - here:.1f} GB more and {free:.1f} GB is free: free some space, name a folder on "
            "another disk, or ask for fewer platforms or Pythons."
        )


def _fetch_wheels(folder: Path, names: list[str], pythons: list[str]) -> tuple[list[Path], dict[str, str]]:
    """The wheels of all platforms that can be served, and for each other one a sentence that says why not."""
    wanted, pins = wheels.read_requirements(REQUIREMENTS), wheels.read_requirements(CONSTRAINTS)
    held: set[Path] = set()
    absent = {}
    for name in names:
        here: set[Path] = set()
        try:
            for python in pythons:
                target = Target(name, python)
                found = wheels.collect(folder, target, wanted, pins, _tell)
                size = sum(path.stat().st_size for path in found) / 1e6
                _tell(f"{platforms.words(name)}, Python {python}: {len(found)} wheels, {size:.0f} MB", end=True)
                here |= set(found)
        except pip_download.NoWheel as package:
            words = platforms.words(name)
            absent[name] = f"{words} is left out: there is no wheel of {package} for Python {python} on {words}."
            _tell(absent[name], end=True)
        else:
            held |= here
    return sorted(held), absent


def _tell(text: str, end: bool = False) -> None:
    """A line that the next one overwrites on a terminal; elsewhere only lines with an `end` are printed."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r" + text[: None if end else width].ljust(width), end="\n" if end else "", flush=True)
    elif end:
        print(text, flush=True)


def _tell_end(folder: Path, made: room.Manifest, absent: list[str]) -> None:
    size = sum(file.bytes for file in made.files.values()) / 1e9
    print(f"The room is ready: {len(made.files)} files, {size:.2f} GB, in {folder}")
    print("Copy the folder to a stick, and on each laptop type in the course:  python3 -m utils lab --from FOLDER")
    print(f"Or serve it to the room from this computer:                        python3 -m utils mirror {folder}")
    for sentence in absent:
        print(sentence)


def _explain(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "The disk is full: free some space and run the command again, which goes on from here."
    return f"{error.filename or 'The folder'} cannot be written ({error.strerror}): name a folder of your own."
