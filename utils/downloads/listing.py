"""What there is to fetch: names, sizes and digests, from the Hub's own list or a room's manifest."""

import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

from utils.downloads import web
from utils.downloads.faults import DownloadError, told
from utils.downloads.files import COMMIT, DIGEST, File, Listing, loadable, needed
from utils.downloads.source import mirror, source


def listing(hub_id: str, revision: str) -> Listing:
    """The needed files of a repository at a revision (a commit, or a name such as "main"). One request.

    Raises DownloadError, one sentence with the fix.
    """
    place = source()
    with told(place):
        found = (
            _in_folder(place, hub_id) if isinstance(place, Path) else web.soon(lambda: _asked(place, hub_id, revision))
        )
    if COMMIT.fullmatch(revision) and found.commit != revision:
        raise DownloadError(
            f"{place} has commit {found.commit[:7]} and the course needs {revision[:7]}",
            "get the same version of the course as your instructor",
        )
    if not loadable([file.name for file in found.files]):
        raise DownloadError(
            f"{place} lacks a file that is needed", "tell your instructor, or fetch it from another place"
        )
    return found


def total_bytes(checkpoints: list[tuple[str, str]]) -> int:
    """How much these (hub_id, revision) are to download, all together. One request each.

    Raises DownloadError, also when the answers come too slowly to wait for all.
    """
    total, start = 0, time.monotonic()
    for hub_id, revision in checkpoints:
        if time.monotonic() - start > web.SECONDS_TO_ANSWER:
            raise DownloadError(f"{source()} answers slowly", "use a faster connection")
        total += listing(hub_id, revision).bytes
    return total


def _asked(address: str, hub_id: str, revision: str) -> Listing:
    with web.client(to_room=address == mirror()) as session:
        with web.answer(session, f"{address}/api/models/{hub_id}/revision/{revision}?blobs=true") as response:
            answer = response.read()
    with _as_a_list(
        f"what {address} answers is no list of files", "if it is the login page of a Wi-Fi, log in with a browser"
    ):
        content = json.loads(answer)
        entries = {entry["rfilename"]: entry for entry in content["siblings"]}
        files = [_file(name, entries[name]) for name in needed(list(entries))]
        return Listing(hub_id, _checked(COMMIT, content["sha"]), files)


def _file(name: str, entry: dict) -> File:
    digest = (entry.get("lfs") or {}).get("sha256") or entry["blobId"]
    return File(name, int(entry["size"]), _checked(DIGEST, digest))


def _checked(pattern: re.Pattern, word: str) -> str:
    """These words become file names, so they are looked at first."""
    if not pattern.fullmatch(word):
        raise ValueError(f"{word!r} in the list of files")
    return word


def _in_folder(folder: Path, hub_id: str) -> Listing:
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    with _as_a_list(f"the list {folder / 'manifest.json'} is damaged", "copy the folder again"):
        manifest = json.loads(text)
        if hub_id not in manifest["checkpoints"]:
            raise DownloadError(f"the folder {folder} does not hold it", "ask your instructor to prefetch it")
        held = manifest["checkpoints"][hub_id]
        commit = _checked(COMMIT, held["commit"])
        entries = {name: manifest["files"][f"hub/{hub_id}/{commit}/{name}"] for name in needed(held["files"])}
        files = [File(name, int(entry["bytes"]), _checked(DIGEST, entry["sha256"])) for name, entry in entries.items()]
        return Listing(hub_id, commit, files)


@contextlib.contextmanager
def _as_a_list(reason: str, fix: str) -> Iterator[None]:
    """Reads what another machine wrote: whatever is wrong with it is the same to the learner."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError):
        raise DownloadError(reason, fix) from None
