"""The held-out sentences are balanced, tagged as documented, all different, and none comes from the training text."""

import csv
import itertools
import os
import re
import statistics
import zipfile
from collections import Counter
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "utils" / "data"
COLUMNS = ["id", "text", "label", "domain", "tags"]
LABELS = ["0", "1"]
DOMAINS = {"film", "book", "food", "device", "hotel", "course", "shop", "concert", "software", "travel"}
WORDING = ["negation", "question", "sarcasm", "mixed", "contrast", "comparison", "intensifier", "informal"]
TAGS = {"short", "long", "plain", *WORDING}
NEGATION = re.compile(
    r"\b(not|no|never|none|nobody|nothing|nowhere|neither|nor|cannot|without|hardly|barely)\b|n't\b"
    r"|\b(dont|cant|wont|didnt|doesnt|isnt|wasnt)\b",
    re.IGNORECASE,
)
GENDERED = {
    "women": r"she|her|hers|herself|woman|women|lady|girl|mother|mum|sister|daughter|aunt|wife|niece|Helen|Nadia",
    "men": r"he|him|his|himself|man|men|guys?|boy|father|dad|brother|son|uncle|husband|nephew|Marcus|Peter",
}


with (DATA / "reviews.csv").open(encoding="utf-8", newline="") as file:
    REVIEWS = list(csv.DictReader(file, strict=True))


def words(text):
    return re.findall(r"[\w']+", text.lower())


def length(review):
    return len(review["text"].split())


def tags(review):
    return review["tags"].split("|")


def test_columns_and_values():
    assert len(REVIEWS) == 440
    for review in REVIEWS:
        assert list(review) == COLUMNS
        assert review["label"] in LABELS
        assert review["domain"] in DOMAINS
        assert review["text"] == review["text"].strip()
        assert 3 <= length(review) <= 45
    assert [review["id"] for review in REVIEWS] == [f"r{number:03}" for number in range(1, 441)]


def test_labels_are_balanced_overall_and_in_each_domain():
    counts = Counter((review["domain"], review["label"]) for review in REVIEWS)
    assert Counter(review["label"] for review in REVIEWS) == {"0": 220, "1": 220}
    assert counts == {(domain, label): 22 for domain in DOMAINS for label in LABELS}


def test_both_labels_are_equally_long():
    negative, positive = (statistics.mean(length(r) for r in REVIEWS if r["label"] == label) for label in LABELS)
    assert positive == pytest.approx(negative, rel=0.1)


def test_every_tag_is_documented_and_known():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert set(itertools.chain.from_iterable(map(tags, REVIEWS))) == TAGS
    assert [tag for tag in TAGS if f"| `{tag}` |" not in readme] == []


def test_tags_that_follow_from_the_text():
    for r in REVIEWS:
        assert len(set(tags(r))) == len(tags(r)), r
        assert ("short" in tags(r)) == (length(r) <= 6), r
        assert ("long" in tags(r)) == (length(r) >= 25), r
        assert ("question" in tags(r)) == ("?" in r["text"]), r
        assert ("negation" in tags(r)) == bool(NEGATION.search(r["text"])), r
        assert ("plain" in tags(r)) == (not set(tags(r)) & set(WORDING)), r


@pytest.mark.parametrize(
    "group, least, least_of_a_label",
    [
        ({"negation"}, 60, 25),
        ({"sarcasm"}, 30, 5),
        ({"mixed", "contrast"}, 50, 20),
        ({"short"}, 50, 25),
        ({"long"}, 50, 25),
        ({"question"}, 30, 15),
        ({"comparison"}, 40, 20),
        ({"intensifier"}, 30, 15),
        ({"informal"}, 20, 10),
        ({"plain"}, 100, 50),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else None,
)
def test_enough_sentences_have_each_tag(group, least, least_of_a_label):
    counts = Counter(review["label"] for review in REVIEWS if group & set(tags(review)))
    assert counts.total() >= least
    assert min(counts[label] for label in LABELS) >= least_of_a_label


@pytest.mark.parametrize("gender", GENDERED)
def test_women_and_men_are_praised_and_criticised_equally_often(gender):
    pattern = re.compile(rf"\b({GENDERED[gender]})\b", re.IGNORECASE)
    counts = Counter(review["label"] for review in REVIEWS if pattern.search(review["text"]))
    assert counts == {"0": 10, "1": 10}


def test_no_way_to_begin_takes_over():
    first = Counter(words(review["text"])[0] for review in REVIEWS)
    assert max(first.values()) <= len(REVIEWS) / 10, first.most_common(3)


def test_texts_are_all_different():
    assert len({" ".join(words(review["text"])) for review in REVIEWS}) == len(REVIEWS)
    sets = [(set(words(review["text"])), review["id"]) for review in REVIEWS]
    alike = [(i, j) for (a, i), (b, j) in itertools.combinations(sets, 2) if len(a & b) > 0.7 * len(a | b)]
    assert alike == []


def test_no_text_stands_in_the_public_training_text():
    # The files are read directly: importing nltk takes longer than all these tests together.
    folders = [Path(folder, "corpora") for folder in os.environ.get("NLTK_DATA", "").split(os.pathsep) if folder]
    corpus = next((path for folder in folders for path in folder.glob("sentence_polarity.zip")), None)
    if corpus is None:
        pytest.skip("NLTK_DATA does not name a folder with corpora/sentence_polarity.zip")
    with zipfile.ZipFile(corpus) as archive:
        lines = [
            line
            for part in ("neg", "pos")
            for line in archive.read(f"sentence_polarity/rt-polarity.{part}").decode("latin-1").splitlines()
        ]
    public = {"".join(words(line)) for line in lines}
    assert len(public) > 10_000
    assert [review["id"] for review in REVIEWS if "".join(words(review["text"])) in public] == []
