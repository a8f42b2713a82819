"""From whatever the network, the server or the disk did to one sentence with the fix."""

import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from utils.downloads import web

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NOT_ALLOWED = (errno.EROFS, errno.EACCES, errno.EPERM)
AGAIN = "run the cell again, and it goes on from what has arrived"


class DownloadError(RuntimeError):
    """A checkpoint could not be fetched. The message is the reason and, after a colon, what to do."""

    def __init__(self, reason: str, fix: str):
        super().__init__(f"{reason}: {fix}")
        self.reason = reason


@contextlib.contextmanager
def told(place: Path | str) -> Iterator[None]:
    """Turns what goes wrong inside, while `place` is asked, into a DownloadError."""
    try:
        yield
    except DownloadError:
        raise
    except Exception as error:  # whatever the network, the server or the disk did, the learner needs the way out
        raise DownloadError(*_reason_and_fix(error, _asked(error) or place)) from None


def _asked(error: Exception) -> str | None:
    """The server that failed. The Hub sends us on to others for large files, and a firewall may know only the Hub."""
    try:
        address = urlsplit(str(error.request.url))
    except (AttributeError, RuntimeError):  # not a fault of the network, or of none of our requests
        return None
    return f"{address.scheme}://{address.netloc}"


def is_called(error: BaseException, *names: str) -> bool:
    """By name, since huggingface_hub brings one HTTP library or another."""
    return any(kind.__name__ in names for kind in type(error).__mro__)


def _reason_and_fix(error: Exception, place: Path | str) -> tuple[str, str]:
    causes = _chain(error)
    if isinstance(error, web.Refused):
        return _refused(error, place)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{place} refused the connection", "check the address, and that no firewall or proxy is in the way"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the name in {place} was not found", f"check that this computer is connected, then {AGAIN}"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"the secure connection to {place} failed", "check this computer's clock and its proxy's certificate"
    if is_called(error, "TimeoutException", "TimeoutError"):
        return f"{place} did not answer within {web.SECONDS_TO_ANSWER} s", f"check the connection, then {AGAIN}"
    if is_called(error, "TransportError"):
        return f"the connection to {place} broke off", AGAIN
    if isinstance(error, OSError):
        return _disk(error)
    return f"{place} gave a {type(error).__name__}", f"check the connection, then {AGAIN}"


def _refused(error: web.Refused, place: Path | str) -> tuple[str, str]:
    if error.status == 429:
        wait = f"{error.wait} s" if error.wait else "some minutes"
        return f"{place} has had too many requests from this network (429)", f"wait {wait}, then {AGAIN}"
    if error.status in (401, 403):
        fix = "remove HF_TOKEN or your saved token, since these models need none"
        return f"{place} asks for a login ({error.status})", fix
    if error.status in (404, 410):
        return f"{place} does not have it ({error.status})", "check COURSE_FROM and HF_ENDPOINT, or update the course"
    return f"{place} has a fault of its own ({error.status})", f"wait some minutes, then {AGAIN}"


def _disk(error: OSError) -> tuple[str, str]:
    where = error.filename or "the download folder"
    if error.errno in FULL:
        return "the disk is full", f"free some space, or set HF_HUB_CACHE to a folder on another disk, then {AGAIN}"
    if error.errno in NOT_ALLOWED:
        return f"{where} cannot be written", "set HF_HUB_CACHE to a folder of yours and restart the kernel"
    return f"{where} failed ({error.strerror or error})", f"check the disk and the folder, then {AGAIN}"


def _chain(error: BaseException | None) -> list[BaseException]:
    found = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
