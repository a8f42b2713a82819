"""What a model is made of: parameter counts and where they sit, and what a load did not find."""

import contextlib
import logging
import re

# The name of a parameter tells its part, in BERT, RoBERTa and DistilBERT alike.
PARTS = {
    "embeddings": re.compile(r"(^|\.)embeddings\."),
    "layers": re.compile(r"\.layer\.\d+\."),
    "pooler": re.compile(r"(^|\.)pooler\."),
}


def count(model) -> int:
    """Number of parameters. A tensor that two modules share counts once. Lesson 01."""
    return sum(parameter.numel() for parameter in model.parameters())


def parts(model) -> dict[str, int]:
    """Parameters by part: embeddings, layers, pooler, head. The values sum to `count(model)`. Lesson 01.

    A weight that the head shares with the embeddings (the tied decoder of a masked-LM head) is counted under
    embeddings, once. Works on any transformers encoder whose parameters are named `embeddings.…` and `….layer.N.…`.
    """
    sizes = dict.fromkeys([*PARTS, "head"], 0)
    for name, parameter in model.named_parameters():
        part = next((part for part, pattern in PARTS.items() if pattern.search(name)), "head")
        sizes[part] += parameter.numel()
    return sizes


def embeddings(model) -> dict[str, int]:
    """Parameters of each embedding table (words, positions, token types) and of the norm after them, largest first.

    Lesson 01.
    """
    sizes: dict[str, int] = {}
    for name, parameter in model.named_parameters():
        inside = PARTS["embeddings"].search(name)
        if inside:
            table = name[inside.end() :].split(".")[0]
            sizes[table] = sizes.get(table, 0) + parameter.numel()
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def megabytes(model) -> float:
    """What the weights take in memory, in 10^6 bytes. A shared tensor counts once. Lesson 01."""
    return sum(parameter.numel() * parameter.element_size() for parameter in model.parameters()) / 1e6


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
