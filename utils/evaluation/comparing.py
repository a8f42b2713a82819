"""Is one classifier better than the other on the same sentences, and how many sentences would tell? Lesson 05.

Only sentences where one of the two is right say anything about that. Sources: McNemar 1947 (Psychometrika 12), Agresti
and Min 2005 (Stat. Med. 24, the interval), Connor 1987 (Biometrics 43, the number of sentences).
"""

import math

import numpy as np

from utils.evaluation.inputs import same_labels, same_rows
from utils.evaluation.intervals import wilson

PERMUTATIONS = 9_999


def compare(a, b, y, *, seed: int = 0):
    """Two models' predictions for the same sentences, compared in pairs. Lesson 05.

    `a` and `b` are predicted labels, `y` the true ones, all (rows,). Returns a DataFrame with the columns `value`,
    `low`, `high`, `of` and the rows `accuracy of a`, `accuracy of b`, `difference` (a minus b, with Agresti and Min's
    interval for pairs), four counts of sentences, `McNemar p` (exact) and `permutation p` (two-sided, seeded).
    Raises ValueError for different lengths, missing values, and predictions in other words than `y`.
    """
    import pandas as pd

    a, b, y = same_rows(a=a, b=b, y=y)
    same_labels(y, a, "a")
    same_labels(y, b, "b")
    a, b, n = (a == y).to_numpy(), (b == y).to_numpy(), len(y)
    only_a, only_b = int(sum(a & ~b)), int(sum(b & ~a))
    rows = {
        "accuracy of a": (a.mean(), *wilson(a.sum(), n), n),
        "accuracy of b": (b.mean(), *wilson(b.sum(), n), n),
        "difference": ((only_a - only_b) / n, *paired_interval(only_a, only_b, n), n),
        "both right": (sum(a & b), None, None, n),
        "only a right": (only_a, None, None, n),
        "only b right": (only_b, None, None, n),
        "both wrong": (sum(~a & ~b), None, None, n),
        "McNemar p": (mcnemar(only_a, only_b), None, None, None),
        "permutation p": (permutation(a, b, seed), None, None, None),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high", "of"])
    return table.astype({"value": float, "low": float, "high": float, "of": "Int64"})


def paired_interval(only_a: int, only_b: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a difference of two shares of the same n sentences: Wald's after half a sentence more in
    each of the four cells (Agresti and Min 2005), which holds for few sentences, too."""
    more_a, more_b, n = only_a + 0.5, only_b + 0.5, n + 2
    middle = (more_a - more_b) / n
    reach = 1.959964 * math.sqrt(more_a + more_b - (more_a - more_b) ** 2 / n) / n
    return max(-1.0, middle - reach), min(1.0, middle + reach)


def mcnemar(only_a: int, only_b: int) -> float:
    """McNemar's exact two-sided p: how often a fair coin splits the disagreements at least this unevenly."""
    from scipy.stats import binomtest

    return binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0


def permutation(a, b, seed: int) -> float:
    """The paired permutation p of the difference in accuracy; exact where so few sentences differ that all fit."""
    from scipy.stats import permutation_test

    differ = a != b  # swapping two equal answers changes nothing
    if differ.sum() < 2:
        return 1.0
    return permutation_test(
        (a[differ].astype(float), b[differ].astype(float)),
        lambda a, b, axis: (a - b).sum(axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        batch=500,
        rng=np.random.default_rng(seed),
    ).pvalue


def mcnemar_range(right_a: int, right_b: int, n: int):
    """McNemar's exact p between two published results on the same n sentences, as far as it can be known. Lesson 05.

    `right_a` and `right_b` count the right answers. Which sentences they were is not known, but the two can have
    disagreed on no fewer and no more than the two rows returned: a DataFrame with the columns `only_a`, `only_b`, `p`.
    Raises ValueError for counts below 0 or above n.
    """
    import pandas as pd

    if not (0 <= right_a <= n and 0 <= right_b <= n and n > 0):
        raise ValueError(f"{right_a} and {right_b} right of {n} cannot be. Give counts from 0 to n, and n from 1.")
    both_right = {
        "fewest disagreements": min(right_a, right_b),
        "most disagreements": max(0, right_a + right_b - n),
    }
    rows = {name: (right_a - both, right_b - both) for name, both in both_right.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["only_a", "only_b"])
    table["p"] = [mcnemar(*row) for row in rows.values()]
    return table


def sentences_needed(difference: float, disagreement: float, *, power: float = 0.8, alpha: float = 0.05) -> int:
    """How many sentences both models must answer so that McNemar's test finds their difference. Lesson 05.

    `difference` is the gap in accuracy to be found, `disagreement` the share of sentences where only one is right,
    `power` the chance to find it at a p below `alpha`. The formula is Connor's (1987, Biometrics 43: 207-211).
    The exact test is a little more cautious and needs a few sentences more.
    Raises ValueError for shares outside 0..1, no difference, and a difference above the disagreement.
    """
    from scipy.stats import norm

    gap = abs(difference)
    if not 0 < gap <= disagreement <= 1:
        raise ValueError(
            f"A difference of {difference} with a disagreement of {disagreement} cannot be. Give both as shares, such "
            "as 0.02 and 0.08: no difference of 0, and a disagreement from the difference up to 1."
        )
    if not (0 < power < 1 and 0 < alpha < 1):
        raise ValueError(f"power is {power} and alpha is {alpha}. Give both between 0 and 1, such as 0.8 and 0.05.")
    chance, found = norm.isf(alpha / 2), norm.ppf(power)
    spread = chance * math.sqrt(disagreement) + found * math.sqrt(disagreement - gap**2)
    return math.ceil((spread / gap) ** 2)
