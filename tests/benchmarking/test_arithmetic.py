"""Operations are those of the matrices, and a share of the limit is their quotient."""

import pandas as pd
import pytest
import torch
import transformers

from utils.benchmarking import limit_shares, matmul_limit, operations
from utils.benchmarking.arithmetic import encoder_operations, matrix_product_speed

HIDDEN, INNER, LAYERS, VOCABULARY = 16, 48, 3, 100


@pytest.fixture
def small():
    config = transformers.RobertaConfig(
        vocab_size=VOCABULARY,
        hidden_size=HIDDEN,
        intermediate_size=INNER,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
    )
    return transformers.RobertaForMaskedLM(config)


def of_layers(length):
    """Operations of the matrices of all layers for one text: projections, feed-forward, and attention both ways."""
    return LAYERS * (2 * length * (4 * HIDDEN**2 + 2 * HIDDEN * INNER) + 4 * length**2 * HIDDEN)


@pytest.mark.parametrize("lengths", [[5], [7, 7, 12]])
def test_the_operations_of_an_encoder_are_those_of_its_matrices(small, lengths):
    assert encoder_operations(small, lengths) == pytest.approx(sum(map(of_layers, lengths)) / 1e9)


def test_a_last_layer_at_one_position_takes_less(small):
    length = 12
    # Saved at all positions but one: two of four projections and the feed-forward part. Attention is as it was.
    saved = (length - 1) * 2 * (2 * HIDDEN**2 + 2 * HIDDEN * INNER) / 1e9
    less = encoder_operations(small, [length], one_position=True)
    assert less == pytest.approx(encoder_operations(small, [length]) - saved)


def test_the_operations_of_a_model_are_those_of_its_head_too(small):
    head = 2 * 3 * 7 * (HIDDEN**2 + HIDDEN * VOCABULARY)
    assert operations(small, batch=3, tokens=7) == pytest.approx((3 * of_layers(7) + head) / 1e9)


def test_a_model_without_weights_can_be_counted(small):
    with torch.device("meta"):
        shapes = transformers.RobertaForMaskedLM(small.config)
    assert operations(shapes, 2, 9) == operations(small, 2, 9)


def test_a_share_is_operations_over_time_over_the_limit(small):
    table = pd.DataFrame({"model": ["small"] * 2, "batch": [1, 3], "tokens": [7, 7], "median": [2.0, 4.0]})
    shares = limit_shares(table, {"small": small}, limit=0.5)
    assert shares["small", 3, 7] == pytest.approx(operations(small, 3, 7) / 0.004 / 0.5)
    assert shares["small", 1, 7] == pytest.approx(operations(small, 1, 7) / 0.002 / 0.5)
    with pytest.raises(ValueError, match="has 'small' and models has not"):
        limit_shares(table, {"large": small}, 0.5)


def test_a_matrix_product_has_a_speed():
    assert matrix_product_speed(repeats=1) > 0.1


def test_the_limit_is_not_below_the_usual_speed():
    usual = matrix_product_speed(repeats=1)
    assert max(matmul_limit(repeats=5) for _ in range(3)) > 0.5 * usual


def test_the_number_of_threads_is_as_before():
    before = torch.get_num_threads()
    assert matmul_limit(repeats=1, threads=1) > 0
    assert torch.get_num_threads() == before
