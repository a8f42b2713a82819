"""Which path is answered with what: one table, made from the manifest before the first request comes.

A request never becomes a path of this machine. It is looked up in the table, and what is not there does not exist.
"""

import json
import re
from typing import NamedTuple

from utils.workshop.mirror.files import Listed, Page
from utils.workshop.mirror.pages import wheels_page
from utils.workshop.room import MANIFEST, Checkpoint, Room

SHORT = 7  # digits of a commit: how transformers pins the default models of its pipelines
POINTER = 134  # the Hub also tells the size of the Git LFS pointer; nobody uses it
ID = r"(?P<id>[^/]+/[^/]+)"
OF_THE_HUB = [  # what a missing repository, revision or file was asked for with
    re.compile(rf"/api/models/{ID}(/(revision|tree)/(?P<revision>[^/]+)(?P<file>/.*)?)?"),
    re.compile(rf"/{ID}/resolve/(?P<revision>[^/]+)(?P<file>/.*)"),
]


class Route(NamedTuple):
    """An answer, and the headers that come with it on this path."""

    answer: Page | Listed
    headers: dict[str, str] = {}


class Routes:
    """The table of a room, whose checked files are `files`. `/` is left to the server, which knows its address."""

    def __init__(self, room: Room, files: dict[str, Listed]):
        self.checkpoints = room.checkpoints
        wheels = [(name, files[f"wheels/{name}"].sha256) for name in sorted(room.wheels())]
        self.table = {f"/{name}": Route(file) for name, file in files.items()}
        self.table["/wheels/"] = Route(Page(wheels_page(wheels).encode()))
        self.table[f"/{MANIFEST}"] = Route(_json((room.folder / MANIFEST).read_bytes()))
        for name, checkpoint in room.checkpoints.items():
            self._add_repository(name, checkpoint, files)

    def find(self, path: str) -> Route | None:
        return self.table.get(path)

    def missing(self, path: str) -> dict[str, str]:
        """The headers of a 404, in which huggingface_hub reads what it is that does not exist."""
        asked = next(filter(None, (pattern.fullmatch(path) for pattern in OF_THE_HUB)), None)
        if asked is None:
            return {}
        checkpoint = self.checkpoints.get(asked["id"])
        if checkpoint is None:
            return {"X-Error-Code": "RepoNotFound"}
        if asked["revision"] not in (None, *revisions(checkpoint)):
            return {"X-Error-Code": "RevisionNotFound"}
        return {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": checkpoint.commit}

    def _add_repository(self, name: str, checkpoint: Checkpoint, files: dict[str, Listed]) -> None:
        """What huggingface_hub asks of a repository: model_info, the tree, and each file."""
        own = {file: files[f"hub/{name}/{checkpoint.commit}/{file}"] for file in checkpoint.files}
        info = {"id": name, "modelId": name, "sha": checkpoint.commit, "private": False, "gated": False, "tags": []}
        info["siblings"] = [
            {"rfilename": file, "size": found.bytes, "lfs": _lfs(found, "sha256")} for file, found in own.items()
        ]
        tree = [
            {"type": "file", "path": file, "size": found.bytes, "oid": found.sha256, "lfs": _lfs(found, "oid")}
            for file, found in own.items()
        ]
        of_commit = {"X-Repo-Commit": checkpoint.commit}
        model_info, tree = Route(_json(info), of_commit), Route(_json(tree), of_commit)
        self.table[f"/api/models/{name}"] = model_info
        for revision in revisions(checkpoint):
            self.table[f"/api/models/{name}/revision/{revision}"] = model_info
            self.table[f"/api/models/{name}/tree/{revision}"] = tree
            for file, found in own.items():
                self.table[f"/{name}/resolve/{revision}/{file}"] = Route(found, of_commit)


def revisions(checkpoint: Checkpoint) -> set[str]:
    """The names under which the one commit that the room has is asked for."""
    return {"main", checkpoint.revision, checkpoint.commit, checkpoint.commit[:SHORT]}


def _lfs(file: Listed, digest: str) -> dict:
    """The mirror knows the SHA-256 of every file and says so; the Hub does for its large files only."""
    return {digest: file.sha256, "size": file.bytes, "pointerSize": POINTER}


def _json(content: object) -> Page:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Page(raw, "application/json")
