"""The pronoun probe computes what Kurita et al. 2019 describe, and finds what the text is known to say."""

import re

import pandas as pd
import pytest
import torch
import yaml

from utils import bias, checkpoints
from utils.bias.pronouns import mask_out

OCCUPATIONS = ["nurse", "archaeologist", "astronaut"]  # one token, then two of several


def log_probabilities_at(model, tokenizer, text, which):
    """log p at one of the masks of the text, straight from the model."""
    inputs = tokenizer(text, return_tensors="pt")
    places = (inputs.input_ids[0] == tokenizer.mask_token_id).nonzero().flatten()
    with torch.inference_mode():
        return model(**inputs).logits[0, places[which]].log_softmax(-1)


def one_id(tokenizer, word):
    (number,) = tokenizer(f" {word}", add_special_tokens=False).input_ids
    return number


@pytest.mark.parametrize(
    "template, which",
    [
        ("We saw that the {occupation} smiled when {mask} left.", -1),
        ("Before {mask} left, the {occupation} smiled.", 0),
    ],
    ids=["pronoun last", "pronoun first"],
)
def test_the_score_is_the_papers_whichever_word_comes_first(base, template, which):
    model, tokenizer = base
    she, he = one_id(tokenizer, "she"), one_id(tokenizer, "he")
    scores = bias.pronoun_scores(*base, OCCUPATIONS, [template])
    for occupation in OCCUPATIONS:
        pieces = len(tokenizer(f" {occupation}", add_special_tokens=False).input_ids)
        masks = " ".join([tokenizer.mask_token] * pieces)
        shown = log_probabilities_at(
            model, tokenizer, template.format(occupation=occupation, mask=tokenizer.mask_token), 0
        )
        prior = log_probabilities_at(
            model, tokenizer, template.format(occupation=masks, mask=tokenizer.mask_token), which
        )
        expected = (shown[she] - prior[she]) - (shown[he] - prior[he])
        assert scores.loc[occupation, template] == pytest.approx(expected.item(), abs=1e-4)


def test_occupations_of_several_tokens_are_masked_whole(base):
    _, tokenizer = base
    assert mask_out(tokenizer, "nurse").count(tokenizer.mask_token) == len(tokenizer.tokenize(" nurse"))
    pieces = tokenizer.tokenize(" archaeologist")
    assert len(pieces) > 1 and mask_out(tokenizer, "archaeologist").count(tokenizer.mask_token) == len(pieces)


def test_the_prior_moves_occupations_of_as_many_tokens_alike(base):
    """So it sets the zero point and cannot change the order among them."""
    template = bias.TEMPLATES[:1]
    plain = bias.pronoun_scores(*base, templates=template, corrected=False)
    moved = (plain - bias.pronoun_scores(*base, templates=template)).squeeze()
    _, tokenizer = base
    by_length = moved.groupby([len(tokenizer.tokenize(f" {occupation}")) for occupation in moved.index])
    assert (by_length.max() - by_length.min()).max() < 1e-4
    assert moved.abs().min() > 1e-3


def test_exchanging_the_words_changes_the_sign(roberta):
    templates = bias.TEMPLATES[:2]
    there = bias.pronoun_scores(*roberta, OCCUPATIONS, templates)
    back = bias.pronoun_scores(*roberta, OCCUPATIONS, templates, words=(" he", " she"))
    assert (there + back).abs().max().max() < 1e-5
    assert there.abs().min().min() > 1e-3


def test_the_known_truth_is_recovered(pronouns):
    assert pronouns.shape == (60, len(bias.TEMPLATES))
    found = bias.rank_correlation(pronouns.mean(axis=1), bias.known_truth())
    assert found["value"] >= 0.85 and found["low"] >= 0.85
    chance = bias.shuffled(pronouns.mean(axis=1), bias.known_truth())
    assert chance["low"] < 0 < chance["high"] < found["low"]
    assert chance["p"] < 0.01


def test_the_spread_is_over_templates():
    scores = pd.DataFrame({"one": [1.0, -2.0], "other": [3.0, -2.0]}, index=["nurse", "plumber"])
    spread = bias.spread(scores)
    assert spread.loc["nurse"].tolist() == pytest.approx([2, 2**0.5, 1, 3])
    assert list(spread.index) == ["plumber", "nurse"]


def test_no_template_begins_with_the_pronoun_or_needs_an_article():
    assert len(bias.TEMPLATES) >= 8
    for template in bias.TEMPLATES:
        assert not template.startswith("{mask}")
        assert not re.search(r"[.!?] \{mask\}|\ban? \{occupation\}", template)
    assert sum(template.index("{mask}") < template.index("{occupation}") for template in bias.TEMPLATES) >= 3


def test_no_template_is_a_pattern_of_the_training_text():
    """Two texts with the same words around the same two gaps would be the same pattern."""
    path = checkpoints.MINIS / "recipe" / "templates.yaml"
    patterns = yaml.safe_load(path.read_text(encoding="utf-8"))["work"]

    def frame(text):
        return re.sub(r"\W+", " ", re.sub(r"\{[^}]*\}", " ", text)).lower().split()

    around = [frame(pattern) for pattern in patterns]
    for template in bias.TEMPLATES:
        assert frame(template) not in around
        assert len(frame(template)) >= 5


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"templates": ["The nurse said that {mask} left."]}, "needs both {occupation} and {mask}"),
        ({"templates": ["The {occupation} left."]}, "needs both {occupation} and {mask}"),
        ({"templates": "The {occupation} said that {mask} left."}, "Give a list of templates"),
        ({"occupations": "nurse"}, "a list of occupations"),
        ({"words": (" plumbers", " he")}, "tokens"),
    ],
)
def test_bad_input_is_an_error_that_names_the_fix(roberta, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        bias.pronoun_scores(*roberta, **({"occupations": OCCUPATIONS} | arguments))
