"""Sentences that stand on both sides of a split."""

import pandas as pd
import pytest

from utils.evaluation import seen


def test_copies_are_found_whatever_case_spaces_and_punctuation():
    train = ["Win a FREE phone!", "See you at 5.", "Straße"]
    test = pd.Series(["win a free   phone", "see you at six", "see you at 5", "STRASSE!"], index=[4, 7, 8, 9])
    assert seen(test, train).tolist() == [True, False, True, True]


def test_the_order_of_the_words_counts():
    assert not seen(["dog bites man"], ["man bites dog"]).any()


def test_no_texts_or_missing_ones_are_refused():
    for texts, among, message in (
        ([], ["a"], "texts is empty"),
        (["a"], [None], "among has no value"),
        ("a", ["a"], "str"),
    ):
        with pytest.raises(ValueError, match=message):
            seen(texts, among)
