"""The report page: valid, whole, safe whatever stands in the file, and with words for every picture."""

import base64
import re
from html.parser import HTMLParser
from importlib.metadata import version

import numpy as np
import pandas as pd
import pytest

from utils import evaluation
from utils.commands.evaluate import measuring, page
from utils.commands.evaluate.model import Classifier
from utils.commands.evaluate.reading import Read

VOID = {"meta", "img", "br", "link", "input"}
EVIL = '<script>alert("1")</script><img src=x onerror=alert(2)> & "quotes" </table> \u202e \x07 $x^{$'


class Page(HTMLParser):
    """The tags of a page with their attributes and the text in them; fails on a tag that is not closed in its turn."""

    def __init__(self, source: str):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    def all(self, *names):
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def answers_like(scores, tokens=9):
    """What evaluation.classify returns, for these scores of POSITIVE."""
    scores = np.asarray(scores, dtype=float)
    predicted = np.where(scores >= 0.5, "POSITIVE", "NEGATIVE")
    table = pd.DataFrame({"predicted": predicted, "NEGATIVE": 1 - scores, "POSITIVE": scores})
    return table.assign(tokens=tokens, truncated=table.index < (2 if tokens > 512 else 0))


def build(texts, truth, scores, *, tokens=9, name="my-model", left_out=None, meaning=None, origin="a test"):
    """The parsed page of a model that gives these scores; `source` is its HTML."""
    classifier = Classifier(None, None, ["NEGATIVE", "POSITIVE"], origin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "classify", lambda *_: answers_like(scores, tokens))
        result = measuring.measure(classifier, texts, truth, "POSITIVE")
    labels = ["1" if word == "POSITIVE" else "0" for word in truth]
    found = Read("mine.csv", "utf-8", "comma", "text", "label", len(texts), texts, labels)
    found.lines, found.left_out = list(range(2, len(texts) + 2)), left_out or {}
    meaning = meaning or {"0": "NEGATIVE", "1": "POSITIVE"}
    source = page.build(name, found, len(texts), classifier, meaning, result)
    parsed = Page(source)
    parsed.source = source
    return parsed


TRUTH = ["POSITIVE", "NEGATIVE", "POSITIVE", "NEGATIVE"] * 10
SCORES = [0.9, 0.2, 0.4, 0.95] * 9 + [0.8, 0.1, 0.7, 0.3]
TEXTS = [f"Text number {number}" for number in range(40)]


@pytest.fixture(scope="module")
def plain():
    return build(TEXTS, TRUTH, SCORES)


@pytest.fixture(scope="module")
def wild():
    """A page of odd things: markup in every word, texts that repeat and are cut, rows that were left out."""
    return build(
        [EVIL, "word " * 1_000, *TEXTS[2:39], TEXTS[2]],
        ["NEGATIVE", "POSITIVE", *TRUTH[2:]],
        [0.999, 0.001, *SCORES[2:]],
        tokens=700,
        name="<b>model</b>",
        origin="<i>nowhere</i>",
        left_out={"<u>why</u>": [3], "no label": [*range(7, 20)]},
        meaning={"<s>0": "NEGATIVE", "1": "POSITIVE"},
    )


