"""A forward pass drawn as a flow from the ids to the output."""

from collections.abc import Iterator
from itertools import groupby

from utils.figures import style

MOST = 4  # models that fit side by side
COLUMN, WIDTH = 240, 216  # from one model to the next, and a box; 100 to an inch
TALLEST, LOWEST = 540, 18  # all boxes of the largest model, and the least that a line of text needs
GAP, ROOM, TOP = 7, 30, 86  # between two boxes; around a shape; above the flow
LETTERS = 20  # of a step's name that fit beside its number
LAYER, OTHER = "#bcd7f0", "#f6d9a8"  # light: black text on them can be read


def shape_trace(traces: dict, title: str) -> None:
    """Models side by side, each a flow from the ids at the top to its output at the bottom. Lesson 03.

    `traces` maps a model's name to `anatomy.trace(model, inputs)`. A box is a step with the parameters that it holds:
    the more, the higher. A shape stands on the line wherever it changes. What no step called stands below the flow.
    Raises ValueError for no model, and for more than four.
    """
    import matplotlib.pyplot as plt

    if not 1 <= len(traces) <= MOST:
        raise ValueError(f"shape_trace draws 1 to {MOST} models side by side, not {len(traces)}. Fix: give it fewer.")
    totals = {name: table.parameters.sum() for name, table in traces.items()}
    with plt.rc_context({"font.size": 9}):
        figure = plt.figure()
        axes = figure.add_axes((0, 0, 1, 1))
        depths = []
        for place, (name, table) in enumerate(traces.items()):
            x = COLUMN * (place + 0.5)
            axes.text(x, -34, name, ha="center", weight="bold")
            axes.text(x, -16, f"{_millions(totals[name])} parameters", ha="center")
            depths.append(_draw(axes, x, table, TALLEST / max(totals.values())))
        axes.text(COLUMN / 2 - WIDTH / 2, -66, title, size=12, weight="bold")
        axes.set(xlim=(0, COLUMN * len(traces)), ylim=(max(depths), -TOP))
        axes.axis("off")
        figure.set_size_inches(COLUMN * len(traces) / 100, (max(depths) + TOP) / 100)
    told = " ".join(f"{name}, {totals[name]:,} parameters: {_told(table)}." for name, table in traces.items())
    style.show(figure, f"{title}, as a flow of steps with their parameters and the shapes between them. {told}")


def _flow(table) -> Iterator[object]:
    """The steps, as rows of the table, and the shapes between them, but for those from layer to layer."""
    rows = list(table[table.leaves.notna()].itertuples())
    yield f"ids {rows[0].enters}"
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        yield row
        if not (following and _is_layer(row) and _is_layer(following) and row.leaves == following.enters):
            yield str(row.leaves)
        if following and following.enters not in (None, row.leaves):
            yield f"takes {following.enters}"


def _draw(axes, x: float, table, scale: float) -> float:
    """One model around `x`, with `scale` to a parameter; returns how far down it reaches."""
    from matplotlib.patches import Rectangle

    y, middle, on_line = 0.0, {"va": "center", "zorder": 3}, {"facecolor": "white", "lw": 0, "pad": 1.5}
    arrow = {"arrowstyle": "-|>", "color": "black"}
    for item in _flow(table):
        if isinstance(item, str):
            y += ROOM / 2
            axes.text(x, y, item, ha="center", bbox=on_line, **middle)
            y += ROOM / 2
            continue
        held = _held(item)
        more = held.count("\n")
        step = (item.step if len(item.step) <= LETTERS else f"{item.step[: LETTERS - 1]}…") + "\n" * more
        height = max(LOWEST * (1 + more), scale * item.parameters)
        box = {"facecolor": LAYER if _is_layer(item) else OTHER, "edgecolor": "black", "lw": 0.7, "zorder": 2}
        axes.add_patch(Rectangle((x - WIDTH / 2, y), WIDTH, height, **box))
        axes.text(x - WIDTH / 2 + 6, y + height / 2, step, ha="left", **middle)
        axes.text(x + WIDTH / 2 - 6, y + height / 2, held, ha="right", **middle)
        y += height + GAP
    axes.annotate("", (x, y - ROOM / 2 - 9), (x, ROOM / 2), zorder=1, arrowprops=arrow)
    for row in table[table.leaves.isna()].itertuples():
        axes.text(x, y + 9, f"{row.step}: {_millions(row.parameters)}", ha="center", style="italic", va="center")
        y += 18
    return y


def _held(row) -> str:
    own = _millions(row.parameters) if row.parameters or not row.shared else ""
    return "\n+ ".join(filter(None, [own, f"{_millions(row.shared)} shared" if row.shared else ""]))


def _is_layer(row) -> bool:
    return row.step.startswith("layer ")


def _millions(number: int) -> str:
    if number >= 999_500:
        return f"{number / 1e6:.1f} M"
    return f"{number / 1e3:.0f} k" if number >= 10_000 else f"{number:,}"


def _told(table) -> str:
    """The flow in words; layers that are alike in one piece."""
    words = []
    for alike, items in groupby(_flow(table), key=_kind):
        items = list(items)
        if alike and len(items) > 1:
            words.append(f"{items[0].step} to {items[-1].step} with {_exact(items[0])} each")
        else:
            words += [item if isinstance(item, str) else f"{item.step} {_exact(item)}" for item in items]
    words += [f"{row.step} {row.parameters:,}" for row in table[table.leaves.isna()].itertuples()]
    return ", ".join(words)


def _kind(item) -> tuple | None:
    """What makes layers alike; None for all else."""
    return None if isinstance(item, str) or not _is_layer(item) else (item.parameters, item.shared)


def _exact(row) -> str:
    return f"{row.parameters:,}" + (f" and {row.shared:,} shared" if row.shared else "")
