"""For a workshop, or a first day alone: is this computer ready for the course? Lesson 00, and the command `doctor`.

Standard library only where it starts, so that it can examine a computer on which nothing works. What is checked is
imported inside its check, mostly in a process of its own: a package that is broken, or that kills Python, becomes a
line of the report.
"""

import argparse
import os
import stat
import sys

from utils.workshop import chat
from utils.workshop.doctor import codes, readiness
from utils.workshop.doctor.examination import examine, report
from utils.workshop.doctor.faults import FAIL

__all__ = ["examine", "main", "report"]


def main(argv: list[str]) -> int:
    """The command `doctor`: 0 when nothing failed here, or when at least one code of a class could be read."""
    parser = argparse.ArgumentParser(
        prog="python -m utils doctor",
        description="Check this computer, and say how to fix what is wrong. With CODES, say who of a class is ready.",
    )
    what = "codes, files with codes in them, or - for standard input; other text around the codes does not matter"
    parser.add_argument("codes", nargs="*", metavar="CODES", help=what)
    parser.add_argument("--name", default="", help="put this name into the code for the chat")
    options = parser.parse_args(argv)
    given = options.codes or (["-"] if _piped() else [])
    for argument in given:
        if argument != "-" and not os.path.isfile(argument) and not codes.PIECE.search(argument):
            print(f"There is no file {argument}, and it is no code.", file=sys.stderr)
    try:
        lines = list(chat.lines(given))
    except OSError as error:
        print(f"The file {error.filename} cannot be read ({error.strerror}): name another one.", file=sys.stderr)
        return 1
    if options.codes or lines:
        return readiness.show(lines)
    findings = report(examine(), options.name)
    return int(any(finding.status == FAIL for finding in findings))


def _piped() -> bool:
    """Does text come from a file or from another program, and not from a keyboard?"""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):  # closed, or not a real one
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)
