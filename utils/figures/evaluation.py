"""What a classifier gets right and wrong, and how it got there, drawn. Lesson 05."""

from utils.figures import style


def confusion_matrices(matrices: dict, title: str) -> None:
    """Confusion matrices side by side, of the same classes: rows are the truth, columns the answers. Lesson 05.

    `matrices` maps a model's name to a pandas table of counts, (classes, classes), such as `evaluation.confusion`
    returns; its index and columns name the rows and columns. A field says its count and its share of the row; the
    fields that are right have a frame.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    told = []
    with sns.axes_style("white"):
        size = 1.2 * len(next(iter(matrices.values())))
        figure, panels = plt.subplots(
            1,
            len(matrices),
            figsize=((size + 0.3) * len(matrices) + 1, size + 1.4),
            squeeze=False,
            layout="constrained",
        )
        for axes, (name, counts) in zip(panels[0], matrices.items(), strict=True):
            totals = counts.sum(axis=1)
            shares = counts.div(totals.clip(lower=1), axis=0)  # of no texts at all, no share
            words = [
                [f"{n:,}\n{n / total:.0%}" if total else "0" for n in row]
                for row, total in zip(counts.to_numpy(), totals, strict=True)
            ]
            look = {"vmin": 0, "vmax": 1, "cmap": sns.light_palette(style.BLUE, as_cmap=True), "cbar": False}
            look |= {"annot_kws": {"color": "black"}, "linewidths": 2, "square": True}
            sns.heatmap(shares.astype(float), annot=words, fmt="", ax=axes, **look)
            for place in range(len(counts)):
                frame = {"fill": False, "edgecolor": "black", "lw": 2.5}
                axes.add_patch(plt.Rectangle((place + 0.03, place + 0.03), 0.94, 0.94, **frame))
            axes.set(title=name, xlabel="", ylabel="")
            axes.set_xticks(axes.get_xticks(), [column.replace(" ", "\n") for column in counts.columns], rotation=0)
            first = axes is panels[0][0]
            axes.set_yticks(axes.get_yticks(), counts.index if first else [""] * len(counts), rotation=0)
            axes.tick_params(length=0)
            fields = ", ".join(
                f"{n:,} {row} {column}" + (" (right)" if place == other else "")
                for place, (row, line) in enumerate(counts.iterrows())
                for other, (column, n) in enumerate(line.items())
            )
            told.append(f"{name}: {fields}")
        figure.suptitle(title)
    style.show(figure, f"Confusion matrices. {title}. {'; '.join(told)}.")


def training_curves(table, title: str, best: str = "loss") -> None:
    """One panel a metric: training and validation over the epochs, and the best epoch. Lesson 05.

    The pandas `table` has the columns `epoch`, `split` ("training" and "validation"), and one for each metric. The
    best epoch is the one with the lowest validation `best`.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    metrics = [column for column in table.columns if column not in ("epoch", "split")]
    by_split = {name: rows.set_index("epoch") for name, rows in table.groupby("split", sort=True)}
    stop = by_split["validation"][best].idxmin()
    told = []
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, panels = plt.subplots(1, len(metrics), figsize=(4.4 * len(metrics), 3.6), squeeze=False)
        for axes, metric in zip(panels[0], metrics, strict=True):
            for (name, rows), line, marker in zip(by_split.items(), style.LINES, style.MARKERS, strict=False):
                look = {"linestyle": line, "marker": marker, "markersize": 4, "markevery": 1 + len(rows) // 20}
                axes.plot(rows.index, rows[metric], **look, label=name)
                first, at_best, last = rows[metric].iloc[0], rows.at[stop, metric], rows[metric].iloc[-1]
                told.append(f"{name} {metric}: {first:.2f} first, {at_best:.2f} at the best epoch, {last:.2f} last")
            axes.axvline(stop, color="black", linewidth=1, linestyle=":", label=f"best epoch: {stop}")
            axes.set(title=metric, xlabel="epoch")
        panels[0][-1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
        figure.suptitle(title)
        figure.tight_layout()
    said = f"The lowest validation {best} is at epoch {stop} of {table['epoch'].max()}"
    style.show(figure, f"Lines. {title}. {said}. {'; '.join(told)}.")
