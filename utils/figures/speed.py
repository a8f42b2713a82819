"""How fast and how large models are, drawn. Lesson 08."""

from utils.figures import style

PARETO = ("accuracy", "low", "high", "milliseconds", "megabytes")
ASIDE = 1.04  # marks of models that tie stand apart by this factor


def latencies(table, title: str) -> None:
    """Time against the number of tokens: a panel for each batch size, a line for each model. Lesson 08.

    The pandas `table` has the columns `model`, `batch`, `tokens`, and in milliseconds `median`, `low` and `high`, as
    `benchmarking.sweep` returns it. Both axes are logarithmic. Raises ValueError for a column that is missing, and for
    more models than there are marks.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns
    from matplotlib.ticker import NullLocator

    _check(table, "The table", "model", "batch", "tokens", "median", "low", "high")
    models = dict(list(table.groupby("model", sort=False)))
    _few(models)
    sizes, lengths = sorted(table.batch.unique()), sorted(table.tokens.unique())
    told = []
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, panels = plt.subplots(1, len(sizes), figsize=(4 * len(sizes) + 1.5, 3.8), sharey=True, squeeze=False)
        for axes, batch in zip(panels[0], sizes, strict=True):
            looks = zip(models.items(), style.LINES, style.MARKERS, strict=False)
            for number, ((name, rows), line, marker) in enumerate(looks):
                rows = rows[rows.batch == batch].sort_values("tokens")
                places = rows.tokens * ASIDE ** (number - (len(models) - 1) / 2)
                look = {"linestyle": line, "marker": marker, "markersize": 5, "capsize": 3, "label": name}
                axes.errorbar(places, rows["median"], _errors(rows, "median"), **look)
                points = [f"{_interval(row, 'median')} at {row.tokens} tokens" for _, row in rows.iterrows()]
                if points:
                    told.append(f"{name}, batch of {batch}: {', '.join(points)}")
            axes.set(title=f"batch of {batch}", xlabel="tokens in a text", xscale="log", yscale="log")
            axes.set_xticks(lengths, lengths)
            axes.xaxis.set_minor_locator(NullLocator())
            _plain_ticks(axes.yaxis)
        panels[0][0].set_ylabel("milliseconds")
        panels[0][-1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
        figure.suptitle(title)
        figure.tight_layout()
    style.show(figure, f"Lines with 95 % intervals. {title}, in milliseconds. {'; '.join(told)}.")


def speed_ups(tables: dict, title: str, published: dict[str, float] | None = None) -> None:
    """How many times as fast: a panel for each pair of models, a dot with its interval for each row. Lesson 08.

    `tables` maps a pair's name to a pandas table with the columns `value`, `low` and `high`; 1 means as fast. Its index
    names the rows, or has the levels (batch, tokens). `published` maps a pair's name to what others say, a dashed line.
    Raises ValueError for a missing column, and for a published number of a pair that is not drawn.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    published = published or {}
    for name, table in tables.items():
        _check(table, f"The table of {name!r}", "value", "low", "high")
    if unknown := set(published) - set(tables):
        raise ValueError(f"{unknown.pop()!r} is no pair of the tables. They are: {', '.join(tables)}.")
    most = max(len(table) for table in tables.values())
    told, legend = [], {}
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        size = (4 * len(tables) + 1, 0.38 * most + 2)
        figure, panels = plt.subplots(1, len(tables), figsize=size, sharex=True, squeeze=False)
        for axes, (name, table) in zip(panels[0], tables.items(), strict=True):
            look = {"fmt": "o", "color": "C0", "capsize": 4, "label": "measured, 95 % interval"}
            axes.errorbar(table["value"], range(len(table)), xerr=_errors(table, "value"), **look)
            axes.axvline(1, color="black", linewidth=1, linestyle=":", label="as fast")
            heading = [name]
            if name in published:
                axes.axvline(published[name], color="black", linewidth=1.5, linestyle="--", label="published")
                heading.append(f"published {_short(published[name])}")
            axes.set_yticks(range(len(table)), [_named(row) for row in table.index], parse_math=False)
            axes.set_ylim(most - 0.5, -0.5)
            axes.grid(axis="y", visible=False)
            axes.set_title("\n".join(heading), size=11, parse_math=False)
            axes.set_xlabel("times as fast")
            points = [f"{_named(row)} {_interval(point, 'value')}" for row, point in table.iterrows()]
            told.append(f"{', '.join(heading)}: {'; '.join(points)}")
            handles, labels = axes.get_legend_handles_labels()
            legend |= dict(zip(labels, handles, strict=True))
        look = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.03), "ncols": 3, "frameon": False}
        figure.legend(legend.values(), legend.keys(), **look)
        figure.suptitle(title)
        figure.tight_layout()
    style.show(figure, f"Dots with 95 % intervals. {title}, times as fast. {'. '.join(told)}.")


