"""The map of progress and the bars of a class show what they are given, readably."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from utils import figures

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


def luminance(color):
    """As WCAG 2 defines it, from 0 (black) to 1."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(color)]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def test_the_progress_map_is_small_and_says_every_field(shown):
    figures.progress_map(SHARES, WORDS)
    (picture,) = shown
    assert 2_000 < len(picture.png) < 60_000
    assert picture.text == (
        "Map of progress, 2 lessons by 4 things to do. "
        "00 Start here: read yes, 2026-01-01; quiz 6 of 12 right; exercises none; cards 0 of 9 seen. "
        "01 Loading models: read not yet; quiz 3 of 10; exercises 9 of 10; cards 7 of 10 seen."
    )


def test_the_progress_map_of_a_whole_course_is_small_too(shown):
    full = {"read": "yes\n2026-01-01", "quiz": "6 of 12 right\n14 tries, 3 hints"}
    full |= {"exercises": "3 of 7 solved\n5 tries, 2 hints", "cards": "9 of 10 seen\n3 due again"}
    shares = {f"{n:02} A lesson with a name": SHARES["01 Loading models"] for n in range(12)}
    figures.progress_map(shares, {name: full for name in shares})
    assert len(shown[0].png) < 60_000


def test_the_progress_map_has_words_in_each_field_that_can_be_read(drawn):
    (axes,) = drawn(lambda: figures.progress_map(SHARES, WORDS))
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
    (picture,) = shown
    assert 2_000 < len(picture.png) < 60_000
    assert picture.text == (
        "Bars. Lesson 01, 4 learners, right at the first try. half-the-layers: 3 of 4, 1 chose 12; "
        "costs-$5-or-$6: 2 of 2; what-is-missing: 0 of 3, 2 chose pooler.dense."
    )


def test_class_answers_of_a_long_quiz_is_small(shown):
    long = "1 chose an error that says that class and folder do not …"
    figures.class_answers([(f"a-question-number-{n}", n, 20, long) for n in range(20)], "Lesson 01")
    assert len(shown[0].png) < 60_000


def test_class_answers_draws_the_shares_and_writes_dollars_as_they_are(drawn):
    (axes,) = drawn(lambda: figures.class_answers(ANSWERS, "Lesson 01"))
    assert [bar.get_width() for bar in axes.patches] == [75, 100, 0]
    assert [text.get_text() for text in axes.texts] == ["3 of 4; 1 chose 12", "2 of 2", "0 of 3; 2 chose pooler.dense"]
    assert [label.get_text() for label in axes.get_yticklabels()] == [name for name, *_ in ANSWERS]
    assert not any(text.get_parse_math() for text in [*axes.texts, *axes.get_yticklabels()])


def test_class_answers_goes_to_a_file_if_asked(shown, tmp_path):
    figures.class_answers(ANSWERS, "Lesson 01", tmp_path / "class.png")
    assert shown == [] and plt.imread(tmp_path / "class.png").ndim == 3 and plt.get_fignums() == []
