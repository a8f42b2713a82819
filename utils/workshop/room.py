"""A room folder: all that a workshop needs without a network, with a checksum for every file.

`prefetch` makes it; `lab --from` and `mirror` read it. Standard library only, so that a bare machine can read it too.

    FOLDER/manifest.json     written last: a folder without it is not finished
    FOLDER/wheels/*.whl      the packages
    FOLDER/hub/OWNER/NAME/COMMIT/FILE    the published checkpoints, where they were asked for
    FOLDER/course.zip        the course itself

A file that the manifest does not list does not exist for any reader.
"""

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

MANIFEST = "manifest.json"
AGAIN = "run prefetch for this folder again, or copy the folder again"
# Forward slashes; no part is empty, "." or ".."; no character that means something to a shell, a URL or Windows.
SAFE = re.compile(r"(?!\.\.?(/|$))[\w.+!@~-]+(/(?!\.\.?(/|$))[\w.+!@~-]+)*", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class RoomError(Exception):
    """What is wrong with a room folder and how to mend it, in one sentence."""


class File(NamedTuple):
    """What the manifest says of a file."""

    bytes: int
    sha256: str


class Checkpoint(NamedTuple):
    """A published checkpoint: the revision that was asked for, the commit that it stands for, the files' names."""

    revision: str
    commit: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """What is in a room. Names of files are relative, with forward slashes; checkpoints go by their Hub id."""

    course: str
    made: str
    pythons: tuple[str, ...]
    platforms: tuple[str, ...]
    checkpoints: dict[str, Checkpoint]
    files: dict[str, File]

    def wheels(self) -> list[str]:
        """The names of the listed wheels, without their folder."""
        return [name.removeprefix("wheels/") for name in self.files if name.startswith("wheels/")]


@dataclass(frozen=True)
class Room(Manifest):
    """A manifest and the folder, absolute, that it was read from."""

    folder: Path

    def path(self, name: str) -> Path:
        """Where the listed file `name` lies. Raises RoomError for an unlisted one and for a link out of the folder."""
        if name not in self.files:
            raise RoomError(f"The room folder lists no file {name!r}: {AGAIN}.")
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder):
            raise RoomError(f"{name} in {self.folder} is a link to a place outside: {AGAIN}.")
        return path

    def check(self, name: str) -> Path:
        """The path of the listed file `name`, after its size and SHA-256. Raises RoomError that names it."""
        path, listed = self.path(name), self.files[name]
        try:
            found = path.stat().st_size if path.is_file() else 0
            if found != listed.bytes:
                raise RoomError(
                    f"{name} in {self.folder} is damaged or missing: it has {found} bytes, not {listed.bytes}: {AGAIN}."
                )
            if measure(path).sha256 != listed.sha256:
                raise RoomError(f"{name} in {self.folder} is damaged: its SHA-256 is not as listed: {AGAIN}.")
        except OSError as error:
            raise RoomError(f"{name} in {self.folder} cannot be read ({error.strerror}): {AGAIN}.") from None
        return path


def read(folder: Path | str) -> Room:
    """The room in `folder`. Its files are not looked at yet: see `Room.check`. Raises RoomError."""
    folder = Path(folder).expanduser().resolve()
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        what = "is not a finished room folder (it has no manifest.json)" if folder.is_dir() else "is not a folder"
        raise RoomError(f"{folder} {what}: name a folder that prefetch has finished.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RoomError(f"{folder / MANIFEST} cannot be read ({error}): {AGAIN}.") from None
    return Room(**vars(parse(text, folder / MANIFEST)), folder=folder)


def parse(text: str | bytes, where: object) -> Manifest:
    """The manifest in `text`, which came from `where`. Raises RoomError where it is not one, or not a safe one."""
    try:
        return _manifest(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        detail = " ".join(str(error).split())[:100]
        raise RoomError(f"{where} is not a manifest of this course ({detail}): {AGAIN}.") from None


def write(folder: Path, manifest: Manifest) -> None:
    """Put the manifest into `folder`, whole or not at all."""
    partial = folder / f"{MANIFEST}.part"
    checkpoints = {name: checkpoint._asdict() for name, checkpoint in manifest.checkpoints.items()}
    files = {name: file._asdict() for name, file in sorted(manifest.files.items())}
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        json.dump({**asdict(manifest), "checkpoints": checkpoints, "files": files}, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / MANIFEST)


def measure(path: Path) -> File:
    """The size and SHA-256 of the file at `path`."""
    with path.open("rb") as file:
        return File(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _manifest(found: dict) -> Manifest:
    files = {name: File(file["bytes"], file["sha256"]) for name, file in found["files"].items()}
    for name, (size, digest) in files.items():
        if not SAFE.fullmatch(name) or name == MANIFEST:
            raise ValueError(f"the name {name!r}")
        if type(size) is not int or size < 0 or not SHA256.fullmatch(digest):
            raise ValueError(f"the size or checksum of {name}")
    if len({name.lower() for name in files}) < len(files):  # one file on Windows and on most Macs
        raise ValueError("two names that differ in case only")
    checkpoints = {
        name: Checkpoint(row["revision"], row["commit"], tuple(row["files"]))
        for name, row in found["checkpoints"].items()
    }
    for name, (_, commit, names) in checkpoints.items():
        if not COMMIT.fullmatch(commit):
            raise ValueError(f"the commit of {name}")
        for file in names:
            if f"hub/{name}/{commit}/{file}" not in files:
                raise ValueError(f"{file} of {name} is not among the files")
    texts = [found["course"], found["made"], *found["pythons"], *found["platforms"]]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("the course, the date, the Pythons or the platforms")
    return Manifest(
        found["course"], found["made"], tuple(found["pythons"]), tuple(found["platforms"]), checkpoints, files
    )
