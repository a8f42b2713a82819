"""Where checkpoints are fetched from, and whether they may be."""

import os
from pathlib import Path

from utils.downloads.faults import DownloadError

HUB = "https://huggingface.co"
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")  # huggingface_hub reads both, when it is imported
_turned_off_here = False  # by `turn_off`, and not by whoever started this Python


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


def turn_off() -> None:
    """Turn huggingface_hub's own network off: a dead one would stall each tokenizer loaded by its Hub name for 46 s.

    Before that library is imported. What the course fetches itself goes on working.
    """
    global _turned_off_here
    if not any(name in os.environ for name in OFFLINE):
        os.environ["HF_HUB_OFFLINE"] = "1"
        _turned_off_here = True


def may_ask() -> None:
    """Raise DownloadError if whoever started this Python wants no network."""
    for name in OFFLINE:
        if os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") and not _turned_off_here:
            raise DownloadError(
                "this kernel started without downloads",
                f"remove the variable {name}, restart the kernel and run the cells again",
            )
