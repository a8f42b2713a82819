"""The command `reset`: a notebook as it came, and the learner's own kept beside it. Standard library only."""

import argparse
import difflib
import errno
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from utils.workshop import pristine
from utils.workshop.pristine import MINE, NoSource, Source


class ResetError(RuntimeError):
    """A notebook was left as it is; the message says why and what to do."""


def main(argv: list[str]) -> int:
    """The command `reset`: 0 when each notebook is as it came."""
    parser = argparse.ArgumentParser(
        prog="python -m utils reset",
        description="Give a notebook back as it came. Yours is kept beside it, with date and time in its name.",
        epilog="Such as: exercises/01_loading_models.ipynb, or exercises/01 for short.",
    )
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", help="in notebooks, exercises or solutions")
    parser.add_argument("--commit", default="", help="take it from this commit, in a course that came with git")
    options = parser.parse_args(argv)
    try:
        source = pristine.source(options.commit)
    except NoSource as error:
        print(error, file=sys.stderr)
        return 1
    changed, failed = False, False
    for typed in options.notebooks:
        try:
            name = find(typed, source.names)
            was_reset, sentence = reset(name, source)
            changed |= was_reset
            print(sentence)
        except ResetError as error:
            failed = True
            print(error, file=sys.stderr)
    if changed:
        print(
            "Is it open in JupyterLab? There choose File, Reload Notebook from Disk "
            "(if it asks, first copy what you had typed and not saved); then Kernel, Restart Kernel."
        )
    return int(failed)


def reset(name: str, source: Source) -> tuple[bool, str]:
    """Put the untouched notebook in place and keep the learner's beside it; return whether it differed, and a sentence.

    At no moment is the learner's work in no file: it gets its second name before its first one is taken.
    Raises ResetError, and then nothing has changed.
    """
    path = pristine.ROOT / name
    try:
        wanted = source.read(name)
        json.loads(wanted)
    except (OSError, ValueError) as error:
        raise ResetError(f"{name} was left as it is: its untouched copy cannot be read ({error}).") from None
    try:
        if path.exists() and _same(path.read_bytes(), wanted):
            return False, f"{name} is already as it came ({source.words}): nothing was changed."
        path.parent.mkdir(exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            with new.open("xb") as file:  # a full disk shows here, before anything is touched
                file.write(wanted)
                file.flush()
                os.fsync(file.fileno())
            mine = _keep(path) if path.exists() else None
            try:
                os.replace(new, path)
            except OSError:
                if mine and not path.exists():
                    mine.rename(path)
                elif mine:
                    mine.unlink()
                raise
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise ResetError(f"{name} was left as it is: {_why(error)}.") from None
    came = f"{name} is as it came ({source.words})."
    return True, f"{came} Yours is now {path.parent.name}/{mine.name}" if mine else f"{came} There was none of yours."


def _same(ours: bytes, wanted: bytes) -> bool:
    return ours.replace(b"\r\n", b"\n") == wanted.replace(b"\r\n", b"\n")  # git on Windows may change line ends


def _keep(path: Path) -> Path:
    """Give the learner's notebook a second name, one that nothing has yet, and return it."""
    now, count = f"{path.stem}{MINE}{datetime.now():%Y-%m-%d_%H-%M-%S}", 1
    while True:
        mine = path.with_name(f"{now}{f'_{count}' if count > 1 else ''}.ipynb")
        try:
            os.link(path, mine)
            return mine
        except FileExistsError:
            count += 1
        except OSError:  # a disk without links, such as a USB stick
            if not mine.exists():
                path.rename(mine)
                return mine
            count += 1


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full. Free some space and run the command again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "there is no permission to write here. Close other programs, or copy the course to a folder of your own"
    return f"{error.strerror or error}. Mend that and run the command again"


# --- what was typed -----------------------------------------------------------------------------------------


def find(typed: str, names: list[str]) -> str:
    """The notebook that is meant: by a path from anywhere, by folder and number, or by a name that only one has.

    Raises ResetError that offers the nearest ones.
    """
    for path in (Path(os.path.abspath(typed)), Path(typed).resolve()):
        if path.is_relative_to(pristine.ROOT) and path.relative_to(pristine.ROOT).as_posix() in names:
            return path.relative_to(pristine.ROOT).as_posix()
    if path.is_file() and not path.is_relative_to(pristine.ROOT):
        raise ResetError(f"{typed} is not in this copy of the course: run the command in the folder of that one.")
    wanted = [part.lower().removesuffix(".ipynb") for part in typed.replace("\\", "/").split("/") if part]
    found = [name for name in names if _fits(wanted, name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ResetError(f"{typed} can be {' or '.join(found)}: type one of these.")
    raise ResetError(f"There is no notebook {typed} in the course. {_offer(wanted, names)}")


def _offer(wanted: list[str], names: list[str]) -> str:
    here = [name for name in names if name.split("/")[0] in wanted[:-1]] or names
    last = wanted[-1].partition(MINE)[0] if wanted else ""  # the name of a kept copy means its original
    stems = {name: Path(name).stem for name in here}
    near = difflib.get_close_matches(last, stems.values(), n=1)
    near = [name for name, stem in stems.items() if stem in near]
    return f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(here)}."


def _fits(wanted: list[str], name: str) -> bool:
    """Does `wanted`, such as ["exercises", "01"] or ["01_loading_models"], name this notebook?"""
    folder, stem = name.removesuffix(".ipynb").lower().split("/")
    return (
        bool(wanted)
        and (wanted[-1] == stem or wanted[-1].zfill(2) == stem[:2])
        and (len(wanted) == 1 or wanted[-2] == folder)
    )
