"""Fetching: only what is missing, from where it broke off, each file checked before it gets its name."""

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from utils.downloads import cache, web
from utils.downloads.faults import AGAIN, DownloadError, is_called, told
from utils.downloads.files import COMMIT, File, Listing, is_intact
from utils.downloads.listing import listing
from utils.downloads.source import mirror, source

SECONDS_TO_JUDGE = 5  # how long bytes are counted before the speed is judged
ALTERED = "run the cell again, and if it stays so, use another network or tell your instructor"
LONGEST = 3600  # seconds; a download that would take longer is not worth a learner's waiting


def fetch(hub_id: str, revision: str, patient: bool = False) -> Path:
    """Fetch what is missing of a checkpoint and return its folder, every file checked.

    Prints the exact size first, then how far it is. What arrived is kept when it breaks off, and the next call goes on
    from there. Stops when it would take more than an hour, unless `patient`.
    Raises DownloadError, one sentence with the fix.
    """
    wanted = listing(hub_id, revision)
    repository = cache.repository(hub_id)
    record = {file.name: {"bytes": file.bytes, "digest": file.digest} for file in wanted.files}
    record |= cache.read_record(hub_id, wanted.commit)
    folder = repository / "snapshots" / wanted.commit
    with told(source()), _alone(repository):
        missing = [file for file in wanted.files if not _here(folder, file, record)]
        _bring(wanted, {file: repository / "blobs" / file.digest for file in missing}, patient)
        for file in missing:
            record[file.name]["changed"] = cache.link(hub_id, wanted.commit, file).stat().st_mtime_ns
        if not COMMIT.fullmatch(revision):
            cache.write_text(repository / "refs" / revision, wanted.commit)
        cache.write_record(hub_id, wanted.commit, {file.name: record[file.name] for file in wanted.files})
    return folder


def _here(folder: Path, file: File, record: dict) -> bool:
    if record[file.name].get("digest") != file.digest:
        record[file.name] = {"bytes": file.bytes, "digest": file.digest}
    return cache.check(folder / file.name, record[file.name])


@contextlib.contextmanager
def _alone(repository: Path) -> Iterator[None]:
    """Two kernels must not write the same file."""
    from filelock import Timeout
    from huggingface_hub.utils import WeakFileLock

    repository.mkdir(parents=True, exist_ok=True)
    try:
        with WeakFileLock(repository / "course.lock", timeout=1):
            yield
    except Timeout:
        raise DownloadError(
            "another notebook is fetching it now", "wait until that is done, then run the cell again"
        ) from None


def fetch_into(wanted: Listing, folder: Path, patient: bool = False) -> None:
    """Fetch the files of a listing into a plain folder, each checked; what is whole there stays. For a room's folder.

    Raises DownloadError, one sentence with the fix.
    """
    with told(source()):
        _bring(wanted, {file: folder / file.name for file in wanted.files}, patient)


def _bring(wanted: Listing, paths: dict[File, Path], patient: bool) -> None:
    """Fetch what is not in its place. What has arrived of a file stands beside it, and moves when it is right."""
    from tqdm import tqdm

    paths = {file: path for file, path in paths.items() if not (path.exists() and is_intact(path, file.digest))}
    if not paths:
        return
    folder = next(iter(paths.values())).parent
    folder.mkdir(parents=True, exist_ok=True)
    partial = {file: path.with_name(f"{path.name}.incomplete") for file, path in paths.items()}
    total, here = sum(file.bytes for file in paths), sum(_size(path) for path in partial.values())
    free = shutil.disk_usage(folder).free
    if total - here > free:
        raise DownloadError(
            f"the disk is full ({megabytes(total - here)} needed, {megabytes(free)} free)",
            f"free some space, or set HF_HUB_CACHE to a folder on another disk, then {AGAIN}",
        )
    print(
        f"Downloading {wanted.hub_id}: {megabytes(total)}, once" + (f"; {megabytes(here)} are here." if here else ".")
    )
    bar = tqdm(total=total, initial=here, unit="B", unit_scale=True, mininterval=1, file=sys.stdout)
    with bar, web.client(to_room=bool(mirror())) as session:
        pace = Pace(total - here, patient)
        for file, path in paths.items():
            with contextlib.closing(_receive(session, wanted, file, partial[file])) as arriving:
                for count in arriving:
                    bar.update(count)
                    pace.arrived(count)
            if not is_intact(partial[file], file.digest):
                partial[file].unlink()
                raise DownloadError(
                    f"{file.name} from {source()} has another digest than its list says, and was thrown away", ALTERED
                )
            partial[file].replace(path)
    print(f"{wanted.hub_id} is on this machine now, at commit {wanted.commit[:7]}.")


