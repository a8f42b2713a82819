"""Batches change nothing but the time: not the scores, not their order, not the model's mode, and little memory."""

import random

import numpy as np
import pytest
import torch
from families import PAIRS, TEXTS

from utils import batching, scoring


@pytest.mark.parametrize("batch_tokens", [1, 100_000])
def test_the_size_of_the_batches_changes_no_score(family, batch_tokens):
    for score, texts in ((scoring.pseudo_log_likelihood, TEXTS), (scoring.aul, TEXTS)):
        usual, other = score(*family, texts), score(*family, texts, batch_tokens=batch_tokens)
        np.testing.assert_allclose(other, usual, rtol=0, atol=1e-5)
    usual, other = scoring.conditional(*family, PAIRS), scoring.conditional(*family, PAIRS, batch_tokens=batch_tokens)
    np.testing.assert_allclose(other, usual, rtol=0, atol=1e-5)


def test_the_order_of_the_texts_changes_no_score(family):
    order = random.Random(0).sample(range(len(TEXTS)), len(TEXTS))
    usual = scoring.pseudo_log_likelihood(*family, TEXTS)
    shuffled = scoring.pseudo_log_likelihood(*family, [TEXTS[number] for number in order])
    np.testing.assert_allclose(shuffled, usual.iloc[order], rtol=0, atol=1e-5)


def test_a_text_given_twice_is_scored_twice(roberta):
    table = scoring.pseudo_log_likelihood(*roberta, [TEXTS[0], TEXTS[1], TEXTS[0]])
    assert list(table["tokens"]) == [8, 4, 8]
    assert table["score"].iloc[0] == pytest.approx(table["score"].iloc[2], abs=1e-5)


def widest(model, module_of, call):
    """The largest number of values that left a module of the model during the call."""
    sizes = []
    hook = module_of(model).register_forward_hook(lambda module, given, out: sizes.append(out.numel()))
    call()
    hook.remove()
    return max(sizes)


def test_the_head_sees_scored_positions_only(roberta):
    model, tokenizer = roberta
    copies = sum(scoring.pseudo_log_likelihood(model, tokenizer, TEXTS[:1])["tokens"])
    logits = widest(model, lambda m: m.lm_head, lambda: scoring.pseudo_log_likelihood(model, tokenizer, TEXTS[:1]))
    assert logits == copies * len(tokenizer)  # and not copies × positions × vocabulary


def test_more_texts_make_more_batches_and_no_larger_ones(roberta):
    model, tokenizer = roberta

    def largest(texts):
        return widest(
            model, lambda m: m.roberta.embeddings, lambda: scoring.pseudo_log_likelihood(model, tokenizer, texts)
        )

    once = largest(TEXTS * 4)
    assert once <= 1_024 * model.config.hidden_size
    assert largest(TEXTS * 12) <= 1.1 * once


def test_each_module_gets_its_mode_back(roberta):
    model, tokenizer = roberta
    model.train()
    model.roberta.embeddings.eval()
    try:
        trained = scoring.pseudo_log_likelihood(model, tokenizer, TEXTS)
        assert model.training and model.lm_head.training and not model.roberta.embeddings.training
        with pytest.raises(ZeroDivisionError), batching.evaluating(model):
            raise ZeroDivisionError
        assert model.training and not model.roberta.embeddings.training
    finally:
        model.eval()
    np.testing.assert_array_equal(trained, scoring.pseudo_log_likelihood(model, tokenizer, TEXTS))


def test_no_hook_and_no_gradient_stay_behind(roberta):
    model, tokenizer = roberta
    scoring.aul(model, tokenizer, TEXTS)
    assert not model.base_model._forward_hooks
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
    ids = torch.tensor([tokenizer(TEXTS[0])["input_ids"]])
    assert model(input_ids=ids).logits.shape[:2] == ids.shape


def test_progress_is_shown_where_it_is_asked_for(roberta, capsys):
    scoring.pseudo_log_likelihood(*roberta, TEXTS)
    assert capsys.readouterr() == ("", "")
    scoring.pseudo_log_likelihood(*roberta, TEXTS, progress=True)
    assert "100%" in capsys.readouterr().err


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_a_gpu_gives_the_same_scores(family):
    model, tokenizer = family
    usual = [scoring.pseudo_log_likelihood(model, tokenizer, TEXTS), scoring.aul(model, tokenizer, TEXTS)]
    try:
        model.to("cuda")
        other = [scoring.pseudo_log_likelihood(model, tokenizer, TEXTS), scoring.aul(model, tokenizer, TEXTS)]
    finally:
        model.to("cpu")
    for one, two in zip(usual, other, strict=True):
        np.testing.assert_allclose(two, one, rtol=0, atol=1e-4)
