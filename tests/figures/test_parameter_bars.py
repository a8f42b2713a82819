"""The bars of lesson 01 show the counts that they are given."""

from utils import figures

SIZES = {
    "roberta-base": {"embeddings": 39_000_576, "layers": 85_054_464, "pooler": 590_592, "head": 0},
    "distilbert-base-uncased": {"embeddings": 23_835_648, "layers": 42_527_232, "pooler": 0, "head": 0},
}


def test_part_bars_is_small_and_says_every_number(shown):
    figures.part_bars(SIZES, "Where the parameters sit")
    (picture,) = shown
    assert 2_000 < len(picture.png) < 60_000
    told = [
        f"{name}: " + ", ".join(f"{part} {number / 1e6:.1f}" for part, number in sizes.items() if number)
        for name, sizes in SIZES.items()
    ]
    assert picture.text == (f"Stacked bars. Where the parameters sit, in million parameters. {'; '.join(told)}.")


def test_part_bars_draws_the_widths_it_is_given(drawn):
    (axes,) = drawn(lambda: figures.part_bars(SIZES, "Where the parameters sit"))
    widths = [[round(bar.get_width() * 1e6) for bar in container] for container in axes.containers[:3]]
    assert widths == [[sizes[part] for sizes in SIZES.values()] for part in ("embeddings", "layers", "pooler")]
    hatches = {container[0].get_hatch() for container in axes.containers[:3]}
    assert len(hatches) == 3  # parts can be told apart without colour
    texts = {text.get_text() for text in axes.texts} - {""}
    assert texts == {"39.0", "85.1", "23.8", "42.5", "124.6", "66.4"}  # the parts that have room, and the totals
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["embeddings", "layers", "pooler"]


def test_the_same_figure_twice_has_the_same_bytes(shown):
    for _ in range(2):
        figures.part_bars(SIZES, "Where the parameters sit")
    assert shown[0].png == shown[1].png
