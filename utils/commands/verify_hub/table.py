"""The table documented / measured / same of each checkpoint, in Markdown: to read here, and to paste into an issue."""

from utils.commands.verify_hub.documented import Row

HEADINGS = ("figure", "documented", "measured", "same", "source")
MANY = 6  # of a longer list the first three are shown


def markdown(rows: list[Row]) -> str:
    """A table for each checkpoint; the sources stand below the last, by number."""
    sources = list(dict.fromkeys(row.source for row in rows))
    lines = []
    for checkpoint in dict.fromkeys(row.checkpoint for row in rows):
        own = [_cells(row, sources.index(row.source) + 1) for row in rows if row.checkpoint == checkpoint]
        lines += ["", f"## {checkpoint}", "", *_aligned([HEADINGS, *own])]
    return "\n".join([*lines, "", *(f"[{number}] {source}" for number, source in enumerate(sources, 1))])


def _aligned(cells: list) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    return [f"| {' | '.join(map(str.ljust, line, widths))} |" for line in cells]


def _cells(row: Row, source: int) -> list[str]:
    said = shown(row.documented) + (f" ± {row.tolerance}" if row.tolerance else "")
    return [row.figure, said, shown(row.measured), "same" if row.same else "DIFFERENT", f"[{source}]"]


def shown(value) -> str:
    """A value as a short text on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {shown(number)}" for key, number in value.items())
    if isinstance(value, list) and len(value) > MANY:
        return f"{len(value)}: {', '.join(value[:3])} …"
    if isinstance(value, float):
        return f"{value:.1f}" if value >= 2 else f"{value:.4f}".rstrip("0")
    return f"{value:,}" if isinstance(value, int) else str(value)
