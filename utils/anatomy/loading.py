"""What a load did not find: the LOAD REPORT, readable and always in the same order."""

import contextlib
import logging
import re


@contextlib.contextmanager
def no_load_report():
    """Keep transformers silent inside the block; its log level is as before after it. Lesson 01's checks."""
    from transformers import logging as library

    before = library.get_verbosity()
    library.set_verbosity_error()
    try:
        yield
    finally:
        library.set_verbosity(before)


@contextlib.contextmanager
def load_report():
    """Print the LOAD REPORT of every `from_pretrained` inside the block, in plain text. Lesson 01.

    transformers writes it to stderr with colour codes, the full path, and rows in an order that changes from run
    to run. Here the rows are sorted, the colours and the path's folders are gone, and nothing else is changed.
    """
    logger, lines = logging.getLogger("transformers"), []
    collect = logging.Handler()
    collect.emit = lambda record: lines.append(_plain(record.getMessage()))
    handlers, logger.handlers = logger.handlers, [collect]
    try:
        yield
    finally:
        logger.handlers = handlers
        if lines:
            print("\n\n".join(lines))
    if not lines:
        print("No LOAD REPORT: every weight was found, and none was left over.")


def _plain(text: str) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"(LOAD REPORT from: ).*[/\\]", r"\1", text)
    lines = text.splitlines()
    rows = sorted(number for number, line in enumerate(lines) if re.search(r"\| (MISSING|UNEXPECTED|MISMATCH)", line))
    ordered = sorted((lines[number] for number in rows), key=lambda row: (row.split("|")[1], row))
    for number, row in zip(rows, ordered, strict=True):
        lines[number] = row
    return "\n".join(line.rstrip() for line in lines)
