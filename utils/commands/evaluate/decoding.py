"""A learner's file as text: what it is if it is no CSV, and how its letters are written."""

import codecs
import difflib
from pathlib import Path

from utils.commands.place import Problem

LARGEST = 500_000_000  # bytes; more than a learner's sentences ever take
OTHER_FORMATS = {  # how such a file begins
    b"PK\x03\x04": "an Excel workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a SQLite database",
}
BOMS = {  # UTF-32's mark begins with that of UTF-16
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
SAVE_AS = "In a spreadsheet, choose Save as, CSV UTF-8, and give that file."


def read_text(path: Path) -> tuple[str, str]:
    """The text of the file, and the name of its encoding.

    Raises `Problem` for what is no file of text: a folder, an unreadable or empty file, another format.
    """
    data = _bytes(path)
    if not data.strip():
        raise Problem(f"{path.name} is empty. Give a CSV file with a header, such as: text,label")
    for start, what in OTHER_FORMATS.items():
        if data.startswith(start):
            raise Problem(f"{path.name} is {what}, not a CSV file. {SAVE_AS}")
    text, encoding = _decoded(data, path)
    if "\0" in text:
        raise Problem(f"{path.name} is a binary file, not a CSV file. {SAVE_AS}")
    if text.lstrip()[:1] in ("{", "<") or text.lstrip().startswith("[{"):
        raise Problem(f"{path.name} looks like JSON or HTML, not like a CSV file. {SAVE_AS}")
    if not text.strip():
        raise Problem(f"{path.name} is empty. Give a CSV file with a header, such as: text,label")
    return text, encoding


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            files = ", ".join(sorted(file.name for file in path.glob("*.csv"))[:5])
            holds = f" It holds {files}." if files else ""
            raise Problem(f"{path} is a folder. Give one CSV file.{holds}")
        size = path.stat().st_size
        if size > LARGEST:
            raise Problem(
                f"{path.name} has {size / 1e6:,.0f} MB. Give a part of it, of {LARGEST / 1e6:,.0f} MB at most."
            )
        return path.read_bytes()
    except FileNotFoundError:
        names = [file.name for file in path.parent.glob("*")] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, names, n=1)
        guess = f" Did you mean {path.with_name(near[0])}?" if near else ""
        raise Problem(f"There is no file {path}.{guess}") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}. Check its permissions.") from None


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    encoding = next((encoding for bom, encoding in BOMS.items() if data.startswith(bom)), None)
    if encoding is None and b"\0" in data[:1000]:  # every other byte of Latin letters in UTF-16 is 0
        even, odd = data[:1000:2].count(0), data[1:1000:2].count(0)
        encoding = "utf-16-le" if odd > 10 * even else "utf-16-be" if even > 10 * odd else None
    # Old Windows programs write cp1252, which has no meaning for five of the 256 bytes; Latin-1 reads anything.
    for name in [encoding] if encoding else ["utf-8", "cp1252", "latin-1"]:
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
    raise Problem(f"{path.name} says that it is {encoding}, and parts of it are not. {SAVE_AS}")
