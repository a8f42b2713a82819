"""The models and tokenizers that the scores are tested with."""

import pytest
import transformers
from base_minis import load as load_mini
from families import FAMILIES, small_model, unigram_tokenizer

from utils.checkpoints import MINIS


@pytest.fixture(scope="session")
def tokenizers():
    load = transformers.AutoTokenizer.from_pretrained
    return {
        "bytes": load(MINIS / "roberta-base"),
        "pieces": load(MINIS / "bert-base-uncased"),
        "unigram": unigram_tokenizer(),
    }


@pytest.fixture(scope="session", params=FAMILIES)
def family(request, tokenizers):
    """A model of each family, and a tokenizer of the kind that the family has."""
    tokenizer = tokenizers[FAMILIES[request.param][1]]
    return small_model(request.param, tokenizer), tokenizer


@pytest.fixture(scope="session")
def roberta():
    """The mini RoBERTa and its tokenizer."""
    return load_mini("roberta-base")


@pytest.fixture(scope="session")
def bert():
    """The mini BERT and its tokenizer."""
    return load_mini("bert-base-uncased")
