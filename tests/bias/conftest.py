"""The four base minis, loaded once."""

import pytest
from base_minis import load

from utils import bias

BASES = ["bert-base-uncased", "distilbert-base-uncased", "roberta-base", "distilroberta-base"]


@pytest.fixture(scope="session", params=BASES)
def base(request):
    """A base model and its tokenizer; a test that asks for it runs with all four."""
    return load(request.param)


@pytest.fixture(scope="session")
def pronouns(base):
    """The pronoun scores of all occupations in all templates."""
    return bias.pronoun_scores(*base)


@pytest.fixture(scope="session")
def roberta():
    return load("roberta-base")
