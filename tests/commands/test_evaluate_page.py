"""The report page: valid, whole, safe whatever stands in the file, and with words for every picture."""

import base64
import re
from html.parser import HTMLParser

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


@pytest.fixture
def built(monkeypatch):
    """`built(texts, truth, scores)`: the parsed page of a model that gives these scores."""

    def build(texts, truth, scores, *, tokens=9, name="my-model", left_out=None, meaning=None, origin="a test"):
        monkeypatch.setattr(evaluation, "classify", lambda *_: answers_like(scores, tokens))
        classifier = Classifier(None, None, ["NEGATIVE", "POSITIVE"], origin)
        result = measuring.measure(classifier, texts, truth, "POSITIVE")
        labels = ["1" if word == "POSITIVE" else "0" for word in truth]
        found = Read("mine.csv", "utf-8", "comma", "text", "label", len(texts), texts, labels)
        found.lines, found.left_out = list(range(2, len(texts) + 2)), left_out or {}
        meaning = meaning or {"0": "NEGATIVE", "1": "POSITIVE"}
        source = page.build(name, found, len(texts), classifier, meaning, result)
        parsed = Page(source)
        parsed.source = source
        return parsed

    return build


TRUTH = ["POSITIVE", "NEGATIVE", "POSITIVE", "NEGATIVE"] * 10
SCORES = [0.9, 0.2, 0.4, 0.95] * 9 + [0.8, 0.1, 0.7, 0.3]
TEXTS = [f"Text number {number}" for number in range(40)]


def test_it_is_one_page_that_needs_no_other_file(built):
    found = built(TEXTS, TRUTH, SCORES)
    assert found.source.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert not found.all("script", "link", "iframe") and "url(" not in found.source and "@import" not in found.source
    assert all(image["src"].startswith("data:image/png;base64,") for image in found.all("img"))
    policy = next(meta["content"] for meta in found.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert len(found.source) < 300_000


def test_headings_and_landmarks(built):
    found = built(TEXTS, TRUTH, SCORES)
    order = [tag for tag, _ in found.tags if tag in ("h1", "h2", "h3", "header", "main", "footer")]
    assert order == ["header", "h1", "main", *["h2"] * 7, "footer"]
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert [section["aria-labelledby"] for section in found.all("section")] == ids
    for scroll in (attributes for attributes in found.all("div") if attributes.get("class") == "scroll"):
        assert scroll["tabindex"] == "0" and scroll["role"] == "region" and scroll["aria-label"]
    assert all(cell.get("scope") in ("row", "col") for cell in found.all("th"))


def test_every_picture_says_its_numbers_in_words(built):
    matrix, metrics, reliability = (image["alt"] for image in built(TEXTS, TRUTH, SCORES).all("img"))
    assert "11 truly POSITIVE called POSITIVE" in matrix
    assert "accuracy (40): the model 0.55" in metrics
    assert "says 0.95" in reliability


def test_pictures_are_small_pngs(built):
    for image in built(TEXTS, TRUTH, SCORES).all("img"):
        png = base64.b64decode(image["src"].partition(",")[2])
        assert png.startswith(b"\x89PNG") and len(png) < 60_000


def test_the_verdict_has_a_baseline_an_interval_and_the_warning(built):
    found = built(TEXTS, TRUTH, SCORES)
    assert "my-model is right on 22 of 40 texts: an accuracy of 0.550, with a 95 % interval from " in found.text
    assert "Always answering POSITIVE would reach 0.500." in found.text
    assert "This interval holds 0: it may all be chance." in found.text
    assert "A number without a baseline and an interval says little" in found.text
    sure = built(TEXTS, TRUTH, [0.9 if word == "POSITIVE" else 0.1 for word in TRUTH])
    assert "may all be chance" not in sure.text
    assert "There is none: every answer is right." in sure.text


def test_whatever_stands_in_a_file_is_shown_as_text(built):
    texts = [EVIL, *TEXTS[1:]]
    truth = ["NEGATIVE", *TRUTH[1:]]
    found = built(
        texts,
        truth,
        [0.999, *SCORES[1:]],
        name="<b>model</b>",
        origin="<i>nowhere</i>",
        left_out={"<u>why</u>": [3, 4]},
        meaning={"<s>0": "NEGATIVE", "1": "POSITIVE"},
    )
    assert not found.all("script", "b", "i", "u", "s")
    assert len(found.all("img")) == 3 and not any("onerror" in image for image in found.all("img"))
    assert '<script>alert("1")</script>' in found.text and "<b>model</b> is right on" in found.text


def test_the_surest_mistakes_come_first_with_their_lines(built):
    found = built(TEXTS, TRUTH, [*SCORES[:3], 0.99, *SCORES[4:]])
    table = found.source.split('aria-label="Table: Mistakes"')[1]
    assert re.findall(r"<td class='number'>(\d+)</td><td class=\"text\"", table)[:2] == ["5", "9"]
    assert table.count("<tr>") == 1 + measuring.MISTAKES


def test_a_long_text_is_shortened_on_the_page_only(built):
    found = built(["word " * 1_000, *TEXTS[1:]], ["NEGATIVE", *TRUTH[1:]], [0.999, *SCORES[1:]])
    assert "word word …" in found.text and "word " * 200 not in found.text


def test_what_was_left_out_is_told(built):
    found = built(TEXTS, TRUTH, SCORES, left_out={"no text": [3], "no label": [*range(7, 20)]})
    assert "Left out: no text 1 (line 3)" in found.text
    assert "Left out: no label 13 (lines 7, 8, 9, 10, 11, …)" in found.text


def test_repeated_texts_are_told_with_what_follows(built):
    assert "Texts that repeat an earlier one 0" in built(TEXTS, TRUTH, SCORES).text
    twice = built(["Text number 1", *TEXTS[1:]], TRUTH, SCORES).text
    assert "Texts that repeat an earlier one 1. They count again" in twice
    assert "Texts that have both labels 1. No model can be right on both." in twice


def test_texts_that_were_cut_are_told(built):
    assert "None: the longest has 9 tokens" in built(TEXTS, TRUTH, SCORES).text
    assert "2 of 40 texts are longer than the model can read." in built(TEXTS, TRUTH, SCORES, tokens=700).text


def test_a_model_that_never_says_positive(built):
    found = built(TEXTS, TRUTH, [0.1] * 40)
    row = found.source.split(">precision</th>")[1].split("</tr>")[0]
    assert row.startswith("<td class='number'>–</td>")


@pytest.mark.parametrize("count", [2, 3])
def test_a_tiny_file(built, count):
    assert f"of {count} texts" in built(TEXTS[:count], TRUTH[:count], SCORES[:count]).text


def test_the_versions_and_the_source_of_the_model_are_told(built):
    import transformers

    found = built(TEXTS, TRUTH, SCORES, origin="the folder abc")
    assert "The model: the folder abc." in found.text
    assert f"transformers {transformers.__version__}, torch " in found.text
