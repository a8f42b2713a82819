"""The classifiers' first lesson: short fragments of their own text, with what a linear model makes of each.

The label of a sentence does not say which of its words it is for; that of a fragment nearly does. Teaching a network
with another model's probabilities is distillation (Hinton, Vinyals and Dean, 2015).
"""

from __future__ import annotations

import random

from utils.minis.recipe import linear
from utils.minis.recipe.corpus import Labelled
from utils.minis.recipe.settings import FRAGMENT_WORDS, Settings


def fragments(items: list[Labelled], settings: Settings) -> tuple[list[str], list[float]]:
    """Runs of 2 to 9 words, cut at random places from the items' texts, and for each the probability of the positive
    label that a linear model fitted to the whole items gives it. Twins are left out, so there are fewer than
    `settings.fragments`."""
    cutter = random.Random(settings.seed)
    lines = [item.text.split() for item in items]
    cut = list(dict.fromkeys(_cut(cutter.choice(lines), cutter) for _ in range(settings.fragments)))
    return cut, linear.fit(items).predict_proba(cut)[:, 1].tolist()


def _cut(words: list[str], cutter: random.Random) -> str:
    size = cutter.randint(*FRAGMENT_WORDS)
    start = cutter.randint(0, max(0, len(words) - size))
    return " ".join(words[start : start + size])
