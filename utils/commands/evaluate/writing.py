"""Where the report goes: whole or not at all, and never over something that is there."""

import contextlib
import os
import re
from pathlib import Path

from utils.commands.place import Problem


def target(csv_file: Path, model_name: str, out: Path | None, overwrite: bool) -> Path:
    """The file that the report will be written to; what forbids it is said before the long work begins."""
    if out is None:
        model = re.sub(r"[^\w.-]+", "-", model_name.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]) or "model"
        out = csv_file.with_name(f"{csv_file.stem}-{model}.html")
    if out.suffix.lower() not in (".html", ".htm"):
        raise Problem(f"The report is a web page, so --out must end in .html: try --out {out.stem or 'report'}.html")
    if out.is_dir():
        raise Problem(f"{out} is a folder. Give the name of a file in it: --out {out / 'report.html'}")
    if out.exists() and not overwrite:
        raise Problem(f"{out} exists already. Give another name with --out, or replace it with --overwrite.")
    if not out.parent.is_dir():
        raise Problem(f"There is no folder {out.parent}. Make it first, or give another name with --out.")
    partial = _partial(out)
    try:
        partial.write_text("")
    except OSError as error:
        raise _unwritable(out, error) from None
    finally:
        _remove(partial)
    return out


def write(page: str, out: Path, overwrite: bool) -> None:
    """Put the page into the file at once. Raises `Problem`, and leaves no part of it, when that fails."""
    partial = _partial(out)
    try:
        partial.write_text(page, encoding="utf-8", newline="\n")
        if out.exists() and not overwrite:
            raise Problem(f"{out} was made by someone else meanwhile. Give another name with --out.")
        os.replace(partial, out)
    except OSError as error:
        raise _unwritable(out, error) from None
    finally:
        _remove(partial)


def _partial(out: Path) -> Path:
    return out.with_name(f".{out.name}.{os.getpid()}")


def _remove(partial: Path) -> None:
    with contextlib.suppress(OSError):
        partial.unlink()


def _unwritable(out: Path, error: OSError) -> Problem:
    return Problem(f"{out} cannot be written: {error.strerror}. Free some space, or give a file elsewhere with --out.")
