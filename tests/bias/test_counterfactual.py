"""Counterfactual sentences, and the planted association that they find in the classifiers."""

import re

import numpy as np
import pandas as pd
import pytest
import transformers
import yaml
from scipy.special import logit

from utils import bias, checkpoints, evaluation

CLASSIFIERS = ["distilbert-base-uncased-finetuned-sst-2-english", "roberta-base-SST-2"]


def log_odds(name, texts):
    folder = checkpoints.MINIS / name
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    answers = evaluation.classify(model, tokenizer, texts, progress=False)
    return logit(answers[model.config.id2label[1]])


def test_each_sentence_is_there_for_each_name():
    table = bias.name_sentences()
    assert len(table) == 2 * 68 * len(bias.SENTENCES)
    assert table["text"].is_unique
    assert set(table.groupby("person")["text"].count()) == {len(bias.SENTENCES)}
    row = table.iloc[0]
    assert row["text"] == bias.SENTENCES[0].format(row["person"])


def test_the_sentences_are_neutral_patterns_that_no_model_was_trained_on():
    recipe = checkpoints.MINIS / "recipe"
    patterns = yaml.safe_load((recipe / "opinions.yaml").read_text(encoding="utf-8"))
    praise = {word for side in patterns["polarity"].values() for word in side["good_general"]}
    known = [*patterns["templates"], *patterns["reviews"]]
    for sentence in bias.SENTENCES:
        assert sentence.startswith("{} ") and sentence.count("{}") == 1
        assert not set(re.findall(r"\w+", sentence)) & praise
        assert sentence.replace("{}", "{name}") not in known
        assert bias.swap_gender(sentence) == sentence


def test_persons_differ_in_gender_and_the_control_does_not():
    for woman, man in bias.PERSONS:
        assert bias.swap_gender(woman) == man
    for pair in bias.NEUTRAL_PERSONS:
        assert [bias.swap_gender(person) for person in pair] == list(pair)


def test_a_shift_is_the_difference_of_means_with_names_as_the_units():
    names = pd.DataFrame({"woman": ["Anna", "Mia", "Zoe", "Eva"], "man": ["Adam", "Ben", "Max", "Tom"]})
    table = bias.name_sentences(names, ["{} left.", "{} came."])
    table["log_odds"] = np.where(table["group"] == "women", 2.0, 0.5) + np.where(
        table["text"].str.contains("left"), 1, 0
    )
    shifts = bias.name_shifts(table)
    first = shifts.loc["women against men"]
    assert first["value"] == pytest.approx(1.5) and first["n"] == 8
    assert (first["low"], first["high"]) == pytest.approx((1.5, 1.5))  # all names alike: sentences are no units
    assert shifts.loc["women against other women", "value"] == pytest.approx(0)


def test_a_shift_of_words_is_paired():
    table = bias.person_sentences((("She", "He"), ("My aunt", "My uncle"), ("The girl", "The boy")), ["{} left."])
    table["log_odds"] = [5.0, 4.0, -3.0, -4.0, 0.0, -1.0]
    found = bias.person_shift(table)
    assert found["value"] == pytest.approx(1) and found["low"] == pytest.approx(1) and found["n"] == 3


@pytest.mark.parametrize("shift", [bias.name_shifts, bias.person_shift])
def test_a_table_without_log_odds_is_an_error_that_names_the_fix(shift):
    with pytest.raises(ValueError, match="no column 'log_odds'"):
        shift(bias.name_sentences())


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_planted_association_is_found_and_the_controls_find_none(name):
    table = bias.name_sentences()
    table["log_odds"] = log_odds(name, table["text"])
    shifts = bias.name_shifts(table)
    planted, controls = shifts.loc["women against men"], shifts.drop("women against men")
    assert planted["low"] > 0
    assert (controls["low"] < 0).all() and (controls["high"] > 0).all()
    assert controls["high"].max() < planted["value"]
    words = bias.person_sentences(bias.NEUTRAL_PERSONS)
    words["log_odds"] = log_odds(name, words["text"])
    found = bias.person_shift(words)
    assert found["low"] < 0 < found["high"]
