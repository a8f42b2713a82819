"""A table that grows on the screen: each row is printed as soon as it is measured."""

from collections.abc import Iterable


def tell(rows: Iterable[dict], label: str, columns: Iterable[str], width: int = 22) -> list[dict]:
    """Print the rows under their head while they come, and return them all.

    Each has a name under `label`, `width` characters wide at most, and numbers, or nothing, under the columns.
    """
    columns, told = list(columns), []
    print(f"{label:<{width}}" + "".join(f"  {column:>8}" for column in columns), flush=True)
    for row in rows:
        cells = [number(row.get(column)).rjust(max(8, len(column))) for column in columns]
        print("  ".join([f"{row[label]:<{width}}", *cells]).rstrip(), flush=True)
        told.append(row)
    return told


def number(value: float | None) -> str:
    """Three digits of it, whole where it is a count; nothing for nothing."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"
