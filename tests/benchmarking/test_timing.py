"""Times are those of what is timed; ratios and intervals are those of the times."""

import itertools
import math
import time

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import AutoTokenizer

from utils import benchmarking, checkpoints
from utils.benchmarking import inputs, latency, speedups, sweep


@pytest.fixture
def clock(monkeypatch):
    """A clock that only sleep moves, so that times are known."""
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def sleep(milliseconds):
        now[0] += milliseconds / 1_000

    return sleep


def steps(clock, *milliseconds):
    """A function that takes so long: another time at each call, over and over."""
    times = itertools.cycle(milliseconds)
    return lambda: clock(next(times))


def test_the_table_tells_the_times(clock):
    table = latency({"a": steps(clock, 1, 2, 3, 4, 100)}, rounds=5, warmup=0)
    row = table.loc["a"]
    assert (row["median"], row["fastest"], row["rounds"]) == (pytest.approx(3), pytest.approx(1), 5)
    assert row["p95"] == pytest.approx(np.percentile([1, 2, 3, 4, 100], 95))
    assert 1 <= row["low"] < 3 < row["high"] <= 100
    assert table.attrs["milliseconds"]["a"] == pytest.approx((1, 2, 3, 4, 100))


def test_warm_up_calls_do_not_count(clock):
    times = iter([1_000, 1_000, 1, 1, 1])
    table = latency(lambda: clock(next(times)), rounds=3, warmup=2)
    assert table["p95"].item() == pytest.approx(1)


def test_a_single_round_has_no_interval(clock):
    row = latency(steps(clock, 5), rounds=1, warmup=0).iloc[0]
    assert row["median"] == pytest.approx(5) and math.isnan(row["low"]) and math.isnan(row["high"])


def test_what_is_compared_takes_turns():
    calls = []
    latency({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3, warmup=1)
    assert calls == ["a", "b"] * 4


def test_a_ratio_is_that_of_the_medians_and_its_interval_is_paired(clock):
    slow, fast = (10, 12, 30, 11, 13), (5, 6, 15, 5.5, 6.5)
    table = latency({"slow": steps(clock, *slow), "fast": steps(clock, *fast)}, rounds=5, warmup=0)
    ratio = speedups(table, over="slow")
    assert ratio.index.tolist() == ["fast"]
    # In every round exactly twice as fast: however the rounds are drawn, so is the ratio.
    assert ratio.loc["fast"].to_list() == pytest.approx([2, 2, 2])
    assert speedups(table, over="fast", of="slow").loc["slow", "value"] == pytest.approx(0.5)


def test_an_unsteady_ratio_has_a_wide_interval(clock):
    table = latency({"a": steps(clock, 10, 20), "b": steps(clock, 10, 5)}, rounds=20, warmup=0)
    low, high = speedups(table, over="a").loc["b", ["low", "high"]]
    assert low < 2 < high


def test_the_interval_of_the_median_covers_the_true_one(clock):
    rng, covered = np.random.default_rng(0), 0
    for _ in range(200):
        row = latency(steps(clock, *rng.exponential(1, 15)), rounds=15, warmup=0).iloc[0]
        covered += row["low"] <= math.log(2) <= row["high"]
    assert 0.88 < covered / 200 <= 1


def test_a_sweep_has_a_row_for_each_model_and_shape(classifiers):
    table = sweep(classifiers, (1, 2), (8, 16), rounds={(1, 8): 2, (2, 8): 3, (1, 16): 1, (2, 16): 1})
    assert table[["model", "batch", "tokens"]].drop_duplicates().shape[0] == len(table) == 8
    assert table["rounds"].tolist() == [2, 2, 1, 1, 3, 3, 1, 1]
    assert (table["texts per second"] * table["median"]).tolist() == pytest.approx(
        [1_000 * batch for batch in table["batch"]]
    )
    teacher, student = classifiers
    ratios = speedups(table, over=teacher, of=student)
    assert ratios.index.tolist() == [(1, 8), (1, 16), (2, 8), (2, 16)]
    by_hand = table.set_index(["model", "batch", "tokens"])["median"]
    assert ratios.loc[(2, 8), "value"] == pytest.approx(by_hand[teacher, 2, 8] / by_hand[student, 2, 8])


def test_less_work_takes_less_time():
    few, many = torch.randn(64, 64), torch.randn(768, 768)
    table = latency({"few": lambda: few @ few, "many": lambda: many @ many}, rounds=9)
    assert table.loc["few", "fastest"] < table.loc["many", "fastest"]


def test_a_model_runs_as_learners_should_run_it_and_is_as_before(classifiers):
    model = next(iter(classifiers.values()))
    seen = []
    handle = model.register_forward_hook(lambda module, given, output: seen.append((module.training, output.logits)))
    model.train()
    try:
        latency(model, batch=2, tokens=8, rounds=1, warmup=0)
        assert model.training
    finally:
        handle.remove()
        model.eval()
    training, logits = seen[0]
    assert not training and logits.is_inference() and len(logits) == 2


def test_texts_and_other_inputs_can_be_given(classifiers):
    name, model = list(classifiers.items())[0]
    tokenizer = AutoTokenizer.from_pretrained(checkpoints.MINIS / name)
    given = tokenizer(["A good film.", "Bad."], padding=True, return_tensors="pt")
    assert latency(model, inputs=given, rounds=1)["median"].item() > 0
    assert latency(torch.nn.Linear(3, 2), inputs=(torch.ones(4, 3),), rounds=1)["median"].item() > 0


def test_random_input_holds_no_padding(classifiers):
    for model in classifiers.values():
        given = benchmarking.encoder_input(model, 64, 128)
        assert given["input_ids"].shape == given["attention_mask"].shape == (64, 128)
        assert (given["input_ids"] != model.config.pad_token_id).all()
        assert given["input_ids"].min() >= 0 and given["input_ids"].max() < model.config.vocab_size


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda model: latency(model, tokens=513), "513 tokens are too many: this model reads 512"),
        (lambda model: latency(model, batch=0), "is empty"),
        (lambda model: latency(model, rounds=0), "at least 1 round"),
        (lambda model: latency({}), "nothing to measure"),
        (lambda model: latency({"a": 5}), "a is a int"),
        (lambda model: latency(torch.nn.Linear(2, 2)), "Linear does not say what it reads"),
        (lambda model: latency(checkpoints.blueprint("roberta-base")), "no weights"),
    ],
)
def test_what_cannot_be_timed_is_refused_in_words(classifiers, call, message):
    with pytest.raises(ValueError, match=message):
        call(classifiers["roberta-base-SST-2"])


def test_a_ratio_of_what_was_not_measured_is_refused(classifiers):
    table = latency({"a": int, "b": float}, rounds=2)
    with pytest.raises(ValueError, match="'c' was not measured. There are: 'a', 'b'"):
        speedups(table, over="c")
    with pytest.raises(ValueError, match="lost its single measurements"):
        speedups(pd.DataFrame(table.to_dict()), over="a")
    swept = sweep(classifiers, (1,), (8,), rounds=1)
    with pytest.raises(ValueError, match="Say which model"):
        speedups(swept, over="roberta-base-SST-2")


def test_threads_are_set_for_a_while():
    seen, before = [], torch.get_num_threads()
    latency(lambda: seen.append(torch.get_num_threads()), rounds=1, warmup=0, threads=1)
    assert seen == [1] and torch.get_num_threads() == before


def test_a_gpu_is_waited_for(monkeypatch):
    waited = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: waited.append(1))
    inputs.synchronise()
    assert waited == [1]
