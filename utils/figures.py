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
    import matplotlib.pyplot as plt
    from IPython.display import display

    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=100, bbox_inches="tight", facecolor="white", metadata={"Software": None})
    plt.close(figure)
    source = base64.b64encode(png.getvalue()).decode()
    image = f'<img alt="{html.escape(alt)}" style="max-width: 100%" src="data:image/png;base64,{source}">'
    display({"text/html": image, "text/plain": alt}, raw=True)


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
