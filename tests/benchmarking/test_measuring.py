"""What the benchmarks measure with is right where the answer is known."""

import time

import pytest
import torch
import transformers

from utils.benchmarking.measuring import encoder_operations, matrix_product_speed, peak_memory


def test_the_peak_counts_memory_that_is_gone_at_the_end():
    with peak_memory() as peak:
        block = torch.ones(50_000_000)
        time.sleep(0.1)
        del block
        time.sleep(0.1)
    assert 190 < peak.megabytes < 260


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


def test_a_matrix_product_has_a_speed():
    assert matrix_product_speed(repeats=1) > 0.1


@pytest.mark.parametrize("lengths", [[5], [7, 7, 12]])
def test_the_operations_of_an_encoder_are_those_of_its_matrices(lengths):
    hidden, inner, layers = 16, 48, 3
    config = transformers.RobertaConfig(
        vocab_size=100, hidden_size=hidden, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=2
    )
    model = transformers.RobertaForMaskedLM(config)
    each = [2 * length * (4 * hidden**2 + 2 * hidden * inner) + 4 * length**2 * hidden for length in lengths]
    assert encoder_operations(model, lengths) == pytest.approx(layers * sum(each) / 1e9)
