"""What the tests of figures look at: the picture as it is shown, or the axes before that."""

import base64
from html.parser import HTMLParser

import matplotlib
import pytest

matplotlib.use("agg")


class Picture:
    """One displayed figure: its text, and the alt text and PNG of its HTML as a browser reads them."""

    def __init__(self, bundle: dict):
        tags = []
        parser = HTMLParser()
        parser.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
        parser.feed(bundle["text/html"])
        ((tag, attributes),) = tags
        assert tag == "img" and set(bundle) == {"text/html", "text/plain"}
        self.text, self.alt = bundle["text/plain"], attributes["alt"]
        self.png = base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,"))


@pytest.fixture
def shown(monkeypatch) -> list[Picture]:
    """The pictures that a test has displayed."""
    pictures = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: pictures.append(Picture(bundle)))
    return pictures


@pytest.fixture
def tells(shown):
    """`tells(draw, text)`: the function `draw` shows one small picture, whose text and alt text are `text`."""

    def check(draw, text: str) -> None:
        draw()
        (picture,) = shown
        assert 2_000 < len(picture.png) < 60_000
        assert picture.text == picture.alt == text

    return check


@pytest.fixture
def drawn(monkeypatch):
    """`drawn(draw)`: the axes of the one figure that the function `draw` draws."""
    import matplotlib.pyplot as plt

    from utils.figures import style

    kept = []
    monkeypatch.setattr(style, "show", lambda figure, alt: kept.append(figure))

    def axes(draw) -> list:
        draw()
        figure = kept.pop()
        plt.close(figure)
        return figure.axes

    return axes
