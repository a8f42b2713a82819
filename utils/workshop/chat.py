"""A class answers in a chat: find codes among other text, print tables. Standard library only."""

import codecs
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

Line = tuple[str, str]  # where it stands, and its text


def lines(given: Iterable[str]) -> Iterator[Line]:
    """The lines of what a command was given: codes, files, or - for standard input. Raises OSError of a file."""
    for number, argument in enumerate(given, 1):
        if argument == "-":
            yield from numbered(_decoded(sys.stdin.buffer.read()))
        elif os.path.isfile(argument):
            yield from numbered(_decoded(Path(argument).read_bytes()), f"{argument}, line")
        else:
            yield f"argument {number}", argument


def numbered(text: str, what: str = "line") -> Iterator[Line]:
    """The lines of a text, each with its place in words."""
    for number, line in enumerate(text.splitlines(), 1):
        yield f"{what} {number}", line


def _decoded(content: bytes) -> str:
    """Text from a chat program: UTF-8, or what Windows calls Unicode."""
    windows = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if windows else "utf-8-sig", errors="replace")


def torn(line: str, code: re.Pattern, piece: re.Pattern) -> str:
    """What is wrong with a line that has pieces of a code beside its whole ones; empty for ordinary chat."""
    words = code.sub(" ", line).split()
    found = any(piece.search(word) and "://" not in word for word in words)
    return "it holds a piece of a code, and no whole one. Ask for it again." if found else ""


def printable(line: str) -> str:
    """The beginning of a line, safe to print."""
    return textwrap.shorten("".join(letter if letter.isprintable() else " " for letter in line), 60, placeholder=" …")


def print_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows of cells in columns."""
    table = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
