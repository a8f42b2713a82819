"""The progress of a learner: what is done, when, and with how many tries and hints. Lesson 00 introduces it.

Every write takes a lock, reads the file anew and replaces it as a whole: notebooks that write at once, or stop in the
middle, lose nothing. What cannot be written stays in memory, and goes to the file with the next write that works.
"""

import contextlib
import errno
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from utils.quiz import place
from utils.quiz.records import Damaged, Newer, empty, merge, read, write

PATIENCE = 10  # seconds to wait while another notebook writes
MEMORY: dict[Path | None, dict] = {}  # by file: what this process knows and could not write


class ProgressError(RuntimeError):
    """Progress cannot be reset, exported or imported; the message says what to do. Nothing was changed."""


class Store:
    """The progress of one learner, in a file or in memory."""

    def __init__(self, where: place.Place):
        self.place = where
        self.file = where.file
        self.mended = self.trouble = ""  # the two parts of the notice

    @property
    def notice(self) -> str:
        """Empty, or what the learner must know: what went wrong, what became of the data, and what to do."""
        return " ".join(filter(None, (self.mended, self.trouble)))

    @classmethod
    def open(cls) -> "Store":
        """The store of this learner. Never raises: sets a damaged file aside, and says so in `notice`."""
        store = cls(place.find())
        if store.place.session and store.place.session.exists():
            store._carry_over(store.place.session)
        _ = store.state  # for its notice
        return store

    @property
    def where(self) -> str:
        """One sentence: where progress is kept."""
        return self.place.sentence

    @property
    def state(self) -> dict:
        """All that is recorded, read anew: sections `read`, `questions`, `exercises`, `cards`, as in `FIELDS`.

        Keys are lessons in `read`, else such as `01/half-the-layers`; times are UTC in ISO format.
        """
        saved = empty()
        if self.file:
            try:
                saved = read(self.file)
            except Damaged:
                saved = self._mend()
            except OSError as error:
                self._tell(error)
        return self._with_memory(saved)

    def record_question(self, key: str, right: bool, tries: int, hints: int, chosen: Iterable[str] = ()) -> None:
        """Keep one answer to a question. `tries` and `hints` count from the start of this run of the quiz."""

        def change(state):
            entry = state["questions"].setdefault(key, {})
            entry.setdefault("first", [now, bool(right)])
            if not right:
                entry.setdefault("wrong", [now, *map(str, chosen)])
            _try(entry, right, tries, hints, now)

        now = _now()
        self._change(change)

    def record_exercise(self, key: str, solved: bool, tries: int, hints: int) -> None:
        """Keep one try at an exercise, or with 0 tries a look at its hints."""
        now = _now()
        self._change(lambda state: _try(state["exercises"].setdefault(key, {}), solved, tries, hints, now))

    def record_card(self, key: str, card_state: dict) -> None:
        """Keep one review of a recall card, with what the scheduler says of the card after it."""

        def change(state):
            entry = state["cards"].setdefault(key, {})
            entry["state"] = [now, card_state]
            entry["reviews"] = entry.get("reviews", 0) + 1

        now = _now()
        self._change(change)

    def record_read(self, lesson: str) -> None:
        """Keep that a lesson was read to its quiz. The first time counts."""
        if lesson not in self.state["read"]:
            now = _now()
            self._change(lambda state: state["read"].setdefault(lesson, {"first": now}))

    def reset(self) -> Path | None:
        """Start from nothing. Returns the backup of what was there, if there was anything in a file.

        Raises ProgressError, and changes nothing, where no backup can be written.
        """
        backup = None
        if self.file:
            try:
                with self._locked():
                    state = self._with_memory(self._load())
                    if state != empty():
                        backup = self._beside("backup")
                        write(backup, state)
                        self.file.unlink(missing_ok=True)
            except (OSError, NotImplementedError) as error:
                raise ProgressError(f"Your progress was not reset: {self._reason(error)}") from None
        MEMORY.pop(self.file, None)
        return backup

    def export_to(self, path: str | os.PathLike) -> Path:
        """Write a copy of all progress to the new file `path`, and return it. Raises ProgressError."""
        target = Path(os.path.expanduser(path))
        if target.exists():
            raise ProgressError(f"{target} exists already. Choose a new name, so that nothing is overwritten.")
        try:
            write(target, self.state)
        except OSError as error:
            raise ProgressError(f"{target} could not be written ({error.strerror}). Choose another place.") from None
        return target

    def import_from(self, path: str | os.PathLike) -> None:
        """Add the progress in the file `path`, made by `export_to` or a backup, to this one. Raises ProgressError."""
        source = Path(os.path.expanduser(path))
        if not source.is_file():
            raise ProgressError(f"There is no file {source}. Give the name of a file that export_to has made.")
        try:
            other = read(source)
        except Damaged:
            raise ProgressError(f"{source} is damaged, or no progress file. Give one that export_to made.") from None
        except Newer:
            raise ProgressError(f"{source} is from a newer version of the course. Update the course first.") from None
        except OSError as error:
            raise ProgressError(f"{source} cannot be read ({error.strerror}). Change its permissions.") from None
        self._add(other)

    # --- how it is kept ---

    def _change(self, change: Callable[[dict], object]) -> None:
        """Let `change` alter the state, and keep that in the file; where that fails, in memory, with a notice."""
        if self.file:
            try:
                with self._locked():
                    state = self._with_memory(self._load())
                    change(state)
                    write(self.file, state)
                MEMORY.pop(self.file, None)
                self.trouble = ""
                return
            except (OSError, NotImplementedError) as error:
                self._tell(error)
        state = self.state
        change(state)
        MEMORY[self.file] = state

    def _add(self, other: dict) -> None:
        self._change(lambda state: state.update(merge(state, other)))

    def _with_memory(self, saved: dict) -> dict:
        return merge(saved, MEMORY[self.file]) if self.file in MEMORY else saved

    @contextlib.contextmanager
    def _locked(self):
        for folder in {self.file.parent, self.place.lock.parent}:
            folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.place.lock).acquire(timeout=PATIENCE, poll_interval=0.01):
            yield

    def _load(self) -> dict:
        """What the file holds; sets a damaged one aside. Call it with the lock held, or it may take away a new file."""
        try:
            return read(self.file)
        except Damaged:
            aside = self._beside("damaged")
            os.replace(self.file, aside)
            self.mended = f"Your progress file was damaged. It is kept as {aside}, and a new one is started."
            return empty()

    def _mend(self) -> dict:
        try:
            with self._locked():
                return self._load()
        except (OSError, NotImplementedError) as error:
            self._tell(error)
            return empty()

    def _carry_over(self, session: Path) -> None:
        """Add what was recorded before the Drive was mounted."""
        with contextlib.suppress(OSError, Damaged):
            self._add(read(session))
            if not self.trouble:
                os.replace(session, session.with_suffix(".moved"))

    def _beside(self, word: str) -> Path:
        return self.file.with_name(f"{self.file.stem}.{word}-{datetime.now():%Y-%m-%d-%H%M%S-%f}{self.file.suffix}")

    def _tell(self, error: Exception) -> None:
        self.trouble = (
            f"Your progress cannot be saved: {self._reason(error)} "
            "Until that is done, progress is kept in memory, and is lost when the kernel stops."
        )

    def _reason(self, error: Exception) -> str:
        number = getattr(error, "errno", None)
        elsewhere = "set the variable COURSE_PROGRESS to a file that you may write"
        if isinstance(error, Newer):
            return f"{self.file} is from a newer version of the course, and is left as it is. Update the course."
        if isinstance(error, TimeoutError):
            return f"another program holds {self.place.lock}. Restart the kernels of the other notebooks."
        if isinstance(error, IsADirectoryError):
            return f"{self.file} is a folder. Set the variable COURSE_PROGRESS to the name of a file."
        if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return f"there is no space for {self.file}. Free some space on that disk."
        if isinstance(error, PermissionError) or number == errno.EROFS:
            return f"there is no permission for {self.file}. Change its permissions, or {elsewhere}."
        return f"{self.file} cannot be used ({error}). Mend that, or {elsewhere}."


def _try(entry: dict, solved: bool, tries: int, hints: int, now: str) -> None:
    """One try more in `entry`, unless `tries` is 0: then only hints were read."""
    if solved:
        entry.setdefault("solved", now)
    if tries:
        entry["tries"] = max(entry.get("tries", 0) + 1, int(tries))
    entry["hints"] = max(entry.get("hints", 0), int(hints))
    entry["last"] = now


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
