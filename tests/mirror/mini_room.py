"""A room folder whose checkpoints are the minis, under the names and commits of the published ones."""

import hashlib
import shutil
from pathlib import Path

from utils.checkpoints import CATALOGUE, MINIS
from utils.workshop import room

COMMIT = hashlib.sha1(b"for a checkpoint whose revision is main").hexdigest()


def make(folder: Path, names=tuple(CATALOGUE), wheels: dict[str, bytes] | None = None) -> room.Room:
    """Fill `folder` with these checkpoints of the catalogue and these `wheels`, and read it back."""
    checkpoints, files = {}, []
    for row in map(CATALOGUE.get, names):
        commit = COMMIT if row.revision == "main" else row.revision
        copy = folder / "hub" / row.hub_id / commit
        shutil.copytree(MINIS / row.name, copy)
        own = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())
        checkpoints[row.hub_id] = room.Checkpoint(row.revision, commit, tuple(own))
        files += [f"hub/{row.hub_id}/{commit}/{name}" for name in own]
    (folder / "wheels").mkdir()
    for name, content in (wheels or {}).items():
        (folder / "wheels" / name).write_bytes(content)
        files.append(f"wheels/{name}")
    listed = {name: room.measure(folder / name) for name in files}
    room.write(folder, room.Manifest("unknown", "2026-11-21", ("3.13",), ("any",), checkpoints, listed))
    return room.read(folder)
