"""What lesson 00 must show."""

import re


def test_both_classifiers_call_the_happy_sentence_positive(printed):
    text = printed("notebooks/00_start_here")
    answers = re.findall(r"sst-2\S* +(\S+) +[01]\.\d\d$", text, re.MULTILINE | re.IGNORECASE)
    assert answers == ["LABEL_1", "POSITIVE"]
