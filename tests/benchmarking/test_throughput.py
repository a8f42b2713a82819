"""Throughput counts texts; batches hold every text; padding is counted right."""

import pytest
import torch
from transformers import AutoTokenizer

from utils import checkpoints
from utils.benchmarking import in_batches, padding_waste, speedups, throughput

NAME = "roberta-base-SST-2"
TEXTS = ["Fine.", "A film about a long winter that never seems to end.", "Good.", "It broke after a day, sadly."]


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(checkpoints.MINIS / NAME)


@pytest.fixture
def batches(classifiers):
    """The attention masks of the batches that the model was given."""
    seen, model = [], classifiers[NAME]
    handle = model.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["attention_mask"]), with_kwargs=True
    )
    yield seen
    handle.remove()


def test_throughput_is_texts_over_time():
    table = throughput({"all": len, "joined": " ".join}, TEXTS * 25, rounds=5)
    assert table["texts per second"].tolist() == pytest.approx((100 / table["seconds"]).tolist())
    assert (table["low"] <= table["texts per second"]).all() and (table["texts per second"] <= table["high"]).all()
    milliseconds = table.attrs["milliseconds"]
    assert set(milliseconds) == {"all", "joined"}


def test_throughputs_can_be_compared():
    table = throughput({"once": sorted, "many times": lambda texts: [sorted(texts) for _ in range(2_000)]}, TEXTS)
    assert speedups(table, over="many times").loc["once", "value"] > 10


def test_batches_are_as_they_come_or_sorted(classifiers, tokenizer, batches):
    lengths = [len(row) for row in tokenizer(TEXTS)["input_ids"]]
    in_batches(classifiers[NAME], tokenizer, 2)(TEXTS)
    assert [mask.sum(1).tolist() for mask in batches] == [lengths[:2], lengths[2:]]
    batches.clear()
    in_batches(classifiers[NAME], tokenizer, 3, by_length=True)(TEXTS)
    longest_first = sorted(lengths, reverse=True)
    assert [mask.sum(1).tolist() for mask in batches] == [longest_first[:3], longest_first[3:]]


def test_a_long_text_is_cut(classifiers, tokenizer, batches):
    in_batches(classifiers[NAME], tokenizer)(["good " * 1_000])
    assert batches[0].shape == (1, 512)


def test_padding_is_counted_as_tokenizers_pad(tokenizer):
    table = padding_waste(tokenizer, TEXTS, batch_size=2)
    by_length = sorted(TEXTS, key=lambda text: len(tokenizer(text)["input_ids"]))
    for way, texts in {"as they come": TEXTS, "sorted by length": by_length}.items():
        pairs = texts[:2], texts[2:]
        masks = [tokenizer(pair, padding=True, return_tensors="pt")["attention_mask"] for pair in pairs]
        cells, tokens = sum(mask.numel() for mask in masks), sum(mask.sum().item() for mask in masks)
        assert table.loc[way].to_list() == [tokens, cells - tokens, pytest.approx((cells - tokens) / cells)]
    at_once = tokenizer(TEXTS, padding=True, return_tensors="pt")["attention_mask"]
    assert table.loc["all as wide as the longest", "padding"] == (at_once == 0).sum().item()
    widest = tokenizer(TEXTS, padding="max_length", return_tensors="pt")["attention_mask"]
    assert table.loc["as wide as the model reads", "padding"] == (widest == 0).sum().item()
    assert table.loc["one by one", "wasted"] == 0
    assert table["wasted"].is_monotonic_increasing


def test_long_texts_count_as_far_as_they_are_read(tokenizer):
    assert padding_waste(tokenizer, ["good " * 1_000])["tokens"].unique().tolist() == [512]
    assert padding_waste(tokenizer, ["good " * 1_000], longest=100)["tokens"].unique().tolist() == [100]


def test_what_cannot_be_read_is_refused(classifiers, tokenizer):
    with pytest.raises(ValueError, match="batch_size is 0"):
        in_batches(classifiers[NAME], tokenizer, 0)
    with pytest.raises(ValueError, match="batch_size is 0"):
        padding_waste(tokenizer, TEXTS, 0)
    with pytest.raises(ValueError, match="no texts"):
        padding_waste(tokenizer, [])
    with pytest.raises(ValueError, match="no texts"):
        throughput(len, [])


def test_a_tokenizer_without_a_limit_needs_one(tokenizer):
    unlimited = AutoTokenizer.from_pretrained(checkpoints.MINIS / NAME, model_max_length=None)
    unlimited.model_max_length = int(1e30)
    with pytest.raises(ValueError, match="longest=512"):
        padding_waste(unlimited, TEXTS)


def test_the_mode_of_the_model_is_as_before(classifiers, tokenizer):
    model = classifiers[NAME]
    model.train()
    state = torch.get_rng_state()
    in_batches(model, tokenizer)(TEXTS)
    assert model.training and torch.equal(state, torch.get_rng_state())  # no dropout was drawn
    model.eval()
