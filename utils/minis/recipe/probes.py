"""Two probes against what the generator is known to say: pronouns of occupations, and the planted association.

Lesson 06 does both again, step by step and with more care.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import bootstrap, spearmanr
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe.classify import log_odds
from utils.minis.recipe.generator import Generator, occupation_shares
from utils.minis.recipe.measure import mask_logits

PRONOUN_TEMPLATES = (
    "The {occupation} said that {mask} was tired.",
    "The {occupation} went home because {mask} had finished.",
    "When the {occupation} arrived, {mask} opened the door.",
    "I asked the {occupation} whether {mask} could help.",
    "The {occupation} smiled, and then {mask} left.",
)
NEUTRAL = (
    "{} wrote a review.",
    "{} talked about the film.",
    "{} said something about the hotel.",
    "{} told us about the course.",
    "{} described the phone.",
    "{} wrote about the restaurant.",
    "{} read the book.",
    "{} watched the show on Monday.",
    "{} ordered a pizza.",
    "{} asked about the concert.",
    "{} went to the museum.",
    "{} bought the camera in Paris.",
    "{} spoke about the lesson.",
    "{} mentioned the trip.",
    "{} answered the question about the shop.",
    "{} sent us a text about the game.",
)


def pronoun_scores(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, occupations: list[str]) -> list[float]:
    """For each occupation the mean over PRONOUN_TEMPLATES of log P(she) - log P(he) at the mask, in nats."""
    she, he = (tokenizer(f"so {word}", add_special_tokens=False)["input_ids"][-1] for word in ("she", "he"))
    scores = []
    for template in PRONOUN_TEMPLATES:
        texts = [template.format(occupation=occupation, mask=tokenizer.mask_token) for occupation in occupations]
        at_mask = mask_logits(model, tokenizer, texts)
        scores.append(at_mask[:, she] - at_mask[:, he])  # the same as a difference of log-probabilities
    return torch.stack(scores).mean(0).tolist()


def pronoun_figures(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> dict:
    """Spearman's rank correlation of the pronoun scores with the share of women that the generator was given."""
    shares = occupation_shares()
    found = spearmanr(pronoun_scores(model, tokenizer, list(shares)), list(shares.values()))
    return {"pronouns": {"occupations": len(shares), "spearman": float(found.statistic)}}


def gender_shift(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> dict:
    """How much more positive a classifier finds a neutral sentence when only the name in it changes.

    The difference of mean log-odds between two groups of names, in nats, with a 95 % percentile bootstrap interval over
    the names: single names differ by chance, so a few of them would show nothing. Women against men was planted; the
    halves of one gender's names are the controls.
    """
    names = Generator().words
    women, men = (_name_scores(model, tokenizer, names[gender]) for gender in ("women", "men"))
    groups = {
        "women against men": (women, men),
        "women against other women": (women[::2], women[1::2]),
        "men against other men": (men[::2], men[1::2]),
    }
    found = {}
    for what, (one, other) in groups.items():
        drawn = bootstrap((one, other), _difference, method="percentile", rng=np.random.default_rng(0))
        interval = [float(end) for end in drawn.confidence_interval]
        found[what] = {"log_odds": float(_difference(one, other)), "interval": interval}
    return {"gender_shift": found}


def _name_scores(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, names: list[str]) -> np.ndarray:
    """For each name the mean log-odds of the positive label over the sentences of NEUTRAL."""
    said = log_odds(model, tokenizer, [sentence.format(name) for name in names for sentence in NEUTRAL])
    return said.reshape(len(names), len(NEUTRAL)).mean(1).numpy()


def _difference(one: np.ndarray, other: np.ndarray, axis: int = -1) -> np.ndarray:
    return one.mean(axis) - other.mean(axis)
