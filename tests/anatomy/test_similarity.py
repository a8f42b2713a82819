"""CKA has the properties that its source proves."""

import numpy as np
import pytest

from utils import anatomy


@pytest.fixture
def sets():
    """Two sets of 3,000 vectors, drawn apart from each other."""
    random = np.random.default_rng(0)
    return random.normal(size=(3000, 12)), random.normal(size=(3000, 20))


@pytest.fixture
def rotation():
    return np.linalg.qr(np.random.default_rng(1).normal(size=(12, 12)))[0]


def test_a_set_agrees_with_itself(sets):
    assert anatomy.cka(sets[0], sets[0]) == pytest.approx(1)


def test_it_does_not_see_a_rotation_a_scale_or_a_move(sets, rotation):
    x, y = sets
    mixed = y + np.pad(x, ((0, 0), (0, 8)))
    before = anatomy.cka(x, mixed)
    assert 0.1 < before < 0.9
    assert anatomy.cka(7 * x @ rotation + 100, mixed) == pytest.approx(before)
    assert anatomy.cka(x, x @ rotation) == pytest.approx(1)


def test_it_does_see_another_linear_map(sets):
    x, _ = sets
    assert anatomy.cka(x, x * np.array([30] + [1] * 11)) < 0.5


def test_vectors_that_have_nothing_to_do_with_each_other_come_near_0(sets):
    assert 0 < anatomy.cka(*sets) < 0.02
    x, _ = sets
    assert anatomy.cka(x, x[np.random.default_rng(2).permutation(len(x))]) < 0.02


def test_few_rows_make_noise_look_like_agreement(sets):
    x, y = sets
    assert anatomy.cka(x[:15], y[:15]) > 0.4  # as the docstring warns


def test_it_is_symmetric_and_takes_tensors(sets):
    import torch

    x, y = sets
    assert anatomy.cka(x, y) == pytest.approx(anatomy.cka(y, x))
    assert anatomy.cka(torch.tensor(x), torch.tensor(y)) == pytest.approx(anatomy.cka(x, y))


def test_it_equals_the_similarity_of_similarities(sets):
    """The same by the other form of the source's section 3: the two centred Gram matrices, compared as vectors."""
    x, y = (vectors[:200] - vectors[:200].mean(0) for vectors in sets)
    first, second = (x @ x.T).ravel(), (y @ y.T).ravel()
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    assert anatomy.cka(sets[0][:200], sets[1][:200]) == pytest.approx(cosine)


@pytest.mark.parametrize("shape", [(2999, 12), (12,), (1, 3000, 12)])
def test_tables_that_do_not_match_are_refused(sets, shape):
    with pytest.raises(ValueError, match="in the same order"):
        anatomy.cka(sets[0], np.zeros(shape))


def test_a_set_of_one_vector_is_refused(sets):
    with pytest.raises(ValueError, match="nothing to compare"):
        anatomy.cka(sets[0], np.ones((3000, 5)))


def test_a_table_holds_the_agreement_of_each_pair(sets):
    x, y = sets
    rows, columns = [x, y, x[:, :5] + y[:, :5]], [y, np.hstack([x, y])]
    table = anatomy.cka_table(rows, columns)
    assert table.shape == (3, 2)
    assert table == pytest.approx(np.array([[anatomy.cka(row, column) for column in columns] for row in rows]))
    with pytest.raises(ValueError, match="same rows"):
        anatomy.cka_table([x], [y, y[:10]])
