"""Test sentences that were trained on. Lesson 05."""

import re

import numpy as np

from utils.evaluation.inputs import column


def seen(texts, among):
    """Which of `texts` also stand in `among`, as bool (texts,): the same words, whatever the case and the punctuation.

    Lesson 05. Raises ValueError where one of them is empty or lacks a text.
    """
    known = {_words(text) for text in column(among, "among")}
    return np.array([_words(text) in known for text in column(texts, "texts")])


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", str(text).casefold()))
