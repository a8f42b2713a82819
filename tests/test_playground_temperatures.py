"""The temperature: what comes of a change, and of bad input. Also runs on ipywidgets 7.7.1, as on Colab."""

import json
import math
import re

import numpy as np
import pytest
from number_pages import heard, send, words

from utils import playground
from utils.playground import temperatures

LOGITS = np.log([0.5, 0.25, 0.13, 0.06, 0.06])
WORDS = ["tea", "<milk>", "ink", "oil", "sand"]


@pytest.fixture
def shown():
    return temperatures.Temperatures(LOGITS, WORDS, top=3)


def at(shown, temperature):
    return send(shown, {"temperature": temperature})


def test_temperature_one_is_softmax_and_two_takes_square_roots(shown):
    assert [p for _, p in shown.rows(1)] == pytest.approx([0.5, 0.25, 0.13, 0.12])
    roots = np.sqrt([0.5, 0.25, 0.13, 0.06, 0.06])
    assert shown.probabilities(2) == pytest.approx(roots / roots.sum())


def test_the_page_shows_each_word_its_number_and_what_is_left(shown):
    page = at(shown, "1")
    assert heard(page).startswith("temperature 1: tea 0.50, <milk> 0.25, ink 0.13, 2 others 0.12. Entropy 1.30 nats")
    assert "tea 0.500" in words(page) and "<milk> 0.250" in words(page) and "<milk>" not in page
    softer = at(shown, "2")
    assert "tea 0.344 0.500 at temperature 1" in words(softer)


def test_entropy_goes_from_nothing_to_the_logarithm_of_the_vocabulary(shown):
    entropies = [shown.entropy(t) for t in (temperatures.LOWEST, 0.5, 1, 2, 10, temperatures.HIGHEST)]
    assert entropies == sorted(entropies)
    assert entropies[0] == pytest.approx(0, abs=1e-4) and entropies[-1] == pytest.approx(math.log(5), abs=1e-3)


def test_the_buttons_move_the_temperature_and_the_field(shown):
    for act, (_, value) in temperatures.PRESETS.items():
        page = send(shown, {"temperature": 3}, act)
        assert json.loads(re.search(r'data-numbers="(.*?)"', page)[1].replace("&quot;", '"')) == {"temperature": value}


@pytest.mark.parametrize("typed", ["", "0", "-1", "much", "nan", "inf", "0.01", "101"])
def test_what_is_no_temperature_is_said_and_the_last_one_stays(shown, typed):
    at(shown, "4")
    page = at(shown, typed)
    assert heard(page).startswith("“Temperature” is ") and "from 0.05 to 100" in heard(page)
    assert "still at 4." in heard(page) and shown.at == 4


def test_without_a_kernel_three_temperatures_can_be_read(shown):
    for value in ("1", "2", "10"):
        assert re.search(rf"Temperature {value}: tea 0\.\d\d, ", shown.text())
    assert "&lt;milk&gt;" in shown.reading()


def test_huge_logits_and_a_whole_vocabulary_are_no_trouble():
    shown = temperatures.Temperatures(np.array([1e4, 0.0, -1e4]), ["a", "b", "c"])
    assert [p for _, p in shown.rows(temperatures.LOWEST)] == [1, 0, 0]
    assert "others" not in shown.text()


@pytest.mark.parametrize("logits, names", [([[1, 2]], WORDS[:2]), ([1, 2, 3], WORDS[:2]), ([1], ["a"])])
def test_other_shapes_are_refused(logits, names):
    with pytest.raises(ValueError, match="Give the logits of one position"):
        playground.temperature(logits, names)


def test_a_tensor_with_gradient_is_taken(capsys):
    import torch

    playground.temperature(torch.tensor(LOGITS, requires_grad=True), WORDS)
