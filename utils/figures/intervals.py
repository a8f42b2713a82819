"""Measured numbers with their intervals, drawn. Lessons 05 and 06."""

from utils.figures import style

DASHES = ((0, (6, 3)), (0, (1, 2)))
HOLLOW = ("D", "v", "P")
MARKERS = (*style.MARKERS, "X", "v")  # without lines between them six can still be told apart


def intervals(
    tables: dict, title: str, xlabel: str, value: str = "value", count: str = "", lines=None, baselines=None
) -> None:
    """Dots with intervals: a row for each thing measured, a mark for each model. Lesson 05.

    `tables` maps a name, such as a model's, to a pandas table whose index names the rows and whose columns are `value`,
    `low` and `high`; `count` names the column whose number is to stand beside a row's name. `lines` maps a name to the
    place of a vertical line, such as no difference. `baselines` maps a name to a Series by row, drawn as hollow marks.
    A row that a table lacks has no dot there. Raises ValueError for a column that is missing, and for more names than
    there are marks.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    lines, baselines = lines or {}, baselines or {}
    _check(tables, value, baselines)
    rows = list(dict.fromkeys(row for table in tables.values() for row in table.index))
    names = [_named(row, tables.values(), count) for row in rows]
    step = 0.7 / len(tables)
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, axes = plt.subplots(figsize=(8, len(rows) * max(0.42, 0.2 * len(tables)) + 1.4))
        for row in range(0, len(rows), 2):
            axes.axhspan(row - 0.5, row + 0.5, color="whitesmoke", zorder=0)
        for number, ((name, table), marker) in enumerate(zip(tables.items(), MARKERS, strict=False)):
            table = table.reindex(rows)
            places = [row + step * (number - (len(tables) - 1) / 2) for row in range(len(rows))]
            errors = [table[value] - table["low"], table["high"] - table[value]]
            errors = [side.clip(lower=0) for side in errors]  # a bootstrap's interval need not hold the value
            axes.errorbar(table[value], places, xerr=errors, fmt=marker, capsize=3, label=name, zorder=3)
        for (name, series), marker in zip(baselines.items(), HOLLOW, strict=False):
            look = {"marker": marker, "facecolors": "white", "edgecolors": "black", "s": 42, "zorder": 2}
            axes.scatter(series.reindex(rows), range(len(rows)), label=name, **look)
        for (name, place), dashes in zip(lines.items(), DASHES, strict=False):
            axes.axvline(place, color="black", linewidth=1, linestyle=dashes, label=f"{name}: {place:.2g}", zorder=1)
        axes.set_yticks(range(len(rows)), names, parse_math=False)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel=xlabel)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    told = []
    for row, name in zip(rows, names, strict=True):
        said = [
            f"{model} {table.at[row, value]:.2f} ({table.at[row, 'low']:.2f} to {table.at[row, 'high']:.2f})"
            for model, table in tables.items()
            if row in table.index
        ]
        said += [f"{model} {series[row]:.2f}" for model, series in baselines.items() if row in series.index]
        told.append(f"{name}: {', '.join(said)}")
    marked = "".join(f" A line at {place:.2g}: {name}." for name, place in lines.items())
    style.show(figure, f"Dots with 95 % intervals. {title}, {xlabel}.{marked} {'; '.join(told)}.")


def interval_widths(table, title: str, marks: dict[str, int] | None = None) -> None:
    """How wide an interval is for how many sentences: a line for each column. Lesson 05.

    The index of the pandas `table` is the number of sentences, its values the widths of intervals, from 0 to 1.
    `marks` names some numbers of sentences, such as the size of a test set.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, axes = plt.subplots(figsize=(7.5, 3.8))
        for (name, widths), line, marker in zip(table.items(), style.LINES, style.MARKERS, strict=False):
            axes.plot(table.index, 100 * widths, linestyle=line, marker=marker, label=name)
        axes.set(title=title, xlabel="sentences", ylabel="width of the interval, in points", xscale="log", yscale="log")
        axes.set_yticks([1, 2, 5, 10, 20, 50], [1, 2, 5, 10, 20, 50])
        axes.set_xticks(table.index, [f"{count:,}" for count in table.index], rotation=45)
        axes.minorticks_off()
        lowest = axes.get_ylim()[0]
        for name, count in (marks or {}).items():
            axes.axvline(count, color="black", linewidth=1, linestyle=":")
            words = {"rotation": 90, "va": "bottom", "ha": "right", "size": 9, "parse_math": False}
            axes.text(count, lowest, f" {name}: {count:,}", **words)
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = [
        f"{name}: " + ", ".join(f"{100 * width:.1f} at {count:,}" for count, width in widths.items())
        for name, widths in table.items()
    ]
    marked = "".join(f" {name} has {count:,} sentences." for name, count in (marks or {}).items())
    style.show(figure, f"Lines. {title}, width of the interval in points.{marked} {'; '.join(told)}.")


def _check(tables: dict, value: str, baselines: dict) -> None:
    for name, table in tables.items():
        missing = [column for column in (value, "low", "high") if column not in table.columns]
        if missing:
            raise ValueError(f"The table of {name!r} has no column {missing[0]!r}. It has: {', '.join(table.columns)}.")
    if not 1 <= len(tables) <= len(MARKERS):
        raise ValueError(f"intervals draws 1 to {len(MARKERS)} tables, not {len(tables)}. Fix: give it fewer.")
    if len(baselines) > len(HOLLOW):
        raise ValueError(f"intervals draws at most {len(HOLLOW)} baselines, not {len(baselines)}.")


def _named(row, tables, count: str) -> str:
    """The name of a row, with its number from the first table that says it."""
    for table in tables:
        if count in table.columns and row in table.index and table[count].notna()[row]:
            return f"{row} ({table.at[row, count]:,.0f})"
    return str(row)
