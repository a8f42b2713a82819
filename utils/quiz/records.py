"""What the progress file holds: how it is checked, read, written, and merged with another. Lesson 00 introduces it."""

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

VERSION = 1


class Damaged(Exception):
    """What the file holds is no progress."""


class Newer(OSError):
    """The file is from a newer version of the course, so it is left alone."""


def _latest(values: Iterable[list]) -> list:
    return max(values, key=lambda value: (value[0], json.dumps(value[1], sort_keys=True)))


def _time(value: object) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _count(value: object) -> bool:
    return type(value) is int and value >= 0


def _time_and(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and [type(part) for part in value] == [str, kind] and _time(value[0])


def _time_and_texts(value: object) -> bool:
    return isinstance(value, list) and {type(part) for part in value} == {str} and _time(value[0])


# For each field of an entry: how the values of two files become one, and what a sound value is. No order of merging
# matters, and merging twice changes nothing.
TRIED = {"solved": (min, _time), "last": (max, _time), "tries": (max, _count), "hints": (max, _count)}
FIELDS = {
    "read": {"first": (min, _time)},
    "questions": {
        "first": (min, _time_and(bool)),  # the first answer: when, and whether it was right
        "wrong": (min, _time_and_texts),  # the first wrong answer: when, then what was chosen
        **TRIED,
    },
    "exercises": TRIED,
    "cards": {"state": (_latest, _time_and(dict)), "reviews": (max, _count)},  # when, and the scheduler's own state
}


def empty() -> dict:
    """The state of a learner who has done nothing."""
    return {section: {} for section in FIELDS}


def merge(one: dict, other: dict) -> dict:
    """Two states as one: the first time of everything, the most tries, the latest state of a card."""
    merged = empty()
    for section, fields in FIELDS.items():
        for key in one[section].keys() | other[section].keys():
            entries = [state[section][key] for state in (one, other) if key in state[section]]
            merged[section][key] = {
                field: rule(entry[field] for entry in entries if field in entry)
                for field, (rule, _) in fields.items()
                if any(field in entry for entry in entries)
            }
    return merged


def read(file: Path) -> dict:
    """The state in `file`, empty where there is none. Raises Damaged, Newer, or another OSError."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return empty()
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Damaged from None
    version = found.pop("version", None) if isinstance(found, dict) else None
    if _count(version) and version > VERSION:
        raise Newer
    if version != VERSION or not _sound(found):
        raise Damaged
    return empty() | found


def _sound(found: dict) -> bool:
    return found.keys() <= FIELDS.keys() and all(
        isinstance(entries, dict) and all(_sound_entry(entry, FIELDS[section]) for entry in entries.values())
        for section, entries in found.items()
    )


def _sound_entry(entry: object, fields: dict) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() <= fields.keys()
        and all(fields[name][1](value) for name, value in entry.items())
    )


def write(file: Path, state: dict) -> None:
    """Replace `file` as a whole. Raises OSError, and then the old file is still there."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as stream:
            json.dump({"version": VERSION, **state}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
