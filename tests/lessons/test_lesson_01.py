"""What lesson 01 must show."""

import re

from utils import anatomy, checkpoints


def test_it_prints_the_published_counts(printed):
    text = printed("notebooks/01_loading_models")
    for name, count in {
        "roberta-base": 124_645_632,
        "distilroberta-base": 82_118_400,
        "bert-base-uncased": 109_482_240,
        "distilbert-base-uncased": 66_362_880,
    }.items():
        assert anatomy.count(checkpoints.blueprint(name)) == count
        assert re.search(rf"^{name} +{count:,} parameters", text, re.MULTILINE)
