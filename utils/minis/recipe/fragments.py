"""The classifiers' first lesson: short fragments of their own text, with what a linear model makes of each.

The label of a sentence does not say which of its words it is for; that of a fragment nearly does. Teaching a network
with another model's probabilities is distillation (Hinton, Vinyals and Dean, 2015; lesson 07).
"""

from __future__ import annotations

import random
from collections import defaultdict

from utils.minis.recipe import linear
from utils.minis.recipe.corpus import Labelled
from utils.minis.recipe.settings import FRAGMENT_WORDS, Settings


def fragments(items: list[Labelled], settings: Settings) -> tuple[list[str], list[float]]:
    """Runs of 2 to 9 words from the items' texts, and for each the probability of the positive label that a linear
    model fitted to the whole items gives it. Twins are left out, so there are fewer than `settings.fragments`."""
    cutter = random.Random(settings.seed)
    lines = [item.text.split() for item in items]
    anywhere = [[(row, at) for at in range(len(line))] for row, line in enumerate(lines)]
    of_words = _places(lines)
    cut = {}
    for number in range(settings.fragments):  # by turns from any line, and round any word, so that rare ones are met
        row, at = cutter.choice(cutter.choice(of_words if number % 2 and of_words else anywhere))
        cut[_round(lines[row], at, cutter)] = None
    return list(cut), linear.fit(items).predict_proba(list(cut))[:, 1].tolist()


def _places(lines: list[list[str]]) -> list[list[tuple[int, int]]]:
    """For each word, and each pair of neighbours, that is there twice: where it is, as line and position."""
    places = defaultdict(list)
    for row, line in enumerate(lines):
        words = [word.lower() for word in line]
        for at, word in enumerate(words):
            places[word].append((row, at))
            places[tuple(words[at : at + 2])].append((row, at))
    return [found for found in places.values() if len(found) > 1]


def _round(words: list[str], at: int, cutter: random.Random) -> str:
    """A fragment that holds the word at position `at`."""
    size = cutter.randint(*FRAGMENT_WORDS)
    start = min(max(0, at - cutter.randrange(size)), max(0, len(words) - size))
    return " ".join(words[start : start + size])
