"""What a probe of bias finds, drawn. Lesson 06."""

from utils.figures import style


def truth_scatter(panels: dict, correlations: dict, title: str, named=(), xlabel: str = "", ylabel: str = "") -> None:
    """Score against truth, a point for each occupation and a panel for each model. Lesson 06.

    `panels` maps a name to a pandas table: its index is the occupation, its columns are `truth` and `score`.
    `correlations` maps the same name to Spearman's correlation and the ends of its interval, as
    `bias.rank_correlation` returns them; the panel's heading says them. The occupations in `named` bear their names.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    told = []
    with sns.axes_style("white", style.STYLE):
        figure, row = plt.subplots(1, len(panels), figsize=(4.7 * len(panels), 4.2), squeeze=False, sharey=True)
        for axes, (name, table) in zip(row[0], panels.items(), strict=True):
            picked = table.index.isin(list(named))
            color = sns.color_palette("colorblind")[0]
            axes.scatter(table.truth[~picked], table.score[~picked], s=16, color=color, alpha=0.6, linewidths=0)
            look = {"s": 36, "marker": "D", "color": color, "edgecolors": "black", "zorder": 4}
            axes.scatter(table.truth[picked], table.score[picked], **look)
            axes.axhline(0, color="black", linewidth=1, linestyle=(0, (6, 3)))
            _name(axes, table[picked], table)
            axes.margins(y=0.12)  # the names need room
            rho, low, high = list(correlations[name])[:3]
            spearman = f"Spearman {rho:.2f} ({low:.2f} to {high:.2f})"
            axes.set(title=f"{name}\n{spearman}", xlabel=xlabel)
            points = [f"{word} {point.truth:.2f} and {point.score:.2f}" for word, point in table[picked].iterrows()]
            told.append(", ".join([f"{name}: {len(table)} occupations, {spearman}", *points]))
        row[0][0].set_ylabel(ylabel)
        figure.suptitle(title)
        figure.tight_layout()
    style.show(figure, f"Points. {title}, {xlabel or 'truth'} and {ylabel or 'score'}. {'; '.join(told)}.")


def _name(axes, points, table) -> None:
    """Names beside points, none on another: left above the upper half, right below the lower, where no points are."""
    aside, gap = 0.05 * (table.truth.max() - table.truth.min()), 0.075 * (table.score.max() - table.score.min())
    middle = table.score.median()
    upper = points[points.score > middle].sort_values("score", ascending=False)
    lower = points[points.score <= middle].sort_values("score")
    for side, group, up in (("right", upper, 1), ("left", lower, -1)):
        last = up * float("inf")
        for word, point in group.iterrows():  # from the outside in
            beside, free = point.score + up * gap, last - up * gap
            last = min(beside, free) if up > 0 else max(beside, free)
            line = {"arrowstyle": "-", "lw": 0.6, "color": "black", "shrinkA": 0, "shrinkB": 0}
            paper = {"facecolor": "white", "pad": 0.5, "lw": 0, "alpha": 0.8}
            look = {"size": 9, "va": "center", "ha": side, "arrowprops": line, "bbox": paper, "parse_math": False}
            axes.annotate(word, (point.truth, point.score), (point.truth - up * aside, last), **look)


def top_words(answers: dict, title: str) -> None:
    """The likeliest words of a prompt: a row for each prompt, a panel for each source. Lesson 06.

    `answers` maps a prompt to a source, such as a model card, and the source to its words with their probabilities.
    A word that a source gives to one prompt only is hatched.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    sources = list(next(iter(answers.values())))
    most = max(len(words) for row in answers.values() for words in row.values())
    told = []
    with sns.axes_style("white", style.STYLE):
        size = (4 * len(sources), (0.3 * most + 0.9) * len(answers) + 0.5)
        figure, grid = plt.subplots(len(answers), len(sources), figsize=size, squeeze=False, sharex="col")
        for line, (prompt, row) in zip(grid, answers.items(), strict=True):
            for axes, source in zip(line, sources, strict=True):
                names, values = zip(*row[source], strict=True)
                others = {word for other in answers if other != prompt for word, _ in answers[other][source]}
                bars = axes.barh(range(len(names)), values, color=style.BLUE, edgecolor="black", linewidth=0.7)
                for bar, name in zip(bars, names, strict=True):
                    bar.set_hatch("" if name in others else "//")
                axes.bar_label(bars, [f"{value:.3f}" for value in values], padding=3, size=9)
                axes.set_yticks(range(len(names)), names, parse_math=False)
                axes.set_ylim(most - 0.4, -0.6)
                axes.grid(visible=False)
                axes.margins(x=0.18)
                axes.set_title(f"{source}: {prompt}", size=10, parse_math=False)
                said = ", ".join(f"{word} {value:.3f}" for word, value in row[source])
                told.append(f"{source}, {prompt} {said}")
        for axes in grid[-1]:
            axes.set_xlabel("probability")
        figure.suptitle(f"{title} (hatched: for this prompt only)")
        figure.tight_layout()
    style.show(figure, f"Bars. {title}. {'; '.join(told)}.")
