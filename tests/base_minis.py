"""The base minis, as the tests of the scores and of the bias probes use them."""

import transformers

from utils.checkpoints import MINIS


def load(name: str):
    """A masked language model in evaluation mode, and its tokenizer."""
    model = transformers.AutoModelForMaskedLM.from_pretrained(MINIS / name)
    return model.eval(), transformers.AutoTokenizer.from_pretrained(MINIS / name)
