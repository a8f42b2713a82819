"""The vectors of many texts are those of each text alone."""

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from utils import anatomy, checkpoints

TEXTS = ["Good.", "The food was cold, but the staff were kind.", "I loved this film."]
NAMES = ["roberta-base", "distilbert-base-uncased"]


@pytest.fixture(scope="module", params=NAMES)
def pair(request):
    folder = checkpoints.locate(request.param)
    with anatomy.no_load_report():
        return AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def alone(model, tokenizer, text):
    """(layers + 1, tokens, hidden) of one text, without a pad."""
    with torch.inference_mode():
        states = model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True).hidden_states
    return torch.stack(states)[:, 0].numpy()


@pytest.mark.parametrize("batch_size", [1, 2, 32])
def test_pads_leave_no_trace(pair, batch_size):
    states = [alone(*pair, text) for text in TEXTS]
    expected = {
        "mean": np.stack([one.mean(axis=1) for one in states], axis=1),
        "first": np.stack([one[:, 0] for one in states], axis=1),
        "tokens": np.concatenate(states, axis=1),
    }
    for keep, vectors in expected.items():
        found = anatomy.layer_vectors(*pair, TEXTS, keep, batch_size)
        assert found.shape == vectors.shape and found.dtype == np.float32
        np.testing.assert_allclose(found, vectors, atol=1e-5)


def test_it_keeps_no_more_than_it_returns(pair):
    found = anatomy.layer_vectors(*pair, TEXTS, "first")
    assert found.base is None or found.base.size == found.size


def test_a_long_text_is_cut(pair):
    layers = pair[0].config.num_hidden_layers
    assert anatomy.layer_vectors(*pair, ["good " * 2000], "tokens").shape[:2] == (layers + 1, 512)


def test_other_words_are_refused(pair):
    with pytest.raises(ValueError, match='must be "mean", "first" or "tokens"'):
        anatomy.layer_vectors(*pair, TEXTS, "median")


@pytest.mark.parametrize("texts", ["One text", []])
def test_a_list_of_texts_is_needed(pair, texts):
    with pytest.raises(ValueError, match="a list with at least one text"):
        anatomy.layer_vectors(*pair, texts)


def test_a_model_in_training_mode_is_refused(pair):
    model, tokenizer = pair
    model.train()
    try:
        with pytest.raises(ValueError, match=r"Call model.eval\(\)"):
            anatomy.layer_vectors(model, tokenizer, TEXTS)
    finally:
        model.eval()
