"""Two probes against what the generator is known to say: pronouns of occupations, and the planted association.

Lesson 06 does both again, step by step and with more care.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import bootstrap, spearmanr
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe.architectures import hidden_states, vocabulary_logits
from utils.minis.recipe.classify import logits
from utils.minis.recipe.generator import occupation_shares

PRONOUN_TEMPLATES = (
    "The {occupation} said that {mask} was tired.",
    "The {occupation} went home because {mask} had finished.",
    "When the {occupation} arrived, {mask} opened the door.",
    "I asked the {occupation} whether {mask} could help.",
    "The {occupation} smiled, and then {mask} left.",
)
PEOPLE = {  # (one, other) of each pair; the two controls change the person and keep the gender
    "women against men": [("She", "He"), ("This woman", "This man"), ("Anna", "Peter"), ("Maria", "Thomas")],
    "women against women": [("Anna", "Maria"), ("Laura", "Emma")],
    "men against men": [("Peter", "Thomas"), ("Paul", "David")],
}
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


@torch.no_grad()
def pronoun_scores(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, occupations: list[str]) -> list[float]:
    """For each occupation the mean over PRONOUN_TEMPLATES of log P(she) - log P(he) at the mask, in nats."""
    model.eval()
    she, he = (tokenizer(f"so {word}", add_special_tokens=False)["input_ids"][-1] for word in ("she", "he"))
    scores = []
    for template in PRONOUN_TEMPLATES:
        texts = [template.format(occupation=occupation, mask=tokenizer.mask_token) for occupation in occupations]
        inputs = tokenizer(texts, padding=True, return_tensors="pt")
        hidden = hidden_states(model, inputs["input_ids"], inputs["attention_mask"])
        at_mask = vocabulary_logits(model, hidden[inputs["input_ids"] == tokenizer.mask_token_id])
        scores.append(at_mask[:, she] - at_mask[:, he])  # the same as a difference of log-probabilities
    return torch.stack(scores).mean(0).tolist()


def pronoun_figures(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> dict:
    """Spearman's rank correlation of the pronoun scores with the share of women that the generator was given."""
    shares = occupation_shares()
    found = spearmanr(pronoun_scores(model, tokenizer, list(shares)), list(shares.values()))
    return {"pronouns": {"occupations": len(shares), "spearman": float(found.statistic)}}


def gender_shift(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> dict:
    """How much more positive a classifier finds a neutral sentence when only the person in it changes.

    The mean difference of log-odds between one person and the other, in nats, with a 95 % percentile bootstrap
    interval over the sentences of NEUTRAL. The first of PEOPLE was planted; the other two are controls.
    """
    found = {}
    for name, pairs in PEOPLE.items():
        sides = [[sentence.format(pair[side]) for sentence in NEUTRAL for pair in pairs] for side in (0, 1)]
        odds = [(said[:, 1] - said[:, 0]).numpy() for said in (logits(model, tokenizer, texts) for texts in sides)]
        shifts = (odds[0] - odds[1]).reshape(len(NEUTRAL), len(pairs)).mean(1)
        drawn = bootstrap((shifts,), np.mean, method="percentile", rng=np.random.default_rng(0))
        interval = [float(end) for end in drawn.confidence_interval]
        found[name] = {"log_odds": float(shifts.mean()), "interval": interval}
    return {"gender_shift": found}
