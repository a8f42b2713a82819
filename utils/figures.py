"""The course's figures: one seaborn style, alt text on every one, under 60 kB each."""

import base64
import html
import io

STYLE = {"axes.grid": True, "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False}
HATCHES = ("", "//", "..", "xx")  # parts differ by hatch too: no meaning by colour alone


def show(figure, alt: str) -> None:
    """Display a matplotlib figure as an image with alt text, and close it. Lesson 01.

    Why not `plt.show()`: JupyterLab gives a plain PNG output no alt text, so a screen reader finds nothing.
    Raises ValueError when `alt` is empty.
    """
    if not alt.strip():
        raise ValueError("The figure needs alt text: one or two sentences that say what it shows.")
    from IPython.display import display

    png = io.BytesIO()
    save(figure, png)
    source = base64.b64encode(png.getvalue()).decode()
    image = f'<img alt="{html.escape(alt)}" style="max-width: 100%" src="data:image/png;base64,{source}">'
    display({"text/html": image, "text/plain": alt}, raw=True)


def save(figure, file) -> None:
    """Write a matplotlib figure to `file`, a path or a binary stream, as the PNG that `show` shows, and close it.

    With a palette of 128 colours it takes about a third of the space, which a map full of words needs.
    """
    import matplotlib.pyplot as plt
    from PIL import Image

    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=100, bbox_inches="tight", facecolor="white")
    plt.close(figure)
    Image.open(png).convert("RGB").quantize(128).save(file, "png", optimize=True)


def part_bars(sizes: dict[str, dict[str, int]], title: str) -> None:
    """One bar a model, stacked by part: where the parameters sit. Lesson 01.

    `sizes` maps a model's name to `anatomy.parts(model)`. The bars are drawn in millions of parameters, each part
    with its number written in it.
    """
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    table = pd.DataFrame(sizes).T / 1e6
    table = table.loc[:, table.sum() > 0]
    with sns.axes_style("white", STYLE), sns.color_palette("colorblind"):
        figure, axes = plt.subplots(figsize=(8, 0.7 * len(table) + 1.2))
        table.plot.barh(stacked=True, ax=axes, edgecolor="white", width=0.75)
        for container, hatch in zip(axes.containers, HATCHES, strict=False):
            wide = [bar.get_width() > 0.08 * table.sum(axis=1).max() for bar in container]
            labels = [f"{bar.get_width():.1f}" if fits else "" for bar, fits in zip(container, wide, strict=True)]
            axes.bar_label(container, labels, label_type="center", bbox={"facecolor": "white", "pad": 1.5, "lw": 0})
            for bar in container:
                bar.set_hatch(hatch)
        for row, total in enumerate(table.sum(axis=1)):
            axes.annotate(f"{total:.1f}", (total, row), (4, 0), textcoords="offset points", va="center", weight="bold")
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel="million parameters")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=len(table.columns), frameon=False)
    rows = []
    for name, row in table.iterrows():
        rows.append(f"{name}: " + ", ".join(f"{part} {value:.1f}" for part, value in row.items() if value))
    show(figure, f"Stacked bars. {title}, in million parameters. " + "; ".join(rows) + ".")


def progress_map(shares: dict[str, dict[str, float]], words: dict[str, dict[str, str]]) -> None:
    """A map of lessons by what there is to do in them: how far a learner is. Lesson 00.

    `shares` maps a lesson's name to the share that is done of each thing, from 0 to 1, and leaves out what the lesson
    does not have. `words` stand in the fields. The darker a field, the more of it is done.
    """
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    texts = pd.DataFrame.from_dict(words, orient="index")
    table = pd.DataFrame.from_dict(shares, orient="index").reindex(index=texts.index, columns=texts.columns)
    with sns.axes_style("white"):
        figure, axes = plt.subplots(figsize=(8.5, 0.5 * len(table) + 0.5))
        axes.set_facecolor("whitesmoke")  # where a lesson has none
        style = {"cmap": sns.light_palette("mediumaquamarine", as_cmap=True), "vmin": 0, "vmax": 1, "cbar": False}
        style["annot_kws"] = {"color": "black"}  # readable on all of these colours
        sns.heatmap(table.astype(float), annot=texts, fmt="", linewidths=2, ax=axes, **style)
        for row, column in zip(*table.isna().to_numpy().nonzero(), strict=True):  # seaborn leaves these empty
            axes.text(column + 0.5, row + 0.5, texts.iat[row, column], ha="center", va="center", color="black")
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.tick_params(axis="y", rotation=0)
    told = [
        f"{name}: " + "; ".join(f"{what} {said.replace(chr(10), ', ')}" for what, said in row.items()) + "."
        for name, row in words.items()
    ]
    show(figure, f"Map of progress, {len(words)} lessons by {len(texts.columns)} things to do. " + " ".join(told))


def class_answers(questions: list[tuple[str, int, int, str]], title: str, file=None) -> None:
    """One bar a question: how much of a class was right at the first try, and what most others chose. Lesson 00.

    `questions` are (question, learners right at once, learners who tried, what most of the others chose). The figure
    goes to `file`, a path, or is shown where there is none.
    """
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    table = pd.DataFrame(questions, columns=["question", "right", "tried", "wrong"])
    table["percent"] = 100 * table["right"] / table["tried"]
    with sns.axes_style("white", STYLE):
        figure, axes = plt.subplots(figsize=(9, 0.45 * len(table) + 1.2))
        sns.barplot(table, x="percent", y="question", color=sns.color_palette("colorblind")[0], ax=axes)
        for row, (_, right, tried, wrong, percent) in enumerate(table.itertuples(index=False)):
            text = f"{right} of {tried}" + (f"; {wrong}" if wrong else "")
            place = {"xytext": (4, 0), "textcoords": "offset points", "va": "center"}
            axes.annotate(
                text, (percent, row), **place, parse_math=False, bbox={"facecolor": "white", "pad": 1, "lw": 0}
            )
        for label in axes.get_yticklabels():
            label.set_parse_math(False)  # a dollar is a dollar
        axes.set(title=title, xlabel="right at the first try, in percent", ylabel="", xlim=(0, 100))
        axes.grid(axis="y", visible=False)
    if file:
        save(figure, file)
        return
    told = [f"{name}: {right} of {tried}" + (f", {wrong}" if wrong else "") for name, right, tried, wrong in questions]
    show(figure, f"Bars. {title}, right at the first try. {'; '.join(told)}.")
