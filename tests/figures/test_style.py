"""Figures carry alt text, are small, and do not pile up."""

import io

import matplotlib.pyplot as plt
import pytest

from utils import figures


def test_a_figure_is_shown_as_an_image_with_alt_text_and_closed(shown):
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([0, 1])
    figures.show(figure, "A line that goes up.")
    (picture,) = shown
    assert picture.text == picture.alt == "A line that goes up."
    height, width, _ = plt.imread(io.BytesIO(picture.png)).shape
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
    assert shown[0].alt == shown[0].text == alt


def test_figures_are_gathered_for_a_report_and_then_shown_again(shown):
    with figures.gathered() as page:
        figures.show(plt.figure(figsize=(1, 1)), "First")
        figures.show(plt.figure(figsize=(1, 1)), "Second")
    assert [html.split('"')[1] for html in page] == ["First", "Second"] and shown == []
    with pytest.raises(ZeroDivisionError), figures.gathered():
        _ = 1 / 0
    figures.show(plt.figure(figsize=(1, 1)), "Third")
    assert len(page) == 2 and shown[0].alt == "Third"
    assert plt.get_fignums() == []
