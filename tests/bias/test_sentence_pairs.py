"""The pairs have the form that their README promises, and are scored as CrowS-Pairs' authors do."""

import re
from collections import Counter

import pandas as pd
import pytest

from utils import bias, checkpoints, scoring

PAIRS = bias.pairs()
REAL = PAIRS[PAIRS["category"] != "control"]
GENDERED = set(
    "she he her his man woman men women boy girl boys girls son daughter mother father sister brother aunt uncle "
    "grandmother grandfather actor actress".split()
)


def words(text):
    return text.split()


def exchanged(row):
    """The words that differ between the two sentences of a pair, in lower case."""
    pair = zip(words(row.more_stereotyped), words(row.less_stereotyped), strict=True)
    return [(one.lower().strip(".,"), other.lower().strip(".,")) for one, other in pair if one != other]


def test_there_are_enough_pairs_in_each_category():
    counts = Counter(REAL["category"])
    assert len(REAL) >= 160
    assert len(counts) >= 6 and min(counts.values()) >= 20
    assert (PAIRS["category"] == "control").sum() >= 30


def test_the_categories_are_those_of_the_readme():
    readme = (checkpoints.DATA / "README.md").read_text(encoding="utf-8")
    assert [category for category in set(PAIRS["category"]) if f"`{category}`" not in readme] == []
    assert f"{len(REAL)} pairs" in readme and f"{len(PAIRS) - len(REAL)} pairs" in readme


def test_exactly_one_word_differs():
    assert [row.Index for row in PAIRS.itertuples() if len(exchanged(row)) != 1] == []


def test_the_word_that_differs_names_the_category():
    """A pair about age must not exchange a gender, and a control must exchange neither."""
    for row in PAIRS.itertuples():
        ((one, other),) = exchanged(row)
        if row.category == "gender":
            assert {one, other} <= GENDERED, row.Index
        elif row.category != "age":  # a grandmother and a sister differ in age
            assert not {one, other} & GENDERED, row.Index
        assert one.isalpha() or "-" in one


def test_no_sentence_stands_twice_and_all_are_tidy():
    sentences = [*PAIRS["more_stereotyped"], *PAIRS["less_stereotyped"]]
    assert len(set(sentences)) == len(sentences)
    assert PAIRS.index.is_unique
    for sentence in sentences:
        assert re.fullmatch(r"[A-Z][A-Za-z' ,-]+\.", sentence), sentence
        assert not re.search(r"\ba [aeiou]|\ban (?!hour)[^aeiou]|  ", sentence), sentence
        assert 5 <= len(words(sentence)) <= 15


def test_both_directions_are_there_in_each_category():
    assert set(REAL["direction"]) == {"stereo", "antistereo"}
    shares = (REAL["direction"] == "antistereo").groupby(REAL["category"]).mean()
    assert shares.between(0.15, 0.45).all()
    assert (REAL["note"].str.len() > 5).all()
    assert set(PAIRS.loc[PAIRS["category"] == "control", "direction"]) == {""}


def test_a_coin_decided_the_order_of_the_controls():
    controls = PAIRS[PAIRS["category"] == "control"]
    alphabetical = [exchanged(row)[0] == tuple(sorted(exchanged(row)[0])) for row in controls.itertuples()]
    assert 0.25 <= sum(alphabetical) / len(alphabetical) <= 0.75


def test_the_scores_are_those_of_the_engine(roberta):
    some = PAIRS.iloc[[0, 40, 200]]
    scored = bias.score_pairs(*roberta, some)
    engine = scoring.conditional(*roberta, list(zip(some["more_stereotyped"], some["less_stereotyped"], strict=True)))
    assert scored["more"].tolist() == pytest.approx(engine["first"].tolist())
    assert scored["less"].tolist() == pytest.approx(engine["second"].tolist())
    assert scored["difference"].tolist() == pytest.approx((scored["more"] - scored["less"]).round(3).tolist())
    assert list(scored.index) == list(some.index)


def test_two_like_sentences_are_a_tie(roberta):
    same = pd.DataFrame({"category": "age", "more_stereotyped": ["The man left."], "less_stereotyped": "The man left."})
    assert bias.score_pairs(*roberta, same)["difference"].tolist() == [0]


def scored(**differences):
    rows = [(category, difference) for category, all_of in differences.items() for difference in all_of]
    return pd.DataFrame(rows, columns=["category", "difference"])


def test_the_share_leaves_ties_out_and_says_how_many():
    table = bias.preference(scored(age=[1, 2, 0.5, -1, 0, 0], control=[1, -1]))
    assert table.loc["age", ["value", "n", "ties"]].tolist() == [0.75, 4, 2]
    assert list(table.index) == ["age", "all", "control"]
    assert table.loc["all", "n"] == 4  # the controls are no part of it


def test_holm_counts_the_categories_alone():
    strong, weak = [1] * 12, [1, -1] * 6
    table = bias.preference(scored(age=strong, body=weak, place=weak, control=weak))
    assert table.loc["age", "p_holm"] == pytest.approx(3 * table.loc["age", "p"])
    assert table.loc[["all", "control"], "p_holm"].isna().all()


def test_nothing_but_ties_is_an_error():
    with pytest.raises(ValueError, match="All pairs of a category are ties"):
        bias.preference(scored(age=[0, 0]))


def test_harmless_pairs_show_no_preference(base):
    controls = bias.score_pairs(*base, PAIRS[PAIRS["category"] == "control"])
    found = bias.preference(controls).loc["control"]
    assert found["low"] < 0.5 < found["high"]
