"""What all figures share: one seaborn style, alt text on every one, under 60 kB each."""

import base64
import html
import io
from collections.abc import Iterator
from contextlib import contextmanager

STYLE = {"axes.grid": True, "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False}
HATCHES = ("", "//", "..", "xx")  # parts differ by hatch too: no meaning by colour alone
BLUE = "#5b9bd5"  # the darkest shade of a field: black text can be read on it
LINES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D")


_pages: list[list[str]] = []  # where figures go instead of the notebook, the newest page last


def show(figure, alt: str) -> None:
    """Display a matplotlib figure as an image with alt text, and close it. Lesson 01.

    Why not `plt.show()`: JupyterLab gives a plain PNG output no alt text, so a screen reader finds nothing.
    Raises ValueError when `alt` is empty.
    """
    from IPython.display import display

    shown = image(figure, alt)
    if _pages:
        _pages[-1].append(shown)
    else:
        display({"text/html": shown, "text/plain": alt}, raw=True)


@contextmanager
def gathered() -> Iterator[list[str]]:
    """A list that gets the HTML of each figure inside the `with` block, which is then not displayed: for a report."""
    _pages.append([])
    try:
        yield _pages[-1]
    finally:
        _pages.pop()


def image(figure, alt: str) -> str:
    """A matplotlib figure as an HTML image with alt text, and close it. Raises ValueError when `alt` is empty."""
    if not alt.strip():
        raise ValueError("The figure needs alt text: one or two sentences that say what it shows.")
    png = io.BytesIO()
    save(figure, png)
    source = base64.b64encode(png.getvalue()).decode()
    return f'<img alt="{html.escape(alt)}" style="max-width: 100%" src="data:image/png;base64,{source}">'


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
