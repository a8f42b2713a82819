"""The course itself as course.zip: what is under version control, or all that a downloaded course holds."""

import fnmatch
import os
import subprocess
import zipfile
from pathlib import Path

TOP = "course"  # the one folder in the archive
UNKNOWN = "unknown"


def pack(root: Path, target: Path, leave_out: Path) -> str:
    """Write the course at `root` to `target`, whole or not at all; return its commit, or "unknown" without git.

    `leave_out` is a folder that is not part of the course though it may lie inside it: the room.
    """
    partial = target.with_name(f"{target.name}.part")
    commit = _git(root, "rev-parse", "HEAD") if _is_checkout(root) else None
    if commit:
        # git writes the commit into utils/data/version.txt, and the same bytes each time.
        archive = ["git", "-C", root, "archive", "--format=zip", f"--prefix={TOP}/", f"--output={partial.resolve()}"]
        subprocess.run([*archive, commit], check=True, capture_output=True)
    else:
        _zip(root, partial, leave_out)
    partial.replace(target)
    return commit or UNKNOWN


def changed(root: Path) -> bool:
    """Whether files under version control have changes that no commit holds, and so are not in course.zip."""
    return _is_checkout(root) and bool(_git(root, "status", "--porcelain", "--untracked-files=no"))


def _is_checkout(root: Path) -> bool:
    """Whether `root` is the top of a git checkout, and not a plain folder inside another one."""
    top = _git(root, "rev-parse", "--show-toplevel")
    return bool(top) and Path(top).resolve() == root.resolve()


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints; None where there is no git or it refuses."""
    try:
        run = subprocess.run(["git", "-C", root, *arguments], capture_output=True, check=True, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def _zip(root: Path, partial: Path, leave_out: Path) -> None:
    """All files of a course without git, but those that .gitignore names."""
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = [".git", *(line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#"))]
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(
                name for name in folders if not _is_ignored(name, ignored) and Path(folder, name) != leave_out
            )
            for path in (Path(folder, name) for name in sorted(names) if not _is_ignored(name, ignored)):
                archive.write(path, f"{TOP}/{path.relative_to(root).as_posix()}")


def _is_ignored(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
