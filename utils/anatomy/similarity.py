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
    x, y = (np.asarray(vectors, dtype=np.float64) for vectors in (x, y))
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y):
        raise ValueError(
            f"CKA compares two tables with the same rows; these have shapes {x.shape} and {y.shape}. "
            "Give (rows, hidden) for the same tokens or texts, in the same order."
        )
    x, y = (vectors - vectors.mean(axis=0) for vectors in (x, y))
    sizes = np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)
    if not sizes:
        raise ValueError("All rows of one set are the same vector, so there is nothing to compare.")
    return float(np.linalg.norm(y.T @ x) ** 2 / sizes)
