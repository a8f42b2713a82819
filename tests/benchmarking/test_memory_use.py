"""Memory is counted right where the answer is known."""

import copy
import time

import pytest
import torch

from utils.benchmarking import latency, memory
from utils.benchmarking.memory_use import peak_memory

MEGABYTE = 250_000  # numbers in float32


class Chain(torch.nn.Module):
    """One parameter of one megabyte, and three products with it, each a megabyte that backward() needs."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(MEGABYTE))

    def forward(self, values):
        for _ in range(3):
            values = values * self.weight
        return values


def test_without_a_graph_two_results_live_at_once_and_with_it_all():
    found = memory(Chain(), inputs=(torch.ones(MEGABYTE),)).loc["Chain"]
    assert found.to_dict() == {"weights": 1.0, "inference_mode": 2.0, "with graph": 3.0}


def test_weights_that_are_shared_count_once():
    model = torch.nn.Sequential(torch.nn.Linear(100, 100), torch.nn.Linear(100, 100))
    model[1].weight = model[0].weight
    found = memory({"tied": model}, inputs=(torch.ones(1, 100),))
    assert found.loc["tied", "weights"] == pytest.approx(4 * (100 * 100 + 2 * 100) / 1e6)


def test_a_classifier_needs_less_under_inference_mode(classifiers):
    small, large = memory(classifiers, batch=2, tokens=16), memory(classifiers, batch=4, tokens=64)
    for table in (small, large):
        assert (table["with graph"] > 2 * table["inference_mode"]).all()
    assert (large["inference_mode"] > 4 * small["inference_mode"]).all()
    assert large["weights"].equals(small["weights"])
    for name, model in classifiers.items():
        assert small.loc[name, "weights"] * 1e6 >= 4 * model.num_parameters()


def test_it_agrees_with_the_profiler_of_pytorch(classifiers):
    model = next(iter(classifiers.values()))
    input_ids = torch.full((2, 32), 7)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        with torch.inference_mode():
            model(input_ids)
    events = [event for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
    held = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    counted = memory(model, inputs=(input_ids,))["inference_mode"].item()
    assert counted == pytest.approx(peak / 1e6, rel=0.05)


def test_what_has_no_weights_is_refused():
    with pytest.raises(ValueError, match="no weights in PyTorch"):
        memory({"a function": len})
    with pytest.raises(ValueError, match="no weights in PyTorch"):
        memory(torch.nn.Identity(), inputs=(torch.ones(1),))


def test_the_peak_of_a_process_counts_memory_that_is_gone_at_the_end():
    with peak_memory() as peak:
        block = torch.ones(200_000_000)  # so large that what the system takes back meanwhile is little beside it
        time.sleep(0.1)
        del block
        time.sleep(0.1)
    assert 760 < peak.megabytes < 1040


def test_little_memory_makes_a_small_peak():
    with peak_memory() as peak:
        time.sleep(0.1)
    assert peak.megabytes < 20


def test_the_watch_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), peak_memory() as peak:
        raise ZeroDivisionError
    before = peak.megabytes
    block = torch.ones(50_000_000)
    time.sleep(0.1)
    assert peak.megabytes == before and len(block)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_takes_half_and_can_be_timed(classifiers, dtype):
    model = copy.deepcopy(next(iter(classifiers.values())))
    whole = memory(model, batch=1, tokens=8).iloc[0]
    half = memory(model.to(dtype), batch=1, tokens=8).iloc[0]
    numbers = sum(buffer.nbytes for buffer in model.buffers()) / 1e6  # positions, which stay whole numbers
    assert half["weights"] - numbers == pytest.approx((whole["weights"] - numbers) / 2)
    assert half["inference_mode"] < whole["inference_mode"]
    assert latency(model, batch=1, tokens=8, rounds=1)["median"].item() > 0
