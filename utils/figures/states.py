"""What is inside a model, drawn: attention, agreement of layers, maps of sentences, probes. Lesson 03."""

from utils.figures import style


def attention_map(weights, tokens: list[str], title: str) -> None:
    """One attention head as a map: each row says how much of each token goes into that row's vector. Lesson 03.

    `weights` is (tokens, tokens), and each row sums to 1. The largest weight of each row is written in its field.
    """
    import matplotlib.pyplot as plt
    import numpy as np
    import seaborn as sns

    weights = np.asarray(weights)
    with sns.axes_style("white"):
        figure, axes = plt.subplots(figsize=(0.42 * len(tokens) + 2, 0.36 * len(tokens) + 1.4))
        sns.heatmap(
            weights,
            vmin=0,
            vmax=1,
            cmap=sns.light_palette(style.BLUE, as_cmap=True),
            linewidths=0.5,
            ax=axes,
            cbar_kws={"label": "weight"},
        )
        for row, column in enumerate(weights.argmax(axis=1)):
            field = (column + 0.5, row + 0.5, f"{weights[row, column]:.1f}")
            axes.text(*field, ha="center", va="center", fontsize=8)
        places = np.arange(len(tokens)) + 0.5
        axes.set_xticks(places, tokens, rotation=90, parse_math=False)
        axes.set_yticks(places, tokens, rotation=0, parse_math=False)
        axes.set(title=title, xlabel="takes from this token", ylabel="the vector of this token")
    told = [f"{tokens[row]} from {tokens[column]} {weights[row, column]:.1f}" for row, column in _largest(weights)]
    style.show(figure, f"Attention map. {title}. Largest weight of each token: {', '.join(told)}.")


def layer_agreement(table, title: str) -> None:
    """How much each student layer (rows) agrees with each teacher layer (columns), from 0 to 1. Lesson 03.

    `table` is a pandas table of numbers. The highest of each row, the nearest teacher layer, has a frame.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    values = table.to_numpy()
    with sns.axes_style("white"):
        figure, axes = plt.subplots(figsize=(0.85 * values.shape[1] + 2.6, 0.6 * values.shape[0] + 1.2))
        look = {
            "vmin": 0,
            "vmax": 1,
            "cmap": sns.light_palette(style.BLUE, as_cmap=True),
            "linewidths": 2,
            "cbar_kws": {"label": "agreement"},
            "annot_kws": {"color": "black"},
        }
        sns.heatmap(table, annot=True, fmt=".2f", ax=axes, **look)
        for row, column in _largest(values):
            axes.add_patch(
                plt.Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, fill=False, edgecolor="black", lw=2.5)
            )
        axes.set(title=title, xlabel="layer of the teacher", ylabel="layer of the student")
        axes.tick_params(length=0, rotation=0)
    told = [
        f"student {table.index[row]}: "
        + ", ".join(f"{value:.2f}" for value in values[row])
        + f", nearest teacher {table.columns[column]}"
        for row, column in _largest(values)
    ]
    columns = ", ".join(map(str, table.columns))
    style.show(
        figure, f"Heatmap with a frame at the highest of each row. {title}. Teacher {columns}. {'; '.join(told)}."
    )


def sentence_maps(maps: dict, groups, title: str) -> None:
    """Texts as points in the plane, one map a layer: a mark and a colour for each group. Lesson 03.

    `maps` gives each map's heading its points, (texts, 2). `groups` names the group of each text. The cross of a
    group is its mean.
    """
    import matplotlib.pyplot as plt
    import numpy as np
    import seaborn as sns

    groups = np.asarray(groups)
    names = list(dict.fromkeys(sorted(groups)))
    told = []
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, row = plt.subplots(1, len(maps), figsize=(3 * len(maps), 3.2), squeeze=False)
        for axes, (heading, points) in zip(row[0], maps.items(), strict=True):
            means = {name: np.asarray(points)[groups == name].mean(axis=0) for name in names}
            for name, marker, color in zip(names, style.MARKERS, sns.color_palette(), strict=False):
                x, y = np.asarray(points)[groups == name].T
                axes.scatter(x, y, s=9, marker=marker, color=color, alpha=0.45, linewidths=0, label=name)
                axes.scatter(*means[name], s=120, marker="X", color=color, edgecolors="black", zorder=3)
            axes.set(title=heading, xticks=[], yticks=[], xlabel="first direction", ylabel="second direction")
            rounded = {name: np.round(mean, 1) + 0.0 for name, mean in means.items()}  # no minus before a zero
            told.append(f"{heading}: " + ", ".join(f"mean of {n} at {x:.1f}, {y:.1f}" for n, (x, y) in rounded.items()))
        figure.suptitle(title, y=1.02)
        handles, labels = row[0][0].get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="upper center",
            bbox_to_anchor=(0.5, 0.02),
            ncols=len(names),
            frameon=False,
            markerscale=2.5,
        )
    style.show(figure, f"Maps of {len(groups)} texts. {title}. {'; '.join(told)}.")


def probe_lines(scores: dict[str, list[float]], title: str, level: dict[str, float] | None = None) -> None:
    """A line for each set of probes: what can be read out of each layer. Lesson 03.

    `scores` gives each line's name a number for each layer, from 0 (embeddings) on. `level` gives a name and the
    height of lines that have no layers, such as a baseline.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, axes = plt.subplots(figsize=(7, 3.4))
        for (name, values), line, marker in zip(scores.items(), style.LINES, style.MARKERS, strict=False):
            axes.plot(range(len(values)), values, linestyle=line, marker=marker, label=name)
        for name, value in (level or {}).items():
            axes.axhline(value, color="black", linewidth=1, linestyle=(0, (6, 3)), label=name)
        axes.set(title=title, xlabel="layer (0: embeddings)", ylabel="balanced accuracy")
        axes.set_xticks(range(max(map(len, scores.values()))))
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    told = [f"{name}: " + ", ".join(f"{value:.2f}" for value in values) for name, values in scores.items()]
    told += [f"{name}: {value:.2f}" for name, value in (level or {}).items()]
    style.show(figure, f"Lines. {title}, balanced accuracy by layer from 0. {'; '.join(told)}.")


def _largest(values) -> list[tuple[int, int]]:
    """(row, column) of the largest number of each row."""
    return list(enumerate(values.argmax(axis=1)))
