"""The notebooks as they came: from git, or from the copy that `lab` keeps of a downloaded course.

Standard library only, so that a bare machine can use it.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("notebooks", "exercises", "solutions")
KEPT = ROOT / ".pristine"  # not in .venv, which people delete and make again
VERSION = ROOT / "utils/data/version.txt"  # in an archive made by git: the commit
MINE = "_mine_"  # in the name of a copy that `reset` made of a learner's notebook


class NoSource(RuntimeError):
    """Nothing knows how the notebooks came; the message says what to do."""


@dataclass(frozen=True)
class Source:
    """Where untouched notebooks are. `read` gives the bytes of one of the `names`, such as "exercises/01_x.ipynb"."""

    words: str
    names: list[str]
    read: Callable[[str], bytes]


def keep() -> None:
    """Keep a copy of the notebooks of a downloaded course, once for each version of it. Never raises an OSError.

    `lab` calls this at each start. A git checkout needs no copy.
    """
    with contextlib.suppress(OSError):
        version = VERSION.read_bytes()
        if (ROOT / ".git").exists() or _kept_version() == version:
            return
        with tempfile.TemporaryDirectory(dir=ROOT, prefix=".pristine-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder, "copy")
            for path in (path for name in FOLDERS for path in sorted((ROOT / name).glob("*.ipynb"))):
                if MINE not in path.name:
                    (copy / path.parent.name).mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, copy / path.parent.name / path.name)
            (copy / VERSION.name).write_bytes(version)  # last, and moved as one: a copy is whole or is not there
            if KEPT.exists():
                KEPT.rename(Path(folder, "older"))
            copy.rename(KEPT)


def _kept_version() -> bytes | None:
    try:
        return (KEPT / VERSION.name).read_bytes()
    except OSError:
        return None


def source(commit: str = "") -> Source:
    """Where to take untouched notebooks from: the `commit` if one is named, else the best there is.

    That is the newest commit of this branch that others have too (it is in a remote's branch or a tag), so that a
    learner's own commits do not count; then the copy that `lab` kept; then the last commit.
    Raises NoSource, with the fix.
    """
    reason = ""
    if (ROOT / ".git").exists():
        try:
            if commit:
                return _from_commit(
                    _text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
                )
            if published := _published():
                return _from_commit(published)
            if not _kept_version():
                return _from_commit(_text("rev-parse", "HEAD"))
        except FileNotFoundError:
            reason = "git is not installed"
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines()
            reason = f"git says: {said[0]}" if said else f"git knows no commit {commit}"
    if commit:
        raise NoSource(f"The commit {commit} cannot be read: {reason or 'this course came without git'}. Leave it out.")
    if _kept_version():
        names = sorted(path.relative_to(KEPT).as_posix() for path in KEPT.glob("*/*.ipynb"))
        return Source("as first opened here", names, lambda name: (KEPT / name).read_bytes())
    raise NoSource(
        "There is no untouched copy of the notebooks here"
        + (f" ({reason})" if reason else "")
        + ": download the course again into another folder, and copy the notebook from there."
    )


def _published() -> str:
    """The newest commit of this branch that is in a remote's branch or a tag; empty when there is none."""
    own = _text("rev-list", "--boundary", "HEAD", "--not", "--remotes", "--tags").split()
    if not own:
        return _text("rev-parse", "HEAD")
    edge = [commit[1:] for commit in own if commit.startswith("-")]
    return _text("log", "-1", "--no-walk=sorted", "--format=%H", *edge) if edge else ""


def _from_commit(commit: str) -> Source:
    listing = _git("ls-tree", "-r", "-z", "--name-only", commit, "--", *FOLDERS).decode().split("\0")
    names = [name for name in listing if name.endswith(".ipynb") and name.count("/") == 1 and MINE not in name]
    date = _text("log", "-1", "--format=%cs", commit)
    return Source(f"commit {commit[:7]} of {date}", names, lambda name: _git("cat-file", "blob", f"{commit}:{name}"))


def _text(*arguments: str) -> str:
    return _git(*arguments).decode().strip()


def _git(*arguments: str) -> bytes:
    command = ["git", "-C", str(ROOT), "-c", "core.quotePath=off", *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