def test_it_is_one_page_that_needs_no_other_file(plain):
    assert plain.source.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert not plain.all("script", "link", "iframe") and "url(" not in plain.source and "@import" not in plain.source
    assert all(image["src"].startswith("data:image/png;base64,") for image in plain.all("img"))
    policy = next(meta["content"] for meta in plain.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert len(plain.source) < 300_000


def test_headings_and_landmarks(plain):
    order = [tag for tag, _ in plain.tags if tag in ("h1", "h2", "h3", "header", "main", "footer")]
    assert order == ["header", "h1", "main", *["h2"] * 7, "footer"]
    ids = [attributes["id"] for _, attributes in plain.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert [section["aria-labelledby"] for section in plain.all("section")] == ids
    for scroll in (attributes for attributes in plain.all("div") if attributes.get("class") == "scroll"):
        assert scroll["tabindex"] == "0" and scroll["role"] == "region" and scroll["aria-label"]
    assert all(cell.get("scope") in ("row", "col") for cell in plain.all("th"))


def test_every_picture_says_its_numbers_in_words(plain):
    matrix, metrics, reliability = (image["alt"] for image in plain.all("img"))
    assert "11 truly POSITIVE called POSITIVE" in matrix
    assert "accuracy (40): the model 0.55" in metrics
    assert "says 0.95" in reliability


def test_pictures_are_small_pngs(plain):
    for image in plain.all("img"):
        png = base64.b64decode(image["src"].partition(",")[2])
        assert png.startswith(b"\x89PNG") and len(png) < 60_000


def test_the_verdict_has_a_baseline_an_interval_and_the_warning(plain):
    assert "my-model is right on 22 of 40 texts: an accuracy of 0.550, with a 95 % interval from " in plain.text
    assert "Always answering POSITIVE would reach 0.500." in plain.text
    assert "This interval holds 0: it may all be chance." in plain.text
    assert "A number without a baseline and an interval says little" in plain.text
    sure = build(TEXTS, TRUTH, [0.9 if word == "POSITIVE" else 0.1 for word in TRUTH])
    assert "may all be chance" not in sure.text
    assert "There is none: every answer is right." in sure.text


def test_the_difference_to_the_baseline_is_that_of_compare(plain):
    answers = answers_like(SCORES).predicted
    row = evaluation.compare(answers, ["POSITIVE"] * 40, TRUTH).loc["difference"]
    said = f"The difference is {row.value:+.3f}, with a 95 % interval from {row.low:+.3f} to {row.high:+.3f}."
    assert said in plain.text


def test_whatever_stands_in_a_file_is_shown_as_text(wild):
    assert not wild.all("script", "b", "i", "u", "s")
    assert len(wild.all("img")) == 3 and not any("onerror" in image for image in wild.all("img"))
    assert '<script>alert("1")</script>' in wild.text and "<b>model</b> is right on" in wild.text
    assert "Left out: <u>why</u> 1 (line 3)" in wild.text and "Rows labelled <s>0" in wild.text


def test_the_surest_mistakes_come_first_with_their_lines(wild):
    table = wild.source.split('aria-label="Table: Mistakes"')[1].split("</table>")[0]
    assert re.findall(r"<td class='number'>(\d+)</td><td class=\"text\"", table)[:3] == ["2", "3", "5"]
    assert table.count("<tr>") == 1 + measuring.MISTAKES


def test_a_long_text_is_shortened(wild):
    assert "word word …" in wild.text and "word " * 200 not in wild.text


def test_what_was_left_out_repeated_or_cut_is_told(plain, wild):
    assert "Left out: no label 13 (lines 7, 8, 9, 10, 11, …)" in wild.text
    assert "Texts that repeat an earlier one 1. They count again" in wild.text
    assert "Texts that have both labels 1. No model can be right on both." in wild.text
    assert "2 of 40 texts are longer than the model can read." in wild.text
    assert "Left out" not in plain.text
    assert "Texts that repeat an earlier one 0 Texts that have both labels 0 " in plain.text
    assert "None: the longest has 9 tokens, which the model can read." in plain.text


def test_a_model_that_never_says_positive():
    never = build(TEXTS, TRUTH, [0.1] * 40)
    row = never.source.split(">precision</th>")[1].split("</tr>")[0]
    assert row.startswith("<td class='number'>–</td>")


@pytest.mark.parametrize("count", [2, 3])
def test_a_tiny_file(count):
    assert f"of {count} texts" in build(TEXTS[:count], TRUTH[:count], SCORES[:count]).text


def test_the_versions_and_the_source_of_the_model_are_told(plain):
    assert "The model: a test." in plain.text
    assert f"transformers {version('transformers')}, torch {version('torch')}, " in plain.text
