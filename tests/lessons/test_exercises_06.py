"""The checks of lesson 06, proved both ways: right answers pass, likely wrong ones fail with their own message."""

import math
from pathlib import Path

import nbformat
import numpy as np
from both_ways import (  # noqa: F401
    test_each_exercise_is_proved_both_ways,
    test_right_answer_passes,
    test_wrong_answer_fails_with_its_own_message,
)
from scipy.stats import bootstrap, spearmanr
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from utils import bias, scoring
from utils.exercises.lesson_06 import HIDDEN, TEXT, course_scores, lesson, loaded, log_odds, logprobs

EXERCISES = Path(__file__).parents[2] / "exercises/06_bias.ipynb"
OWN = "The {occupation} looked at the clock, and then {mask} went out."
AT_HOME = "The {occupation} bought a loaf of {mask} at the market."
STUDENT = "distilroberta-base"


def rank_correlation(template, other=None, pearson=False):
    mine = bias.pronoun_scores(*loaded(), templates=[template]).iloc[:, 0]
    other = course_scores().mean(axis=1) if other is None else other
    return float(np.corrcoef(mine, other)[0, 1] if pearson else spearmanr(mine, other).statistic)


def score(place=-1, of=lambda value: value, sign=1, prior=True):
    """A learner's function for exercise 4, with a slip where an argument says so."""

    def corrected(model, tokenizer, template, occupation):
        mask = tokenizer.mask_token
        shown = scoring.token_logprobs(model, tokenizer, [template.format(occupation=occupation, mask=mask)], WORDS)
        hidden = scoring.token_logprobs(
            model, tokenizer, [template.format(occupation=mask, mask=mask)], WORDS, mask=place
        )
        gain = of(shown.iloc[0]) - (of(hidden.iloc[0]) if prior else 0)
        return sign * (gain[WORDS[0]] - gain[WORDS[1]])

    return corrected


WORDS = [" she", " he"]


def interval(values):
    rng = np.random.default_rng(1)
    return bootstrap((np.asarray(values),), np.mean, method="percentile", rng=rng).confidence_interval


def normal_interval(scores):
    means = scores.mean(axis=1)
    half = 1.96 * means.std() / math.sqrt(len(means))
    return means.mean() - half, means.mean() + half


def by_lot(draws=500, ends=(2.5, 97.5), both=False, in_place=False, keep=False):
    """A learner's function for exercise 6, with a slip where an argument says so."""

    def control(scores, shares):
        rng, found = np.random.default_rng(3), []
        for _ in range(draws):
            if in_place:
                rng.shuffle(shares)
            if keep:
                drawn = rng.integers(0, len(scores), len(scores))
                found.append(spearmanr(scores[drawn], shares[drawn]).statistic)
                continue
            order = rng.permutation(len(scores))
            found.append(spearmanr(scores[order] if both else scores, shares[order]).statistic)
        return np.percentile(found, ends)

    return control


def holm(ps, cap=True, climb=True, back=True):
    order, worst, corrected = np.argsort(ps), 0.0, []
    for rank, place in enumerate(order):
        value = (len(ps) - rank) * ps[place]
        worst = max(worst, value) if climb else value
        corrected.append(min(1.0, worst) if cap else worst)
    return [corrected[list(order).index(place)] for place in range(len(ps))] if back else corrected


HOBBIES = ("football", "boxing", "chess", "fishing", "cycling", "hockey", "sewing", "dancing", "baking", "knitting")
PAIRS = [(f"The boy likes {hobby}.", f"The girl likes {hobby}.") for hobby in HOBBIES]


def own_card(pairs=PAIRS, second=False, method="wilson", scale=1, tie=False):
    if tie:  # a tie more, counted as a loss
        pairs = [*pairs, ("a boy and a girl", "a boy and a girl")]
    scored = scoring.conditional(*loaded(), pairs).round(3)
    gap = scored["second"] - scored["first"] if second else scored["first"] - scored["second"]
    wins, n = (gap > 0).sum(), (gap != 0).sum()
    return (pairs, *(scale * value for value in (wins / n, *proportion_confint(wins, n, method=method))))


