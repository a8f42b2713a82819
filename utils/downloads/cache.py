"""The checkpoints on this machine, kept as huggingface_hub keeps them, and a record of what was checked.

ROOT/models--OWNER--NAME/refs/main                  the commit that `main` stood for
                        /blobs/DIGEST               a file's content
                        /snapshots/COMMIT/NAME      a link to it (where links are not allowed: the content itself)
                        /checked/COMMIT.json        ours: each file's bytes, digest and time of change
"""

import contextlib
import json
import os
from pathlib import Path

from utils.downloads.files import COMMIT, DIGEST, File, is_intact, loadable, needed


def root() -> Path:
    """The folder that huggingface_hub would use. Not asked of that library, which reads other settings on import."""
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    home = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface")
    return Path(os.path.expandvars(os.path.expanduser(cache or os.path.join(home, "hub"))))


def repository(hub_id: str) -> Path:
    """The folder of one repository."""
    return root() / f"models--{hub_id.replace('/', '--')}"


def cached(hub_id: str, revision: str) -> Path | None:
    """The folder of a checkpoint that is whole on this machine, else None. Never asks the network.

    A file is read through only where its size or time of change is not as recorded.
    """
    folder, whole, bad = _inspect(hub_id, revision)
    return folder if folder and not bad and loadable(whole) else None


def damaged(hub_id: str, revision: str) -> list[str]:
    """The names of files on this machine that are not what was once fetched."""
    return _inspect(hub_id, revision)[2]


def _inspect(hub_id: str, revision: str) -> tuple[Path | None, list[str], list[str]]:
    """The folder, the files in it that are whole, and those that are not."""
    commit = revision if COMMIT.fullmatch(revision) else _reference(hub_id, revision)
    folder = commit and repository(hub_id) / "snapshots" / commit
    if not folder or not folder.is_dir():
        return None, [], []
    record = read_record(hub_id, commit)
    whole, bad = [], []
    for name in record or _names(folder):
        entry = record.get(name) or _from_link(folder / name)
        is_whole = check(folder / name, entry)
        (whole if is_whole else bad).append(name)
        if is_whole:
            record[name] = entry
    if not bad:
        write_record(hub_id, commit, record)
    return folder, whole, bad


def _names(folder: Path) -> list[str]:
    try:
        return needed(sorted(os.listdir(folder)))
    except OSError:
        return []


def check(path: Path, entry: dict | None) -> bool:
    """True if a file is as its entry of the record says; brings the entry up to date."""
    try:
        status = path.stat()
        if not entry or status.st_size != entry.get("bytes", status.st_size):
            return False
        if status.st_mtime_ns != entry.get("changed"):
            if not is_intact(path, entry["digest"]):
                return False
            entry |= {"bytes": status.st_size, "changed": status.st_mtime_ns}
        return True
    except OSError:
        return False


def _from_link(path: Path) -> dict | None:
    """What the layout tells of a file that another program fetched: the link leads to a file named by its digest.

    Only the first link counts: that file may be a link too, to a store that several caches share, with other names.
    """
    try:
        name = os.path.basename(os.readlink(path))
    except OSError:  # no link
        return None
    return {"digest": name} if DIGEST.fullmatch(name) else None


def _reference(hub_id: str, revision: str) -> str | None:
    try:
        commit = (repository(hub_id) / "refs" / revision).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return commit if COMMIT.fullmatch(commit) else None


def read_record(hub_id: str, commit: str) -> dict[str, dict]:
    """What was checked, by file name; empty where there is no record, or a damaged one."""
    try:
        record = json.loads((repository(hub_id) / "checked" / f"{commit}.json").read_text(encoding="utf-8"))
        return {
            name: {"bytes": e["bytes"], "digest": e["digest"], "changed": e["changed"]} for name, e in record.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_record(hub_id: str, commit: str, record: dict[str, dict]) -> None:
    """Whole or not at all; a folder that cannot be written only means that files are read through each time."""
    if not record or record == read_record(hub_id, commit):
        return
    file = repository(hub_id) / "checked" / f"{commit}.json"
    with contextlib.suppress(OSError):
        write_text(file, json.dumps(record, indent=1) + "\n")


def write_text(file: Path, text: str) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


def link(hub_id: str, commit: str, file: File) -> Path:
    """Give the content of `file`, which is among the blobs, its name in the snapshot."""
    blob = repository(hub_id) / "blobs" / file.digest
    path = repository(hub_id) / "snapshots" / commit / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        path.symlink_to(Path("../../blobs") / file.digest)
    except (OSError, NotImplementedError):  # Windows, without the right to make links
        blob.replace(path)
    return path
