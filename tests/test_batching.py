"""Batches hold every row once, stay within their budget, and hold next to no padding."""

import random

import pytest
import torch

from utils.batching import by_length, pad


@pytest.mark.parametrize("seed", range(20))
def test_every_row_is_in_one_batch_that_keeps_to_the_budget(seed):
    draw = random.Random(seed)
    lengths = [draw.randint(1, 60) for _ in range(draw.randint(1, 200))]
    batches = by_length(lengths, 100)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(max(lengths[row] for row in batch) * len(batch) <= 100 for batch in batches)


def test_long_rows_come_first_and_like_lengths_share_a_batch():
    assert by_length([3, 9, 3, 9], 18) == [[1, 3], [0, 2]]


def test_a_row_longer_than_the_budget_has_a_batch_of_its_own():
    assert by_length([2, 500, 2], 10) == [[1], [0, 2]]


def test_no_rows_make_no_batch():
    assert by_length([], 10) == []


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="Give 1 or more"):
        by_length([1], 0)


def test_padding_stands_on_the_right_and_is_masked():
    input_ids, attention_mask = pad([[5, 6, 7], [8]], pad_token_id=1)
    assert torch.equal(input_ids, torch.tensor([[5, 6, 7], [8, 1, 1]]))
    assert torch.equal(attention_mask, torch.tensor([[1, 1, 1], [1, 0, 0]]))
