"""`lab --from`: the packages from a room folder or from the mirror of one, and from nowhere else.

Standard library only.
"""

import html
import http.client
import os
import shlex
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from utils.commands.place import WINDOWS, Problem
from utils.workshop import platforms, room

PATIENCE = 10  # seconds
PAGE = "wheels.html"


@dataclass(frozen=True)
class Source:
    """Where packages come from: a folder's checked wheels, or the address of a mirror."""

    words: str
    room: room.Room | None
    wheels: list[str]
    address: str = ""

    def pip_arguments(self, venv: Path) -> list[str]:
        """What tells pip to install from here alone. A folder's wheels are listed in a page, written into `venv`."""
        alone = ["--isolated", "--no-index", "--find-links"]
        if self.address:
            return [*alone, f"{self.address}/wheels/", "--trusted-host", urlsplit(self.address).netloc]
        page = venv / PAGE  # not the folder: a wheel that the manifest does not list must not be taken
        page.write_text("".join(self._link(name) for name in self.wheels), encoding="utf-8")
        return [*alone, str(page)]

    def pip_environment(self) -> dict[str, str]:
        """Variables for pip: no settings of this computer; no proxy, which could not reach the room."""
        hosts = [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), urlsplit(self.address).hostname]
        past = ",".join(filter(None, hosts))
        return {"PIP_CONFIG_FILE": os.devnull, "NO_PROXY": past, "no_proxy": past}

    def _link(self, name: str) -> str:
        file = f"wheels/{name}"
        address = f"{(self.room.folder / 'wheels').as_uri()}/{quote(name)}#sha256={self.room.files[file].sha256}"
        return f'<a href="{html.escape(address)}">{html.escape(name)}</a><br>\n'


def named(text: str | None) -> str | None:
    """A folder as an absolute path, an address without the slash at its end; None for nothing."""
    text = (text or "").strip()
    if not text:
        return None
    return text.rstrip("/") if _is_address(text) else str(Path(text).expanduser().absolute())


def find(source: str, python: str) -> Source:
    """What a room offers to `python`, as in "3.13", on this computer; a folder's wheels are checked. Raises Problem."""
    try:
        if _is_address(source):
            _check_fit(_manifest(source), "The mirror at", source, python)
            return Source(f"the mirror at {source}", None, [], source)
        folder = room.read(source)
        _check_fit(folder, "The room folder", source, python)
        this = platforms.this()
        wheels = [name for name in folder.wheels() if platforms.fits(name, this, python)]
        for name in wheels:
            folder.check(f"wheels/{name}")
        return Source(f"the room folder {source}", folder, wheels)
    except room.RoomError as error:
        raise Problem(str(error)) from None


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _check_fit(manifest: room.Manifest, what: str, source: str, python: str) -> None:
    this = platforms.this()
    if this not in manifest.platforms:
        raise Problem(
            f"{what} {source} has packages for {_list(map(platforms.words, manifest.platforms))}, and this is "
            f"{platforms.words(this)}: ask your instructor, or connect to the internet and start without --from."
        )
    if python not in manifest.pythons:
        raise Problem(
            f"{what} {source} has packages for Python {_list(manifest.pythons)} and this is Python {python}: start the "
            f"course with one of those, for example: python{manifest.pythons[-1]} -m utils lab --from {_quoted(source)}"
        )


def _quoted(source: str) -> str:
    return f'"{source}"' if WINDOWS else shlex.quote(source)


def _list(words) -> str:
    return " and ".join(words) or "nothing"


def _manifest(address: str) -> room.Manifest:
    """The manifest of a mirror; no proxy is asked, since the mirror is on this network."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    page = f"{address}/{room.MANIFEST}"
    try:
        with opener.open(page, timeout=PATIENCE) as answer:
            return room.parse(answer.read(), page)
    except (urllib.error.HTTPError, room.RoomError):  # another server, or the sign-in page of a Wi-Fi
        raise Problem(
            f"{address} answers, but is not a mirror of this course: open it in a browser, since a Wi-Fi may want you "
            "to sign in, or copy the line from your instructor again."
        ) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Problem(
            f"The mirror at {address} does not answer ({getattr(error, 'reason', error)}): check that this computer is "
            "on the workshop's network and that the address is right, and run the command again."
        ) from None