def padding(orders: dict[str, list[int]], batch_size: int, title: str) -> None:
    """What is computed for nothing: a bar for each text, its tokens full and its padding hatched. Lesson 08.

    `orders` maps a name to the numbers of tokens of the same texts, in the order in which they form batches of
    `batch_size`. A panel for each order; thin lines part the batches.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    most = max(len(lengths) for lengths in orders.values())
    told = []
    with sns.axes_style("white"):
        size = (4.2 * len(orders), 0.055 * most + 1.6)
        figure, panels = plt.subplots(1, len(orders), figsize=size, sharex=True, sharey=True, squeeze=False)
        for axes, (name, lengths) in zip(panels[0], orders.items(), strict=True):
            batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
            widths = [max(batch) for batch in batches for _ in batch]
            pads = [width - length for width, length in zip(widths, lengths, strict=True)]
            look = {"height": 1, "linewidth": 0}
            axes.barh(range(len(lengths)), lengths, color=style.BLUE, label="tokens", **look)
            look |= {"color": "white", "edgecolor": "dimgray", "hatch": "////"}
            axes.barh(range(len(lengths)), pads, left=lengths, label="padding", **look)
            for edge in range(0, len(lengths) + 1, batch_size):
                axes.axhline(edge - 0.5, color="black", linewidth=0.6)
            share = f"{sum(pads) / sum(widths):.0%} padding"
            axes.set(title=f"{name}: {share}", xlabel="tokens", yticks=[], ylim=(len(lengths) - 0.5, -0.5))
            told.append(f"{name}: {sum(lengths):,} tokens and {sum(pads):,} of padding, {share}")
        panels[0][0].set_ylabel(f"texts, in batches of {batch_size}")
        handles = panels[0][0].get_legend_handles_labels()
        figure.legend(*handles, loc="upper center", bbox_to_anchor=(0.5, 0.03), ncols=2, frameon=False)
        figure.suptitle(title)
        figure.tight_layout()
    style.show(figure, f"Bars. {title}, batches of {batch_size}. {'; '.join(told)}.")


def pareto(table, title: str) -> None:
    """Accuracy against time against size: a mark for each model, the larger the more megabytes. Lesson 08.

    The index of the pandas `table` names the models; its columns are `accuracy` with `low` and `high`, from 0 to 1,
    `milliseconds` and `megabytes`. The legend names the models by the numbers in their marks; a mark is hollow when
    the model is `beaten`.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    _check(table, "The table", *PARETO)
    worse = beaten(table)
    told = []
    with sns.axes_style("white", style.STYLE):
        figure, axes = plt.subplots(figsize=(7, 4.6))
        for number, (name, row) in enumerate(table.iterrows(), 1):
            place = row.milliseconds, row.accuracy
            errors = [[max(row.accuracy - row.low, 0)], [max(row.high - row.accuracy, 0)]]
            axes.errorbar(*place, errors, fmt="none", ecolor="gray", capsize=3, zorder=1)
            size = f"{_short(row.megabytes)} MB"
            look = {"color": "white" if worse[name] else style.BLUE, "edgecolors": "black", "zorder": 2}
            area = 130 + 600 * row.megabytes / table.megabytes.max()  # the smallest has room for its number
            axes.scatter(*place, s=area, label=f"{number}  {name}, {size}", **look)
            axes.annotate(str(number), place, ha="center", va="center_baseline", size=9)
            accuracy = f"accuracy {row.accuracy:.3f} ({row.low:.3f} to {row.high:.3f})"
            said = f"{name}: {accuracy}, {_short(row.milliseconds)} ms, {size}"
            told.append(said + ", beaten" if worse[name] else said)
        axes.set(title=title, xlabel="milliseconds", ylabel="accuracy, 95 % interval", xscale="log")
        axes.margins(x=0.12, y=0.12)
        _plain_ticks(axes.xaxis)
        look = {"loc": "upper left", "bbox_to_anchor": (1, 1), "frameon": False, "markerscale": 0.6}
        axes.legend(title="hollow: beaten", **look)
    style.show(figure, f"Marks, the larger the more megabytes. {title}. {'; '.join(told)}.")


