"""The negative control asks about words that have nothing to do with gender, and comes out near zero."""

import pytest

from utils import bias

PAIRS = [pair for pairs in bias.NEUTRAL.values() for pair in pairs]


def test_the_pairs_are_fixed_before_anything_is_measured():
    words = [word for pair in PAIRS for word in pair]
    assert len(PAIRS) >= 30
    assert len(set(words)) == len(words)
    assert [pair for pair in PAIRS if list(pair) != sorted(pair)] == []
    assert not {"she", "he", "woman", "man", "girl", "boy"} & set(words)


def test_a_pairs_score_is_the_mean_over_its_two_sentences(roberta):
    templates, (pair, *_) = next(iter(bias.NEUTRAL.items()))
    words = tuple(f" {word}" for word in pair)
    occupations = ["nurse", "plumber"]
    expected = bias.pronoun_scores(*roberta, occupations, templates, words).mean(axis=1)
    found = bias.neutral_scores(*roberta, occupations)
    assert found.shape == (2, len(PAIRS))
    assert found[" / ".join(pair)].tolist() == pytest.approx(expected.tolist(), abs=1e-4)


def test_over_many_neutral_pairs_nothing_is_found(base, pronouns):
    truth = bias.known_truth()
    neutral = bias.slopes(bias.neutral_scores(*base), truth)
    control = bias.mean_interval(neutral)
    assert control["low"] < 0 < control["high"]
    assert control["n"] == len(PAIRS)
    she_he = bias.slope(pronouns.mean(axis=1), truth)
    assert she_he["low"] > 2 * neutral.abs().max()
