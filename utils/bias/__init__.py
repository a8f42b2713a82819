"""Bias, measured: probes with controls and intervals, on top of `scoring`. Lesson 06 goes through all of it."""

from utils.bias.card import card_section
from utils.bias.counterfactual import (
    NEUTRAL_PERSONS,
    PERSONS,
    SENTENCES,
    name_sentences,
    name_shifts,
    person_sentences,
    person_shift,
)
from utils.bias.crows import crows_pairs
from utils.bias.facts import known_truth, labour_statistics, names
from utils.bias.neutral import NEUTRAL, neutral_scores
from utils.bias.pronouns import TEMPLATES, pronoun_scores, spread
from utils.bias.remedy import fine_tune
from utils.bias.sentence_pairs import pairs, preference, score_pairs
from utils.bias.statistics import (
    difference,
    mcnemar,
    mean_interval,
    paired,
    rank_correlation,
    share,
    shuffled,
    slope,
    slopes,
)
from utils.bias.swap import swap_gender

__all__ = [
    "NEUTRAL",
    "NEUTRAL_PERSONS",
    "PERSONS",
    "SENTENCES",
    "TEMPLATES",
    "card_section",
    "crows_pairs",
    "difference",
    "fine_tune",
    "known_truth",
    "labour_statistics",
    "mcnemar",
    "mean_interval",
    "name_sentences",
    "name_shifts",
    "names",
    "neutral_scores",
    "paired",
    "pairs",
    "person_sentences",
    "person_shift",
    "preference",
    "pronoun_scores",
    "rank_correlation",
    "score_pairs",
    "share",
    "shuffled",
    "slope",
    "slopes",
    "spread",
    "swap_gender",
]
