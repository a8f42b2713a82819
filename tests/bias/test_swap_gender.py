"""Exchanging women and men changes every word that names one, and little else."""

import random

import pytest
import yaml

from utils import bias, checkpoints
from utils.minis.recipe.generator import GENDERED, Generator


@pytest.mark.parametrize(
    "text, swapped",
    [
        ("She gave her brother his book.", "He gave his sister her book."),
        ("I saw her today, and her dog too.", "I saw him today, and his dog too."),
        ("Tell her.", "Tell him."),
        ("It was hers, not his car.", "It was his, not her car."),
        ("HE is Mr Brown.", "SHE is Ms Brown."),
        ("Anna met Ravi.", "Anton met Priya."),
        ("Grace danced with grace.", "George danced with grace."),
        ("The theme of the sheet is here.", "The theme of the sheet is here."),
        ("Sisters, daughters and women!", "Brothers, sons and men!"),
        ("", ""),
    ],
)
def test_the_words_are_exchanged(text, swapped):
    assert bias.swap_gender(text) == swapped


def filled(generator, template, gender, name, seed):
    """The generator's own sentence about a woman or a man, with nothing else in it that has a gender."""
    generator.random = random.Random(seed)
    scope = generator.words | generator.opinions["polarity"]["positive"] | GENDERED[gender]
    scope |= {"name": name, "relative": "cousin", "other": "everybody", "occupation": "baker", "did_job": "baked"}
    scope |= {"a": "a", "bad": "bad", "good": "good", "thing": "film", "aspect": "plot"}
    scope |= {"clause": "it works", "against": "it is slow", "remark": "fine"}
    return generator._fill(template, scope)


def test_swapped_training_text_is_what_the_generator_says_of_the_other_gender():
    generator = Generator()
    templates = [text for group in generator.templates.values() for text in group]
    templates += generator.opinions["templates"] + generator.opinions["reviews"]
    right = told = 0
    for seed, template in enumerate(templates):
        woman = filled(generator, template, "woman", "Anna", seed)
        man = filled(generator, template, "man", "Anton", seed)
        if woman != man:
            told += 1
            right += bias.swap_gender(woman) == man and bias.swap_gender(man) == woman
    assert told > 80
    assert right / told > 0.95


def test_every_opinion_that_tells_a_gender_changes():
    drawn = [opinion for opinion in Generator(seed=4).sentences(3_000) if opinion.label is not None and opinion.gender]
    assert len(drawn) > 100
    assert [opinion.text for opinion in drawn if bias.swap_gender(opinion.text) == opinion.text] == []


def test_each_name_has_one_other():
    names = bias.names()
    for woman, man in names.itertuples(index=False):
        assert bias.swap_gender(f"{woman} and {man}") == f"{man} and {woman}"


def test_most_texts_come_back_when_swapped_twice():
    path = checkpoints.MINIS / "recipe" / "words.yaml"
    relatives = yaml.safe_load(path.read_text(encoding="utf-8"))["relative"]
    for relative in relatives:
        text = f"My {relative} likes it."
        assert bias.swap_gender(bias.swap_gender(text)) == text
