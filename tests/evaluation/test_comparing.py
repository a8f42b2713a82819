"""Paired comparisons against statsmodels, against simulations, and on published figures."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from utils.evaluation import compare, mcnemar_range, sentences_needed, wilson


def predictions(both_right, only_a, only_b, both_wrong):
    """Two models' predictions with these counts, and the truth."""
    a = [1] * (both_right + only_a) + [0] * (only_b + both_wrong)
    b = [1] * both_right + [0] * only_a + [1] * only_b + [0] * both_wrong
    return a, b, [1] * len(a)


@pytest.mark.parametrize("four", [(40, 12, 3, 5), (0, 1, 0, 0), (10, 0, 0, 2), (3, 5, 5, 3), (800, 30, 9, 33)])
def test_the_table_holds_what_the_four_counts_say(four):
    table = compare(*predictions(*four))
    both, only_a, only_b, neither = four
    n = sum(four)
    assert table["value"].iloc[3:7].tolist() == list(four)
    assert table.loc["difference", "value"] == pytest.approx((only_a - only_b) / n)
    assert table.loc["accuracy of a"].tolist() == pytest.approx([(both + only_a) / n, *wilson(both + only_a, n), n])
    assert table.loc["accuracy of b"].tolist() == pytest.approx([(both + only_b) / n, *wilson(both + only_b, n), n])
    expected = mcnemar([[both, only_a], [only_b, neither]], exact=True).pvalue if only_a + only_b else 1
    assert table.loc["McNemar p", "value"] == pytest.approx(expected)
    # Swapping a pair's answers is the coin of McNemar's test: the two p-values differ by chance only.
    assert table.loc["permutation p", "value"] == pytest.approx(expected, abs=0.02)


def test_words_will_do_as_labels_of_more_than_two_classes():
    table = compare(["a", "b", "c"], ["a", "c", "c"], ["a", "b", "a"])
    assert table["value"].iloc[3:7].tolist() == [1, 1, 0, 1]


def test_the_same_comparison_gives_the_same_table_and_the_other_way_round_its_mirror():
    a, b, y = predictions(40, 12, 3, 5)
    table, mirror = compare(a, b, y), compare(b, a, y)
    assert table.equals(compare(a, b, y))
    low, high = table.loc["difference", ["low", "high"]]
    assert mirror.loc["difference", ["low", "high"]].tolist() == pytest.approx([-high, -low])


@pytest.mark.parametrize(("n", "only_a", "only_b"), [(30, 0.12, 0.06), (100, 0.1, 0.1), (400, 0.08, 0.04), (40, 0, 0)])
def test_the_interval_of_the_difference_holds_the_truth_at_least_about_as_often_as_it_says(n, only_a, only_b):
    draw, held = np.random.default_rng(0), []
    for counts in draw.multinomial(n, [0.7 - only_a, only_a, only_b, 0.3 - only_b], size=200):
        low, high = compare(*predictions(*counts)).loc["difference", ["low", "high"]]
        held.append(low <= only_a - only_b <= high)
    assert np.mean(held) >= 0.92


def test_published_accuracies_bound_the_p_value():
    apart = mcnemar_range(823, 794, 872)  # 0.9438 and 0.9106
    assert apart[["only_a", "only_b"]].to_numpy().tolist() == [[29, 0], [78, 49]]
    assert (apart["p"] < 0.05).all()
    close = mcnemar_range(796, 794, 872)
    assert (close["p"] > 0.05).all()
    assert mcnemar_range(5, 5, 10)["p"].tolist() == [1, 1]


@pytest.mark.parametrize(("difference", "disagreement"), [(0.02, 0.08), (0.05, 0.1), (-0.03, 0.2), (0.08, 0.2)])
def test_as_many_sentences_as_needed_find_the_difference_about_as_often_as_asked(difference, disagreement):
    n = sentences_needed(difference, disagreement)
    better, worse = (disagreement + difference) / 2, (disagreement - difference) / 2
    counts = np.random.default_rng(0).multinomial(n, [better, worse, 1 - disagreement], size=20_000)
    # The asymptotic test that the formula is made for: chi-squared above 3.84.
    found = (counts[:, 0] - counts[:, 1]) ** 2 > 3.841459 * (counts[:, 0] + counts[:, 1])
    assert 0.76 < found.mean() < 0.86


def test_more_power_and_a_smaller_difference_need_more_sentences():
    assert sentences_needed(0.02, 0.08, power=0.9) > sentences_needed(0.02, 0.08) > sentences_needed(0.04, 0.08)
