"""The statistics of the bias lesson (06): thin calls of scipy and statsmodels.

Every estimate is a pandas Series that begins with `value`, `low`, `high`, `n`: the figure, its 95 % interval, and how
many units it rests on. Units are occupations, names or pairs of sentences, never tokens: what a repetition of the study
would draw anew. Several estimates make a table: `pd.DataFrame({"one": …, "other": …}).T`.
"""

RESAMPLES = 2_000


def rank_correlation(scores, truth, seed: int = 0):
    """Spearman's rank correlation of two Series, matched by index; percentile bootstrap over the index.

    Raises ValueError, as the two below, when fewer than 3 names of the index are in both.
    """
    return _bootstrap(_spearman, _matched(scores, truth), seed)


def slope(scores, truth, seed: int = 0):
    """How many nats the score rises from a share of 0 to a share of 1: the slope of the least-squares line, with a
    percentile bootstrap over the index. A rank correlation is blind to size; this is the size."""
    return _bootstrap(_slope, _matched(scores, truth), seed)


def shuffled(scores, truth, draws: int = RESAMPLES, seed: int = 0):
    """The rank correlation when the labels are dealt out at random. `value` is the mean over the draws, `low` and
    `high` hold their middle 95 %, and `p` says how often chance came as far from 0 as the real labels."""
    import numpy as np
    import pandas as pd
    from scipy.stats import permutation_test

    x, y = _matched(scores, truth)
    found = permutation_test(
        (x,),
        lambda shuffle, axis: _spearman(shuffle, np.broadcast_to(y, shuffle.shape), axis),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=draws,
        rng=np.random.default_rng(seed),
    )
    low, high = np.percentile(found.null_distribution, [2.5, 97.5])
    mean = found.null_distribution.mean()
    return pd.Series({"value": mean, "low": low, "high": high, "n": len(x), "p": found.pvalue})


def slopes(scores, truth):
    """The slope of each column of a table of scores, in nats from a share of 0 to a share of 1: a Series."""
    return scores.apply(lambda column: _slope(*_matched(column, truth)))


def mean_interval(values, seed: int = 0):
    """The mean with a percentile bootstrap interval."""
    return _bootstrap(_mean, (values,), seed)


def share(successes: int, n: int):
    """A share with its Wilson interval, and `p` of the exact binomial test against one half.

    Raises ValueError when there is nothing to count, or more successes than trials.
    """
    import pandas as pd
    from scipy.stats import binomtest
    from statsmodels.stats.proportion import proportion_confint

    if not 0 <= successes <= n or n < 1:
        raise ValueError(f"{successes} of {n} is no share. Give counts: successes from 0 to n, and n of 1 or more.")
    successes = round(successes)
    low, high = proportion_confint(successes, n, method="wilson")
    return pd.Series({"value": successes / n, "low": low, "high": high, "n": n, "p": binomtest(successes, n).pvalue})


def difference(one, other, seed: int = 0):
    """Mean of one group minus mean of another, different units in each; percentile bootstrap over both."""
    return _bootstrap(lambda x, y, axis=-1: x.mean(axis) - y.mean(axis), (one, other), seed, paired=False)


def paired(teacher, student, draws: int = 9_999, seed: int = 0):
    """Mean of student - teacher on the same items, matched by position, with a percentile bootstrap over the items, and
    `p` of the permutation test that flips the sign of each difference.

    Raises ValueError when the two are not equally long.
    """
    import numpy as np
    from scipy.stats import permutation_test

    differences = np.subtract(*_same_items(student, teacher))
    flips = permutation_test(
        (differences,),
        _mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=draws,
        rng=np.random.default_rng(seed),
    )
    found = _bootstrap(_mean, (differences,), seed)
    found["p"] = flips.pvalue
    return found


def mcnemar(teacher, student, seed: int = 0):
    """Two columns of yes and no on the same items: `value` is the student's share of yes minus the teacher's, with a
    percentile bootstrap over the items, and `p` is McNemar's exact test. It looks only at the items where the two
    disagree: `only_teacher`, `only_student`.

    Raises ValueError when the two are not equally long.
    """
    import numpy as np
    from statsmodels.stats import contingency_tables

    teacher, student = (column.astype(bool) for column in _same_items(teacher, student))
    only_teacher, only_student = int((teacher & ~student).sum()), int((student & ~teacher).sum())
    test = contingency_tables.mcnemar([[0, only_teacher], [only_student, 0]], exact=True)
    found = _bootstrap(_mean, (np.subtract(student, teacher, dtype=float),), seed)
    found["only_teacher"], found["only_student"], found["p"] = only_teacher, only_student, test.pvalue
    return found


def _matched(scores, truth):
    both = scores.index.intersection(truth.index)
    if len(both) < 3:
        raise ValueError(f"Only {len(both)} names are in both indexes, and 3 are needed. Index both by occupation.")
    return scores[both].to_numpy(float), truth[both].to_numpy(float)


def _same_items(one, other):
    import numpy as np

    one, other = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if one.shape != other.shape or not one.size:
        raise ValueError(f"{one.size} and {other.size} scores cannot be paired. Give scores of the same items.")
    return one, other


def _bootstrap(statistic, samples, seed: int, paired: bool = True):
    """`statistic` of the samples with its percentile interval; resamples whole units where `paired`."""
    import numpy as np
    import pandas as pd
    from scipy.stats import bootstrap

    samples = tuple(np.asarray(sample, dtype=float) for sample in samples)
    drawn = bootstrap(
        samples,
        statistic,
        paired=paired,
        method="percentile",
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(seed),
    )
    low, high = drawn.confidence_interval
    units = len(samples[0]) if paired else sum(map(len, samples))
    return pd.Series({"value": statistic(*samples), "low": low, "high": high, "n": units})


def _mean(values, axis=-1):
    return values.mean(axis)


def _slope(x, y, axis=-1):
    """Of x on y."""
    x, y = (values - values.mean(axis, keepdims=True) for values in (x, y))
    return (x * y).sum(axis) / (y * y).sum(axis)


def _spearman(x, y, axis=-1):
    """scipy.stats.spearmanr, for many resamples at once: the slope of ranks, with both spreads taken out."""
    from scipy.stats import rankdata

    x, y = rankdata(x, axis=axis), rankdata(y, axis=axis)
    return _slope(x, y, axis) * y.std(axis) / x.std(axis)
