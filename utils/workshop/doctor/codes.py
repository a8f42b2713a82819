"""What is wrong with a computer as a short code, to paste into a workshop's chat. Standard library only.

Such as `DOCTOR1/Ada/XB7131K2VM`: after a name, if one was given, one character for the system, one for the version of
Python, two for each fault, and four to check that all of it arrived. The characters are Crockford's: no I, L, O or U,
capitals or not, so that the code can be typed off a screen. There is nothing else in it.
"""

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from utils.workshop.doctor import place
from utils.workshop.doctor.faults import FAIL, OK, WARN, Fault, known

PREFIX = "DOCTOR1"
CODE = re.compile(r"(?<!/)" + PREFIX + r"/(?:(?P<name>[^\s/]+)/)?(?P<data>[A-Za-z0-9]+)", re.IGNORECASE)
PIECE = re.compile(r"doctor\d/?", re.IGNORECASE)
LONGEST_NAME = 24
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011")
SYSTEMS = {"X": "Linux", "M": "macOS", "W": "Windows", "C": "Colab", "Z": "another system"}
CHECK = 4  # characters at the end: one damaged code in a million goes unnoticed


class CodeError(ValueError):
    """The text is no whole code; the message says what to do."""


@dataclass(frozen=True)
class Report:
    """What one code says. `python` is the second number of its version."""

    name: str
    system: str
    python: int
    faults: tuple[Fault, ...]

    @property
    def status(self) -> str:
        """The worst that was found: "OK", "WARN" or "FAIL"."""
        statuses = {fault.status for fault in self.faults}
        return next((status for status in (FAIL, WARN) if status in statuses), OK)


def encode(faults: Iterable[Fault], name: str = "") -> str:
    """The code of what was found here. Of the name at most 24 characters are used, with hyphens for spaces."""
    content = _system() + ALPHABET[min(sys.version_info[1], 31)] + "".join(fault.characters for fault in faults)
    name = _clean(name)
    return "/".join(filter(None, (PREFIX, name, content + _check(name, content))))


def decode(code: str) -> Report:
    """What a code says. Raises CodeError where it is damaged."""
    match = CODE.fullmatch(code)
    if not match:
        raise CodeError(f"a whole code starts with {PREFIX}/. Ask for it again.")
    name, data = _clean(match["name"] or ""), match["data"].upper().translate(MISREAD)
    content, check = data[:-CHECK], data[-CHECK:]
    if check != _check(name, content) or len(content) < 2 or len(content) % 2 or content[0] not in SYSTEMS:
        raise CodeError("its check sum does not fit: something is missing or changed. Ask for it again.")
    faults = tuple(known(content[start : start + 2]) for start in range(2, len(content), 2))
    return Report(name, SYSTEMS[content[0]], ALPHABET.index(content[1]), faults)


def _system() -> str:
    if place.in_colab():
        return "C"
    return {"linux": "X", "darwin": "M", "win32": "W"}.get(sys.platform, "Z")


def _clean(name: str) -> str:
    """A name in the one spelling that a code has: chats change how accents are encoded, and set *this* in bold."""
    name = re.sub(r"[\s/*_~`-]+", "-", unicodedata.normalize("NFC", name))
    return "".join(letter for letter in name if letter.isprintable()).strip("-")[:LONGEST_NAME].strip("-")


def _check(name: str, content: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"{name.casefold()}/{content}".encode()).digest()[:4], "big")
    return "".join(ALPHABET[number >> 5 * digit & 31] for digit in range(CHECK))
