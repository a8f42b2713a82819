"""What can be answered with: a page held in memory, or a file of the room that was checked before serving began."""

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from utils.workshop.room import AGAIN, Room, RoomError

FLAGS = ("O_RDONLY", "O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK")  # those that this system has


class Changed(Exception):
    """A listed file is no longer the one that was checked."""


@dataclass(frozen=True)
class Page:
    """An answer that is held in memory."""

    content: bytes
    kind: str = "text/html; charset=utf-8"

    @property
    def bytes(self) -> int:
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def open(self) -> BinaryIO:
        return BytesIO(self.content)


@dataclass(frozen=True)
class Listed:
    """A file of the manifest, as it was when its checksum was found right."""

    path: Path
    bytes: int
    sha256: str
    modified: int  # st_mtime_ns
    kind: str = "application/octet-stream"

    def open(self) -> BinaryIO:
        """The open file. Raises `Changed` where it is another one now. No link is followed, no pipe waited for."""
        try:
            if os.path.realpath(self.path) != str(self.path):
                raise Changed(self.path)
            descriptor = os.open(self.path, sum(getattr(os, flag, 0) for flag in FLAGS))
        except OSError as error:
            raise Changed(self.path) from error
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode) and (found.st_size, found.st_mtime_ns) == (self.bytes, self.modified):
            return os.fdopen(descriptor, "rb", buffering=0)
        os.close(descriptor)
        raise Changed(self.path)


def check(room: Room, tell: Callable[[int, int], None]) -> dict[str, Listed]:
    """Every file of the room by its name, each of them hashed now; `tell` hears how many files and bytes are done.

    Raises RoomError, a sentence that names the file, where one is missing, damaged or a link.
    """
    checked, done = {}, 0
    for name, listed in room.files.items():
        path = Path(os.path.realpath(room.path(name)))
        if path != room.folder / name:
            raise RoomError(f"{name} in {room.folder} is a link or lies behind one: {AGAIN}.")
        modified = path.stat().st_mtime_ns if path.exists() else 0
        room.check(name)
        checked[name] = Listed(path, listed.bytes, listed.sha256, modified)
        done += listed.bytes
        tell(len(checked), done)
    return checked