def beaten(table):
    """Is another model at least as accurate, as fast and as small, and better in one of them? Lesson 08.

    The pandas `table` is that of `pareto`; intervals do not count. Returns a Series of True and False with its index.
    """
    costs = table.assign(accuracy=-table.accuracy)[["accuracy", "milliseconds", "megabytes"]]
    return costs.apply(lambda row: ((costs <= row).all(axis=1) & (costs < row).any(axis=1)).any(), axis=1)


def limit_shares(shares, limit: float, title: str) -> None:
    """Which share of the machine's own speed in matrix products a model reaches: a bar for each row. Lesson 08.

    `shares` is the pandas Series from 0 to 1 that `benchmarking.limit_shares` returns, with the index (model, batch,
    tokens); or a dict from a model's name to a Series whose index names the rows. `limit` is that speed, in 10^9
    operations a second. Raises ValueError for more models than there are hatches.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    if not isinstance(shares, dict):
        shares = {name: rows.droplevel(0) for name, rows in shares.groupby(level=0, sort=False)}
    _few(shares)
    rows = list(dict.fromkeys(row for series in shares.values() for row in series.index))
    step = 0.8 / len(shares)
    told = []
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, axes = plt.subplots(figsize=(8, len(rows) * max(0.4, 0.24 * len(shares)) + 1.4))
        for number, ((name, series), hatch) in enumerate(zip(shares.items(), style.HATCHES, strict=False)):
            places = [row + step * (number - (len(shares) - 1) / 2) for row in range(len(rows))]
            look = {"edgecolor": "black", "linewidth": 0.7, "hatch": hatch, "label": name, "alpha": 0.8}
            said = [f"{share:.0%}" if share == share else "" for share in series.reindex(rows)]
            axes.bar_label(axes.barh(places, 100 * series.reindex(rows), step, **look), said, padding=3)
            told.append(f"{name}: {', '.join(f'{_named(row)} {share:.0%}' for row, share in series.items())}")
        axes.axvline(100, color="black", linewidth=1.5, linestyle="--", label=f"limit: {_short(limit)} Gflop/s")
        axes.set_yticks(range(len(rows)), [_named(row) for row in rows], parse_math=False)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel="per cent of the limit", xlim=(0, None))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    limited = f"the limit is {_short(limit)} times 10^9 operations a second"
    style.show(figure, f"Bars. {title}, per cent of the limit; {limited}. {'. '.join(told)}.")


def _few(models: dict) -> None:
    if not 1 <= len(models) <= len(style.MARKERS):
        raise ValueError(f"The figure draws 1 to {len(style.MARKERS)} models, not {len(models)}. Fix: give it fewer.")


def _check(table, what: str, *columns: str) -> None:
    for column in columns:
        if column not in table.columns:
            raise ValueError(f"{what} has no column {column!r}. It has: {', '.join(map(str, table.columns))}.")


def _errors(table, value: str) -> list:
    sides = (table[value] - table["low"], table["high"] - table[value])
    return [side.clip(lower=0) for side in sides]  # a bootstrap's interval need not hold the value


def _plain_ticks(axis) -> None:
    """Ticks of a logarithmic axis at 1, 2, 5, 10, 20 and so on, in plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(lambda number, _: _short(number))
    axis.set_minor_locator(NullLocator())


def _interval(row, value: str) -> str:
    return f"{_short(row[value])} ({_short(row['low'])} to {_short(row['high'])})"


def _named(row) -> str:
    return "batch {}, {} tokens".format(*row) if isinstance(row, tuple) else str(row)


def _short(number: float) -> str:
    """Three digits, or all of those before the point."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
