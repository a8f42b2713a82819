"""Figures carry alt text, are small, and do not pile up."""

import base64
import io
from html.parser import HTMLParser

import matplotlib
import numpy as np
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


SHARES = {
    "00 Start here": {"read": 1.0, "quiz": 0.5, "cards": 0.0},  # no exercises
    "01 Loading models": {"read": 0.0, "quiz": 0.3, "exercises": 0.9, "cards": 0.7},
}
WORDS = {
    "00 Start here": {"read": "yes\n2026-01-01", "quiz": "6 of 12 right", "exercises": "none", "cards": "0 of 9 seen"},
    "01 Loading models": {"read": "not yet", "quiz": "3 of 10", "exercises": "9 of 10", "cards": "7 of 10 seen"},
}
ANSWERS = [
    ("half-the-layers", 3, 4, "1 chose 12"),
    ("costs-$5-or-$6", 2, 2, ""),
    ("what-is-missing", 0, 3, "2 chose pooler.dense"),
]


def drawn(monkeypatch, draw):
    """The axes of the one figure that `draw` draws."""
    kept = []
    monkeypatch.setattr(figures, "show", lambda figure, alt: kept.append(figure))
    draw()
    (axes,) = kept[0].axes
    plt.close(kept[0])
    return axes


def luminance(color):
    """As WCAG 2 defines it, from 0 (black) to 1."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(color)]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def test_the_progress_map_is_small_and_says_every_field(shown):
    figures.progress_map(SHARES, WORDS)
    (bundle,) = shown
    assert 2_000 < len(png(bundle)) < 60_000
    assert bundle["text/plain"] == (
        "Map of progress, 2 lessons by 4 things to do. "
        "00 Start here: read yes, 2026-01-01; quiz 6 of 12 right; exercises none; cards 0 of 9 seen. "
        "01 Loading models: read not yet; quiz 3 of 10; exercises 9 of 10; cards 7 of 10 seen."
    )


def test_the_progress_map_of_a_whole_course_is_small_too(shown):
    full = {"read": "yes\n2026-01-01", "quiz": "6 of 12 right\n14 tries, 3 hints"}
    full |= {"exercises": "3 of 7 solved\n5 tries, 2 hints", "cards": "9 of 10 seen\n3 due again"}
    shares = {f"{n:02} A lesson with a name": SHARES["01 Loading models"] for n in range(12)}
    figures.progress_map(shares, {name: full for name in shares})
    assert len(png(shown[0])) < 60_000


def test_the_progress_map_has_words_in_each_field_that_can_be_read(monkeypatch):
    axes = drawn(monkeypatch, lambda: figures.progress_map(SHARES, WORDS))
    placed = {tuple(text.get_position()): text for text in axes.texts}
    for row, words in enumerate(WORDS.values()):
        for column, word in enumerate(words.values()):
            assert placed[column + 0.5, row + 0.5].get_text() == word
    (mesh,) = axes.collections
    values = mesh.get_array()
    assert values.mask.reshape(2, 4).tolist() == [[False, False, True, False], [False] * 4]
    backgrounds = [*mesh.cmap(np.linspace(0, 1, 11)), axes.get_facecolor()]
    for text in axes.texts:
        for background in backgrounds:
            light, dark = sorted((luminance(background[:3]), luminance(text.get_color())), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5
    shades = [luminance(mesh.cmap(share)[:3]) for share in (0.0, 0.5, 1.0)]
    assert shades == sorted(shades, reverse=True)  # darker is more


def test_class_answers_says_every_number(shown):
    figures.class_answers(ANSWERS, "Lesson 01, 4 learners")
    (bundle,) = shown
    assert 2_000 < len(png(bundle)) < 60_000
    assert bundle["text/plain"] == (
        "Bars. Lesson 01, 4 learners, right at the first try. half-the-layers: 3 of 4, 1 chose 12; "
        "costs-$5-or-$6: 2 of 2; what-is-missing: 0 of 3, 2 chose pooler.dense."
    )


def test_class_answers_of_a_long_quiz_is_small(shown):
    long = "1 chose an error that says that class and folder do not …"
    figures.class_answers([(f"a-question-number-{n}", n, 20, long) for n in range(20)], "Lesson 01")
    assert len(png(shown[0])) < 60_000


def test_class_answers_draws_the_shares_and_writes_dollars_as_they_are(monkeypatch):
    axes = drawn(monkeypatch, lambda: figures.class_answers(ANSWERS, "Lesson 01"))
    assert [bar.get_width() for bar in axes.patches] == [75, 100, 0]
    assert [text.get_text() for text in axes.texts] == ["3 of 4; 1 chose 12", "2 of 2", "0 of 3; 2 chose pooler.dense"]
    assert [label.get_text() for label in axes.get_yticklabels()] == [name for name, *_ in ANSWERS]
    assert not any(text.get_parse_math() for text in [*axes.texts, *axes.get_yticklabels()])


def test_class_answers_goes_to_a_file_if_asked(shown, tmp_path):
    figures.class_answers(ANSWERS, "Lesson 01", tmp_path / "class.png")
    assert shown == [] and plt.imread(tmp_path / "class.png").ndim == 3 and plt.get_fignums() == []
