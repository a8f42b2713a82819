"""The messages are split and labelled as documented, all different, private to nobody, and their look does not tell."""

import csv
import itertools
import re
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = Path(__file__).parents[1] / "utils" / "data"
COLUMNS = ["id", "text", "label", "split"]
SIZES = {"train": (316, 44), "validation": (237, 33), "test": (237, 33)}  # not spam, spam
PUNCTUATION = ".,!?:'%\"()-"

with (DATA / "messages.csv").open(encoding="utf-8", newline="") as file:
    MESSAGES = list(csv.DictReader(file, strict=True))
TEXTS = [message["text"] for message in MESSAGES]


def of(split):
    chosen = [message for message in MESSAGES if message["split"] == split]
    return [message["text"] for message in chosen], [int(message["label"]) for message in chosen]


def words(text):
    return re.findall(r"[\w']+", text.lower())


def trigrams(text):
    found = words(text)
    return set(zip(found, found[1:], found[2:], strict=False))


def test_columns_and_values():
    assert [message["id"] for message in MESSAGES] == [f"m{number:03}" for number in range(1, 901)]
    for message in MESSAGES:
        assert list(message) == COLUMNS
        assert message["text"] == " ".join(message["text"].split())
        assert 1 <= len(message["text"].split()) <= 40
        assert len(message["text"]) <= 200, message


def test_every_split_has_its_share_of_spam():
    counts = Counter((message["split"], message["label"]) for message in MESSAGES)
    assert counts == {(split, str(label)): sizes[label] for split, sizes in SIZES.items() for label in (0, 1)}


def test_the_readme_gives_these_counts():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for split, (ham, spam) in SIZES.items():
        assert f"| `{split}` | {ham + spam} | {spam} |" in readme


def test_no_message_stands_twice():
    assert len({"".join(words(text)) for text in TEXTS}) == len(TEXTS)


def test_no_two_messages_are_nearly_the_same():
    vectors = TfidfVectorizer().fit_transform(TEXTS)
    cosine = np.triu((vectors @ vectors.T).toarray(), k=1)
    assert cosine.max() < 0.6, [TEXTS[index] for index in np.unravel_index(cosine.argmax(), cosine.shape)]
    alike = [
        (a, b)
        for (a, first), (b, second) in itertools.combinations([(text, trigrams(text)) for text in TEXTS], 2)
        if len(first & second) > 3
    ]
    assert alike == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d(?:[ ()/-]?\d){6,}",  # a telephone, card or account number
        r"[\w.-]+@[\w-]",  # a mail address, or a name on a network
        r"(?i)\bhttps?:|\bwww\.",
        r"(?i)(?<!\bexample)\.(?:com|net|org|info|io|co|uk|de|fr|eu|app|me|ly|gg)\b",
        r"\b(?:WhatsApp|Telegram|Facebook|Instagram|TikTok|Google|Apple|Amazon|Netflix|PayPal|Microsoft|Bitcoin)\b",
        r"\b(?:DHL|UPS|FedEx|Hermes|Evri|HSBC|Barclays|Visa|Mastercard|Tesco|Aldi|IKEA|eBay|Airbnb)\b",
    ],
)
def test_nobody_can_be_called_written_to_or_found(pattern):
    assert [text for text in TEXTS if re.search(pattern, text)] == []


def test_some_of_both_labels_have_links_shouting_and_informal_spelling():
    for pattern in [r"example\.org/", r"\b[A-Z]{4,}\b", r"!", r"^[a-z]", r"\d"]:
        counts = Counter(message["label"] for message in MESSAGES if re.search(pattern, message["text"]))
        assert min(counts["0"], counts["1"]) >= 8, (pattern, counts)


def test_both_labels_are_equally_long():
    ham, spam = ([len(m["text"].split()) for m in MESSAGES if m["label"] == label] for label in "01")
    assert statistics.median(spam) == pytest.approx(statistics.median(ham), rel=0.1)


def look(texts):
    """Length, capitals, digits and punctuation: all that can be seen without reading."""
    return [
        [len(text), len(text.split()), sum(map(str.isupper, text)), text[0].islower(), sum(map(str.isdigit, text))]
        + [text.count(mark) for mark in PUNCTUATION]
        + [text[-1] in ".!?"]
        for text in texts
    ]


def test_words_tell_more_than_the_look_and_not_all():
    (texts, y), (held_out, truth) = of("train"), tuple(a + b for a, b in zip(of("validation"), of("test"), strict=True))
    by_look = make_pipeline(StandardScaler(), LogisticRegression()).fit(look(texts), y).predict_proba(look(held_out))
    by_words = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, y).predict_proba(held_out)
    assert roc_auc_score(truth, by_words[:, 1]) > roc_auc_score(truth, by_look[:, 1]) + 0.1
    assert average_precision_score(truth, by_words[:, 1]) > average_precision_score(truth, by_look[:, 1]) + 0.25
    assert roc_auc_score(truth, by_words[:, 1]) < 0.97  # a set that is easy teaches nothing about thresholds
