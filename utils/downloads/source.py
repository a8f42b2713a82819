"""Where checkpoints are fetched from."""

import os
from pathlib import Path

HUB = "https://huggingface.co"


def source() -> Path | str:
    """A room's folder, or the address of a mirror or a Hub."""
    room = os.environ.get("COURSE_FROM", "").strip()
    if room and not mirror():
        return Path(room).expanduser()
    return mirror() or os.environ.get("HF_ENDPOINT", HUB).rstrip("/")


def mirror() -> str | None:
    """The address of the room's mirror, where `COURSE_FROM` is one."""
    room = os.environ.get("COURSE_FROM", "").strip()
    return room.rstrip("/") if room.startswith(("http://", "https://")) else None
