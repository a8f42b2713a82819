"""Figures carry alt text, are small, and do not pile up."""

import base64
import io
from html.parser import HTMLParser

import matplotlib
import pytest

from utils import figures

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

SIZES = {
    "roberta-base": {"embeddings": 39_000_576, "layers": 85_054_464, "pooler": 590_592, "head": 0},
    "distilbert-base-uncased": {"embeddings": 23_835_648, "layers": 42_527_232, "pooler": 0, "head": 0},
}


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """What was displayed: MIME bundles."""
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def image(bundle: dict) -> dict[str, str]:
    """The attributes of the one tag of a bundle's HTML, as a browser reads them."""
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
    parser.feed(bundle["text/html"])
    ((tag, attributes),) = tags
    assert tag == "img"
    return attributes


def png(bundle: dict) -> bytes:
    return base64.b64decode(image(bundle)["src"].removeprefix("data:image/png;base64,"))


def test_a_figure_is_shown_as_an_image_with_alt_text_and_closed(shown):
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([0, 1])
    figures.show(figure, "A line that goes up.")
    (bundle,) = shown
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == image(bundle)["alt"] == "A line that goes up."
    height, width, _ = plt.imread(io.BytesIO(png(bundle))).shape
    assert (width, height) == pytest.approx((200, 100), rel=0.3)  # 100 dots an inch, cut to the content
    assert plt.get_fignums() == []


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_alt_text_is_refused(alt, shown):
    figure = plt.figure()
    with pytest.raises(ValueError, match="needs alt text"):
        figures.show(figure, alt)
    plt.close(figure)
    assert shown == []


def test_quotes_and_tags_in_the_alt_text_stay_text(shown):
    alt = """The word "good" > 'bad' & <b>nothing</b>"""
    figures.show(plt.figure(figsize=(1, 1)), alt)
    assert image(shown[0])["alt"] == alt
    assert shown[0]["text/plain"] == alt


def test_the_same_figure_twice_has_the_same_bytes(shown):
    for _ in range(2):
        figures.part_bars(SIZES, "Where the parameters sit")
    assert png(shown[0]) == png(shown[1])


def test_part_bars_is_small_and_says_every_number(shown):
    figures.part_bars(SIZES, "Where the parameters sit")
    (bundle,) = shown
    assert 2_000 < len(png(bundle)) < 60_000
    told = [
        f"{name}: " + ", ".join(f"{part} {number / 1e6:.1f}" for part, number in sizes.items() if number)
        for name, sizes in SIZES.items()
    ]
    assert bundle["text/plain"] == (
        f"Stacked bars. Where the parameters sit, in million parameters. {'; '.join(told)}."
    )


def test_part_bars_draws_the_widths_it_is_given(monkeypatch):
    drawn = []
    monkeypatch.setattr(figures, "show", lambda figure, alt: drawn.append(figure))
    figures.part_bars(SIZES, "Where the parameters sit")
    (axes,) = drawn[0].axes
    widths = [[round(bar.get_width() * 1e6) for bar in container] for container in axes.containers[:3]]
    assert widths == [[sizes[part] for sizes in SIZES.values()] for part in ("embeddings", "layers", "pooler")]
    hatches = {container[0].get_hatch() for container in axes.containers[:3]}
    assert len(hatches) == 3  # parts can be told apart without colour
    texts = {text.get_text() for text in axes.texts} - {""}
    assert texts == {"39.0", "85.1", "23.8", "42.5", "124.6", "66.4"}  # the parts that have room, and the totals
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["embeddings", "layers", "pooler"]
    plt.close(drawn[0])
