"""The statistics agree with a second way to compute them, and hold what they promise."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, pearsonr, spearmanr

from utils import bias

OCCUPATIONS = [f"occupation {number}" for number in range(40)]


@pytest.fixture
def truth():
    return pd.Series(np.linspace(0, 1, 40), OCCUPATIONS)


@pytest.fixture
def scores(truth):
    return 3 * truth + np.random.default_rng(1).normal(0, 0.5, 40)


def test_series_are_matched_by_name_not_by_place(scores, truth):
    there = bias.rank_correlation(scores, truth)
    mixed = bias.rank_correlation(scores.sample(frac=1, random_state=3), truth)
    assert there["value"] == pytest.approx(spearmanr(scores, truth).statistic)
    assert mixed["value"] == pytest.approx(there["value"])
    assert there["low"] < there["value"] < there["high"] and there["n"] == 40


def test_the_interval_of_a_correlation_narrows_with_the_units(scores, truth):
    def width(estimate):
        return estimate["high"] - estimate["low"]

    assert width(bias.rank_correlation(scores, truth)) < width(bias.rank_correlation(scores[::4], truth))


def test_the_slope_is_what_the_scores_were_made_with(scores, truth):
    found = bias.slope(scores, truth)
    assert found["value"] == pytest.approx(pearsonr(scores, truth).statistic * scores.std() / truth.std())
    assert found["low"] < 3 < found["high"]
    table = pd.DataFrame({"once": scores, "twice": 2 * scores})
    assert bias.slopes(table, truth).tolist() == pytest.approx([found["value"], 2 * found["value"]])


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    draw = np.random.default_rng(5)
    found = [bias.mean_interval(draw.normal(0, 1, 40), seed) for seed in range(100)]
    assert 85 <= sum(one["low"] < 0 < one["high"] for one in found) <= 100


def test_shuffled_labels_find_nothing_and_the_real_ones_stand_out(scores, truth):
    found = bias.shuffled(scores, truth)
    assert found["low"] < 0 < found["high"]
    assert abs(found["value"]) < 0.05
    assert found["high"] == pytest.approx(1.96 / 39**0.5, abs=0.04)  # Spearman's standard error under the null
    assert found["p"] < 0.01
    assert bias.shuffled(pd.Series(np.random.default_rng(2).normal(size=40), OCCUPATIONS), truth)["p"] > 0.05


def test_a_share_has_wilsons_interval_and_the_exact_test():
    found = bias.share(round(0.605 * 1508), 1508)
    assert [round(100 * found[name], 1) for name in ("low", "high")] == [58.0, 62.9]
    small = bias.share(36, 60)
    assert [round(100 * small[name], 1) for name in ("low", "high")] == [47.4, 71.4]
    assert small["p"] == pytest.approx(binomtest(36, 60).pvalue)


def test_the_sign_flips_are_those_of_every_way_to_flip():
    teacher, student = np.zeros(8), np.array([0.3, 1.2, -0.4, 0.9, 1.1, 0.2, 0.7, -0.1])
    means = [np.mean(student * signs) for signs in itertools.product([1, -1], repeat=8)]
    exact = np.mean(np.abs(means) >= abs(student.mean()) - 1e-12)
    found = bias.paired(teacher, student)
    assert found["p"] == pytest.approx(exact)
    assert found["value"] == pytest.approx(student.mean())


def test_the_paired_test_sees_what_is_the_same_in_every_item():
    teacher = np.random.default_rng(0).normal(0, 10, 50)
    assert bias.paired(teacher, teacher + 0.1)["p"] < 0.001
    assert bias.difference(teacher + 0.1, teacher)["low"] < 0  # unpaired, it drowns


def test_mcnemar_counts_only_where_the_two_disagree():
    teacher = [True] * 12 + [False] * 30
    student = [True] * 2 + [False] * 10 + [True] * 3 + [False] * 27
    found = bias.mcnemar(teacher, student)
    assert (found["only_teacher"], found["only_student"]) == (10, 3)
    assert found["p"] == pytest.approx(binomtest(3, 13).pvalue)
    assert found["value"] == pytest.approx((5 - 12) / 42)


def test_two_groups_are_resampled_apart():
    found = bias.difference([1.0, 2.0, 3.0, 4.0], [0.0, 0.5, 1.0])
    assert found["value"] == pytest.approx(2.0)
    assert found["low"] < 2 < found["high"] and found["n"] == 7


@pytest.mark.parametrize("function", [bias.rank_correlation, bias.slope, bias.shuffled])
def test_the_same_seed_gives_the_same_figures(function, scores, truth):
    assert function(scores, truth).tolist() == function(scores, truth).tolist()
    assert function(scores, truth, seed=1).tolist() != function(scores, truth).tolist()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: bias.rank_correlation(pd.Series([1.0, 2, 3]), pd.Series([1.0, 2, 3], ["a", "b", "c"])), "indexes"),
        (lambda: bias.share(5, 3), "is no share"),
        (lambda: bias.share(0, 0), "is no share"),
        (lambda: bias.share(-1, 3), "is no share"),
        (lambda: bias.paired([1, 2], [1, 2, 3]), "cannot be paired"),
        (lambda: bias.paired([], []), "cannot be paired"),
        (lambda: bias.mcnemar([True], [True, False]), "cannot be paired"),
    ],
)
def test_bad_input_is_an_error_that_names_the_fix(call, message):
    with pytest.raises(ValueError, match=message):
        call()
