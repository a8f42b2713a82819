"""Where the parameters of models sit, drawn."""

from utils.figures import style


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
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, axes = plt.subplots(figsize=(8, 0.7 * len(table) + 1.2))
        table.plot.barh(stacked=True, ax=axes, edgecolor="white", width=0.75)
        for container, hatch in zip(axes.containers, style.HATCHES, strict=False):
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
    style.show(figure, f"Stacked bars. {title}, in million parameters. " + "; ".join(rows) + ".")
