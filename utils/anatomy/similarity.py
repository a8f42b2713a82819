"""How much two sets of vectors agree, when each lives in a space of its own."""

import numpy as np


def cka(x, y) -> float:
    """Linear CKA of two sets of vectors, from 0 to 1: do they place the same things near each other? Lesson 03.

    `x` is (rows, hidden) and `y` is (rows, other hidden): row i of both belongs to the same token or text. The result
    is 1 if one set is the other rotated, scaled or moved. Vectors that have nothing to do with each other come near 0
    only if there are many more rows than hidden numbers.
    Source: Kornblith, Norouzi, Lee and Hinton, "Similarity of Neural Network Representations Revisited", 2019
    (arXiv 1905.00414), section 3: ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) of centred X and Y, with Frobenius norms.
    Raises ValueError if the rows do not match, or if all rows of a set are equal.
    """
    return float(cka_table([x], [y])[0, 0])


def cka_table(rows, columns):
    """`cka` of each of the sets in `rows` with each in `columns`, such as all layers of two models. Lesson 03.

    An array (rows, columns). A set's product with itself is taken once, and not once for each pair, as by `cka`: at
    full size that saves more than half of the work. Raises ValueError as `cka` does.
    """
    for x in rows:
        for y in columns:
            _check_rows(x, y)
    own_rows, own_columns = ([_own(vectors) for vectors in side] for side in (rows, columns))
    if not all([*own_rows, *own_columns]):
        raise ValueError("All rows of one set are the same vector, so there is nothing to compare.")
    table = [[np.linalg.norm(_centred(y).T @ _centred(x)) ** 2 for y in columns] for x in rows]
    return np.array(table) / np.outer(own_rows, own_columns)


def _check_rows(x, y) -> None:
    shapes = np.shape(x), np.shape(y)
    if {len(shape) for shape in shapes} != {2} or shapes[0][0] != shapes[1][0]:
        raise ValueError(
            f"CKA compares two tables with the same rows; these have shapes {shapes[0]} and {shapes[1]}. "
            "Give (rows, hidden) for the same tokens or texts, in the same order."
        )


def _centred(vectors):
    vectors = np.asarray(vectors, dtype=np.float64)
    return vectors - vectors.mean(axis=0)


def _own(vectors) -> float:
    """The norm of the product of a centred set with itself."""
    centred = _centred(vectors)
    return float(np.linalg.norm(centred.T @ centred))