def _receive(session, wanted: Listing, file: File, partial: Path) -> Iterator[int]:
    """Write what is missing of one file; yields how many bytes came. A connection that breaks is taken up again."""
    if _size(partial) > file.bytes:
        partial.unlink()
    partial.touch()
    while (before := _size(partial)) < file.bytes:
        try:
            yield from _write(session, wanted, file, partial, before)
        except Exception as error:
            broke = is_called(error, "TransportError") and not is_called(error, "TimeoutException", "ConnectError")
            if not broke or _size(partial) == before:  # in vain
                raise
            time.sleep(1)


def _write(session, wanted: Listing, file: File, partial: Path, offset: int) -> Iterator[int]:
    place = source()
    if isinstance(place, Path):
        chunks = _read(place / "hub" / wanted.hub_id / wanted.commit / file.name, file, offset)
    else:
        chunks = _download(session, f"{place}/{wanted.hub_id}/resolve/{wanted.commit}/{file.name}", file, offset)
    with partial.open("r+b") as target:
        target.seek(next(chunks))
        target.truncate()
        for chunk in chunks:
            target.write(chunk)
            yield len(chunk)


def _read(path: Path, file: File, offset: int) -> Iterator:
    """Where the bytes begin, then the bytes, from a room's folder."""
    with path.open("rb") as origin:
        _same_length(path.stat().st_size, file)
        yield origin.seek(offset)
        while chunk := origin.read(1 << 20):
            yield chunk


def _download(session, address: str, file: File, offset: int) -> Iterator:
    """The same from a server, which may send the part that is asked for, or all."""
    with web.answer(session, address, offset) as response:
        start = offset if response.status_code == 206 else 0
        length = response.headers.get("content-length")
        if length is not None:
            _same_length(int(length) + start, file)
        yield start
        for chunk in response.iter_raw():
            start += len(chunk)
            if start > file.bytes:
                _same_length(start, file)
            yield chunk
        _same_length(start, file)


def _same_length(found: int, file: File) -> None:
    if found != file.bytes:
        raise DownloadError(
            f"{file.name} from {source()} has {found:,} bytes where its list says {file.bytes:,}", ALTERED
        )


class Pace:
    """How fast bytes arrive. Stops a download that would take longer than `LONGEST`."""

    def __init__(self, left: int, patient: bool):
        self.left, self.patient = left, patient
        self.count, self.since = 0, time.monotonic()

    def arrived(self, count: int) -> None:
        self.left -= count
        self.count += count
        seconds = time.monotonic() - self.since
        if seconds < SECONDS_TO_JUDGE:
            return
        needed = self.left * seconds / self.count
        if needed > LONGEST and not self.patient:
            raise DownloadError(
                f"only {self.count / seconds / 1000:.1f} kB arrive each second and the rest ({megabytes(self.left)}) "
                f"would take {needed / 3600:.1f} hours",
                f"use a faster connection, then {AGAIN}",
            )
        self.count, self.since = 0, time.monotonic()


def megabytes(count: int) -> str:
    """A size to show, in 10^6 bytes."""
    return f"{count / 1e6:,.1f} MB"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
