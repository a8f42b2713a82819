"""Where a learner's progress is kept: on their own machine, or on their own Drive. Lesson 00 introduces it."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from utils.course import COURSE

ROOT = Path(__file__).resolve().parents[2]
DRIVE = Path("/content/drive/MyDrive")  # where Colab mounts a learner's Drive
NAME = "progress.json"


@dataclass(frozen=True)
class Place:
    """A file for progress, None for memory alone; the lock for it; one sentence for the learner.

    `session` is a file that only lasts as long as a Colab session, to be carried over to `file`.
    """

    file: Path | None
    lock: Path | None
    sentence: str
    session: Path | None = None


def find() -> Place:
    """The place in use: what `COURSE_PROGRESS` names, a file or `off`; on Colab the Drive, else the session."""
    wanted = os.environ.get("COURSE_PROGRESS", "")
    if wanted.strip().lower() == "off":
        return Place(None, None, "Your progress is kept in memory only: COURSE_PROGRESS is off.")
    own = user_data_path(COURSE) / NAME
    if wanted:  # from the course's folder: the notebooks of a learner run in more than one
        return _local(Path(os.path.realpath(ROOT / os.path.expanduser(wanted))), "on this computer only")
    if "google.colab" not in sys.modules:
        return _local(own, "on this computer only")
    if DRIVE.is_dir():
        file = DRIVE / COURSE / NAME
        # The lock is not on the Drive, which may know no locks.
        return Place(file, _lock(own), f"Your progress is kept on your Google Drive, in the file {file}.", own)
    mount = 'from google.colab import drive; drive.mount("/content/drive")'
    return Place(own, _lock(own), f"Your progress is kept for this Colab session only. To keep it, run: {mount}")


def _local(file: Path, where: str) -> Place:
    return Place(file, _lock(file), f"Your progress is kept {where}, in the file {file}.")


def _lock(file: Path) -> Path:
    return file.with_name(file.name + ".lock")
