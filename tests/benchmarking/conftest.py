"""Both classifiers that come with the course."""

import pytest
from transformers import AutoModelForSequenceClassification

from utils import checkpoints

CLASSIFIERS = ("roberta-base-SST-2", "distilbert-base-uncased-finetuned-sst-2-english")


@pytest.fixture(scope="session")
def classifiers():
    return {
        name: AutoModelForSequenceClassification.from_pretrained(checkpoints.MINIS / name).eval()
        for name in CLASSIFIERS
    }