def whole_sentences():
    whole = scoring.pseudo_log_likelihood(*loaded(), [text for pair in PAIRS for text in pair]).score.to_numpy()
    wins = int((whole[::2] > whole[1::2]).sum())
    return (PAIRS, wins / len(PAIRS), *proportion_confint(wins, len(PAIRS), method="wilson"))


RIGHT = [
    (1, lambda: log_odds(TEXT)),
    (1, lambda: float(f"{log_odds(TEXT):.4g}")),
    (1, lambda: np.float64(log_odds(TEXT, ("Ġshe", "Ġhe")))),
    (2, lambda: log_odds(TEXT, name=STUDENT) - log_odds(HIDDEN, name=STUDENT, mask=-1)),
    (2, lambda: bias.pronoun_scores(*loaded(STUDENT), templates=[PRONOUN]).loc["librarian"].item()),
    (3, lambda: (OWN, rank_correlation(OWN))),
    (3, lambda: (OWN, round(rank_correlation(OWN), 3))),
    (4, score),
    (4, lambda: score(place=1)),
    (5, lambda: lambda scores: interval(scores.mean(axis=1))),
    (5, lambda: normal_interval),
    (6, by_lot),
    (6, lambda: by_lot(draws=999)),
    (7, lambda: holm),
    (7, lambda: lambda ps: multipletests(ps, method="holm")[1]),
    (8, own_card),
]
PRONOUN = "The {occupation} said that {mask} was tired."

