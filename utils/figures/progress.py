"""How far a learner is, and how a class has answered, drawn."""

from utils.figures import style


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
        look = {"cmap": sns.light_palette("mediumaquamarine", as_cmap=True), "vmin": 0, "vmax": 1, "cbar": False}
        look["annot_kws"] = {"color": "black"}  # readable on all of these colours
        sns.heatmap(table.astype(float), annot=texts, fmt="", linewidths=2, ax=axes, **look)
        for row, column in zip(*table.isna().to_numpy().nonzero(), strict=True):  # seaborn leaves these empty
            axes.text(column + 0.5, row + 0.5, texts.iat[row, column], ha="center", va="center", color="black")
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.tick_params(axis="y", rotation=0)
    told = [
        f"{name}: " + "; ".join(f"{what} {said.replace(chr(10), ', ')}" for what, said in row.items()) + "."
        for name, row in words.items()
    ]
    style.show(figure, f"Map of progress, {len(words)} lessons by {len(texts.columns)} things to do. " + " ".join(told))


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
    with sns.axes_style("white", style.STYLE):
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
        style.save(figure, file)
        return
    told = [f"{name}: {right} of {tried}" + (f", {wrong}" if wrong else "") for name, right, tried, wrong in questions]
    style.show(figure, f"Bars. {title}, right at the first try. {'; '.join(told)}.")
