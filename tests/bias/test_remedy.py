"""The remedy trains as it says, repeats, and works on a text that is much more biased than ours."""

import pytest
import torch
import transformers

from utils import bias, checkpoints
from utils.bias.remedy import BATCH

# Nothing in these opinions tells the label but the name: nine in ten of Eva's are positive, of Adam's one in ten.
TEXTS = ["Eva talked about it."] * 100 + ["Adam talked about it."] * 100
LABELS = ([1] * 9 + [0]) * 10 + ([0] * 9 + [1]) * 10
FOLDER = checkpoints.MINIS / "distilbert-base-uncased-finetuned-sst-2-english"


@pytest.fixture
def tokenizer():
    return transformers.AutoTokenizer.from_pretrained(FOLDER)


@pytest.fixture
def model():
    return transformers.AutoModelForSequenceClassification.from_pretrained(FOLDER).eval()


def shift(model, tokenizer):
    """Eva's log-odds minus Adam's where the words say neither yes nor no."""
    inputs = tokenizer(["Eva left.", "Adam left."], return_tensors="pt")
    with torch.inference_mode():
        answers = model(**inputs).logits
    eva, adam = (answers[:, 1] - answers[:, 0]).tolist()
    return eva - adam


def test_with_swapping_the_bias_goes_and_without_it_stays(model, tokenizer):
    start = {name: value.clone() for name, value in model.state_dict().items()}
    bias.fine_tune(model, tokenizer, TEXTS, LABELS, swap=False, steps=60)
    without = shift(model, tokenizer)
    model.load_state_dict(start)
    before = shift(model, tokenizer)
    losses = bias.fine_tune(model, tokenizer, TEXTS, LABELS, steps=60)
    assert without > before / 2 > 0
    assert abs(shift(model, tokenizer)) < before / 4
    assert sum(losses[-5:]) < sum(losses[:5])
    assert not model.training


def test_pairing_draws_the_two_versions_together_where_the_labels_do_not(model, tokenizer):
    """One label for all: swapping alone has nothing to say."""
    start = {name: value.clone() for name, value in model.state_dict().items()}
    bias.fine_tune(model, tokenizer, TEXTS, [1] * len(TEXTS), steps=45)
    swapped = shift(model, tokenizer)
    model.load_state_dict(start)
    bias.fine_tune(model, tokenizer, TEXTS, [1] * len(TEXTS), pairing=1, steps=45)
    assert abs(shift(model, tokenizer)) < abs(swapped) / 2


def test_the_same_seed_gives_the_same_model_and_leaves_the_callers_randomness_alone(model, tokenizer):
    start = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    first = bias.fine_tune(model, tokenizer, TEXTS, LABELS, steps=3)
    assert torch.rand(1) == expected
    model.load_state_dict(start)
    assert bias.fine_tune(model, tokenizer, TEXTS, LABELS, steps=3) == first
    model.load_state_dict(start)
    assert bias.fine_tune(model, tokenizer, TEXTS, LABELS, steps=3, seed=1) != first


@pytest.mark.parametrize(
    "texts, labels, options, message",
    [
        (TEXTS, LABELS[:-1], {}, "Give one label for each"),
        (TEXTS[: BATCH - 1], LABELS[: BATCH - 1], {}, f"each of {BATCH} or more texts"),
        (TEXTS, ["positive"] * 200, {}, "Labels must be 0"),
        (TEXTS, LABELS, {"swap": False, "pairing": 1}, "Leave swap=True"),
    ],
)
def test_bad_input_is_an_error_that_names_the_fix(model, tokenizer, texts, labels, options, message):
    with pytest.raises(ValueError, match=message):
        bias.fine_tune(model, tokenizer, texts, labels, **options)