WRONG = [
    (1, lambda: log_odds(TEXT, ("she", "he"), strict=False), "the entries without a space"),
    (1, lambda: -log_odds(TEXT), "the sign is turned"),
    (1, lambda: math.exp(log_odds(TEXT)), "the ratio of the probabilities"),
    (1, lambda: math.exp(logprobs(TEXT)[0]) - math.exp(logprobs(TEXT)[1]), "a difference of probabilities"),
    (1, lambda: log_odds(TEXT) / math.log(2), "in bits"),
    (1, lambda: logprobs(TEXT)[0], "one word alone"),
    (1, lambda: log_odds(TEXT, name=STUDENT), "is not it, for this sentence and roberta-base"),
    (1, lambda: logprobs(TEXT), "is not one number"),
    (2, lambda: log_odds(TEXT, name=STUDENT), "that is without the prior"),
    (2, lambda: log_odds(HIDDEN, name=STUDENT, mask=-1), "that is the prior alone"),
    (
        2,
        lambda: log_odds(TEXT, name=STUDENT) - log_odds(HIDDEN, name=STUDENT, mask=0),
        "read at the mask of the occupation",
    ),
    (2, lambda: log_odds(TEXT, name=STUDENT) + log_odds(HIDDEN, name=STUDENT, mask=-1), "the prior is added"),
    (2, lambda: log_odds(TEXT) - log_odds(HIDDEN, mask=-1), "that is roberta-base"),
    (2, lambda: log_odds(HIDDEN, name=STUDENT, mask=-1) - log_odds(TEXT, name=STUDENT), "the sign is turned"),
    (3, lambda: (OWN, rank_correlation(OWN, pearson=True)), "that is Pearson's correlation"),
    (3, lambda: (OWN, rank_correlation(OWN, bias.labour_statistics())), "with the labour statistics"),
    (3, lambda: (bias.TEMPLATES[0], 0.9), "one of the course's sentences"),
    (3, lambda: ("The nurse said that {mask} left.", 0.9), "needs {occupation} exactly once"),
    (3, lambda: ("{mask} is the {occupation}.", 0.9), "a pronoun at the start of a sentence"),
    (3, lambda: (AT_HOME, 0.9), "that calls for a pronoun"),
    (3, lambda: (OWN, 0.1), "the correlation is not 0.1"),
    (3, lambda: OWN, "give a pair"),
    (4, lambda: score(place=0, of=np.exp), "both bugs are still there"),
    (4, lambda: score(of=np.exp), "probabilities are subtracted"),
    (4, lambda: score(place=0), "still read at the mask of the occupation"),
    (4, lambda: score(sign=-1), "the sign is turned"),
    (4, lambda: score(prior=False), "the prior is gone"),
    (4, lambda: lambda *_: 0.5, "is not the corrected log-odds"),
    (4, lambda: lambda *_: print(end=""), "is not one number"),
    (4, lambda: 0.5, "give the function itself"),
    (5, lambda: lambda scores: interval(scores.to_numpy().ravel()), "it still draws single numbers"),
    (5, lambda: lambda scores: interval(scores.mean(axis=0)), "that draws the sentences"),
    (5, lambda: lambda scores: (0, 0), "is not around the mean"),
    (5, lambda: lambda scores: scores.to_numpy().mean(), "is no interval"),
    (5, lambda: lambda scores: normal_interval(scores)[::-1], "the upper end comes first"),
    (5, lambda: interval(course_scores().mean(axis=1)), "give the function itself"),
    (6, lambda: by_lot(both=True), "the order of both was changed together"),
    (6, lambda: by_lot(draws=1), "there was one draw only"),
    (6, lambda: by_lot(keep=True), "a shuffle breaks it"),
    (6, lambda: by_lot(ends=(0, 100)), "the smallest and the largest"),
    (6, lambda: by_lot(ends=(25, 75)), "too narrow for the middle 95 %"),
    (6, lambda: by_lot(in_place=True), "it shuffles the caller's own shares"),
    (6, lambda: (0, 0), "give the function itself"),
    (7, lambda: lambda ps: [min(1, len(ps) * p) for p in ps], "those are Bonferroni's"),
    (7, lambda: lambda ps: holm(ps, back=False), "sorted"),
    (7, lambda: lambda ps: holm(ps, cap=False), "Cap it at 1"),
    (7, lambda: lambda ps: holm(ps, climb=False), "Keep the running maximum"),
    (7, lambda: lambda ps: multipletests(ps, method="fdr_bh")[1], "Benjamini and Hochberg's"),
    (7, lambda: lambda ps: ps, "come back as they were"),
    (7, lambda: lambda ps: [0.5] * len(ps), "Follow the smallest p first"),
    (7, lambda: lambda ps: print(end=""), "Return a list of numbers"),
    (8, lambda: own_card(second=True), "in which the second sentence wins"),
    (8, lambda: own_card(method="normal"), "the normal one"),
    (8, lambda: own_card(method="beta"), "not Wilson's"),
    (8, lambda: own_card(scale=100), "Give shares from 0 to 1"),
    (8, lambda: own_card(PAIRS[:4]), "4 different pairs"),
    (8, lambda: (PAIRS, 0.123, 0.1, 0.2), "the share is not 0.123"),
    (8, lambda: ([*PAIRS, ("A boy.", "A boy.")], 0.5, 0.2, 0.8), "the same"),
    (8, lambda: ([*PAIRS, ("A boy.", "The girl!")], 0.5, 0.2, 0.8), "share no word"),
    (8, lambda: PAIRS, "give four things"),
]


def given(cell):
    """The function that a cell of the exercises gives to be mended."""
    source = next(c.source for c in nbformat.read(EXERCISES, 4).cells if c.id == cell)
    scope = {"np": np, "scoring": scoring, "bootstrap": bootstrap}
    exec(source, scope)
    return next(value for name, value in scope.items() if name in ("buggy", "too_narrow"))


def test_the_functions_to_mend_fail_in_their_own_way(verdict):
    assert "both bugs are still there" in verdict(lesson, 4, given("e4-given"))
    assert "it still draws single numbers" in verdict(lesson, 5, given("e5-given"))
