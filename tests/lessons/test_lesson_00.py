"""What lesson 00 must show."""

import re

from utils.workshop.doctor import codes


def test_both_classifiers_call_the_happy_sentence_positive(printed):
    text = printed("notebooks/00_start_here")
    answers = re.findall(r"sst-2\S* +(\S+) +[01]\.\d\d$", text, re.MULTILINE | re.IGNORECASE)
    assert answers == ["LABEL_1", "POSITIVE"]


def test_the_code_on_the_page_says_what_the_page_says(printed):
    text = printed("notebooks/00_start_here")
    report = codes.decode(codes.CODE.search(text)[0])
    assert report.status == "OK" and "\nReady.\n" in text
    assert not re.search(r"^\[(WARN|FAIL)\]", text, re.MULTILINE)
