"""The checks of lesson 05, proved both ways: right answers pass, likely wrong ones fail with their own message."""

import functools

import numpy as np
import torch
from both_ways import (  # noqa: F401
    test_each_exercise_is_proved_both_ways,
    test_right_answer_passes,
    test_wrong_answer_fails_with_its_own_message,
)
from scipy.stats import binomtest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import make_pipeline
from statsmodels.stats.contingency_tables import mcnemar

from utils import evaluation
from utils.exercises.lesson_05 import CARD, filtered, lesson, price, reviews, right, scores

NUMBERS = {"precision": 0.9, "recall": 0.6, "F1": 0.72, "accuracy": 0.86}


def averaged(answers, pooled=True, per=None):
    """A learner's function for batches; `answers` turns logits into labels."""

    def measure(batches):
        found = [(answers(logits) == labels).float() for logits, labels in batches]
        if pooled:
            return sum(batch.sum().item() for batch in found) / (per or sum(map(len, found)))
        return sum(batch.mean().item() for batch in found) / len(found)

    return measure


def best(logits):
    return logits.argmax(-1)


def softmax(logits):
    return (logits.softmax(-1)[:, 1] > 0.5).long()


def cut(logits):
    return (logits[:, 1] > 0.5).long()


def sigmoid(logits):
    return (logits[:, 1].sigmoid() > 0.5).long()


def worst(logits):
    return logits.argmin(-1)


def last_batch_dropped(batches):
    return averaged(best)(batches[:-1])


def disagreements(rows=slice(-200, None)):
    a, b = right("RoBERTa")[rows], right("DistilBERT")[rows]
    return int((a & ~b).sum()), int((b & ~a).sum())


def paired(rows=slice(-200, None), **options):
    only_a, only_b = disagreements(rows)
    return mcnemar([[0, only_a], [only_b, 0]], **{"exact": True} | options).pvalue


def unpaired():
    shares = [int(right(name)[-200:].sum()) for name in ("RoBERTa", "DistilBERT")]
    return mcnemar([[shares[0], 200 - shares[0]], [shares[1], 200 - shares[1]]], exact=True).pvalue


def one_sided():
    only_a, only_b = disagreements()
    return binomtest(min(only_a, only_b), only_a + only_b, alternative="less").pvalue


def cheapest(part="validation", **prices):
    table = filtered()[part]
    return evaluation.cost(table.label, table.score, **{"false_alarm": 1, "miss": 5} | prices).cost.idxmin()


def log_odds(values):
    return np.log(values / (1 - values))


def back(values):
    return 1 / (1 + np.exp(-values))


def powers(values, temperature):
    up, down = values ** (1 / temperature), (1 - values) ** (1 / temperature)
    return up / (up + down)


def words(model):
    """A learner's evaluation that chooses words on the training half only."""

    def tested(texts, labels, seed):
        train_x, test_x, train_y, test_y = train_test_split(texts, labels, test_size=0.5, random_state=seed)
        chain = make_pipeline(CountVectorizer(binary=True), SelectKBest(chi2, k=200), model)
        return chain.fit(train_x, train_y).score(test_x, test_y)

    return tested


def leaky(texts, labels, seed):
    counts = CountVectorizer(binary=True).fit_transform(texts)
    chosen = SelectKBest(chi2, k=200).fit_transform(counts, labels)
    train_x, test_x, train_y, test_y = train_test_split(chosen, labels, test_size=0.5, random_state=seed)
    return LogisticRegression().fit(train_x, train_y).score(test_x, test_y)


def on_training(texts, labels, seed):
    chain = make_pipeline(CountVectorizer(), LogisticRegression())
    return chain.fit(texts, labels).score(texts, labels)


@functools.cache
def against_all_positive(model):
    labels = reviews().label
    return evaluation.compare((scores(model) >= 0.5).astype(int), [1] * len(labels), labels)


def report(model="DistilBERT", of=None, **changes):
    found = against_all_positive(of or model)
    share, low, high = found.loc["accuracy of a", ["value", "low", "high"]]
    sentence = f"{model} is right {share:.2f} of the time, {low:.2f} to {high:.2f}, so it is not ready."
    made = {"model": model, "accuracy": share, "low": low, "high": high, "baseline": 0.5}
    return made | {"p": found.value["McNemar p"], "sentence": sentence} | changes


def duel():
    pair = ((scores(name) >= 0.5).astype(int) for name in ("RoBERTa", "DistilBERT"))
    return evaluation.compare(*pair, reviews().label).value["McNemar p"]


RIGHT = [
    (1, lambda: NUMBERS),
    (1, lambda: {name: np.float64(value) for name, value in NUMBERS.items()}),
    (2, lambda: CARD),
    (2, lambda: {name: float(value) for name, value in CARD.items()}),
    (3, lambda: averaged(best)),
    (3, lambda: averaged(softmax)),
    (3, lambda: lambda batches: torch.tensor(averaged(best)(batches))),
    (4, paired),
    (4, lambda: round(paired(), 4)),
    (4, lambda: binomtest(disagreements()[0], sum(disagreements())).pvalue),
    (5, lambda: price("test", cheapest())),
    (5, lambda: float(price("test", cheapest()))),
    (6, lambda: lambda values, t: back(log_odds(values) / t)),
    (6, lambda: powers),
    (6, lambda: lambda values, t: torch.tensor(values).logit().div(t).sigmoid()),
    (7, lambda: words(LogisticRegression())),
    (7, lambda: words(BernoulliNB())),
    (8, report),
    (8, lambda: report("RoBERTa")),
    (8, lambda: report() | {name: round(report()[name], 2) for name in ("accuracy", "low", "high", "p")}),
]

WRONG = [
    (1, lambda: NUMBERS | {"precision": 0.6, "recall": 0.9}, "precision and recall are swapped"),
    (1, lambda: NUMBERS | {"F1": 0.75}, "not the plain mean"),
    (1, lambda: {name: 100 * value for name, value in NUMBERS.items()}, "in percent"),
    (1, lambda: NUMBERS | {"accuracy": 0.18}, "Both kinds of right answers count"),
    (1, lambda: NUMBERS | {"precision": 136 / 160}, "about the harmless posts"),
    (1, lambda: NUMBERS | {"recall": 36 / 200}, "recall is not 0.18"),
    (1, lambda: NUMBERS | {"F1": 0.5}, "F1 is not 0.5"),
    (1, lambda: {"precision": 0.9}, "no entry for recall, F1, accuracy"),
    (1, lambda: 0.9, "give a dictionary"),
    (1, lambda: NUMBERS | {"F1": "0,72"}, "must be a number"),
    (2, lambda: CARD | {"FN": 54, "FP": 78}, "FN and FP are swapped"),
    (2, lambda: CARD | {"FP": 53.99, "TN": 666.01}, "whole numbers"),
    (2, lambda: CARD | {"TN": 600}, "add up to 1,134"),
    (2, lambda: {"TP": 666, "FN": 54, "FP": 78, "TN": 402}, "positive and negative are swapped"),
    (2, lambda: {"TP": 402, "FN": 54, "FP": 98, "TN": 646}, "these are 480"),
    (2, lambda: CARD | {"FP": 64, "TN": 656}, "do not give the card's numbers back"),
    (3, lambda: averaged(cut, pooled=False), "both bugs are still there"),
    (3, lambda: averaged(cut), "as if it were a probability"),
    (3, lambda: averaged(best, pooled=False), "as much as a large one"),
    (3, lambda: averaged(sigmoid), "a sigmoid of one logit"),
    (3, lambda: averaged(worst), "the share of wrong answers"),
    (3, lambda: averaged(best, per=1), "the number of right answers"),
    (3, lambda: averaged(best, per=15), "as if all batches were full"),
    (3, lambda: last_batch_dropped, "for three small batches"),
    (3, lambda: lambda batches: print(end=""), "it returns nothing"),
    (3, lambda: 0.5, "give the function itself"),
    (4, lambda: paired(exact=False, correction=False), "the approximation"),
    (4, unpaired, "pair them, review by review"),
    (4, one_sided, "one-sided"),
    (4, lambda: min(disagreements()), "the test's statistic"),
    (4, lambda: paired(slice(None)), "that is for all reviews"),
    (4, lambda: paired(slice(200)), "that is for the first 200"),
    (4, lambda: mcnemar([[0, 9], [1, 0]]), "give the p-value alone"),
    (4, lambda: 5.5, "is not it"),
    (5, lambda: price("test", cheapest("test")), "you chose there"),
    (5, lambda: price("validation", cheapest()), "the price on validation"),
    (5, lambda: price("test", 0.5), "the price at 0.5"),
    (5, cheapest, "that is the threshold"),
    (5, lambda: price("test", cheapest(false_alarm=5, miss=1)), "the prices are swapped"),
    (5, lambda: price("test", cheapest()) / 270, "the price of one message"),
    (5, lambda: price("test", 0.3), "not at validation's cheapest threshold"),
    (5, lambda: -3, "is not it"),
    (6, lambda: lambda values, t: values / t, "that divides the scores"),
    (6, lambda: lambda values, t: back(log_odds(values) * t), "that multiplies the log-odds"),
    (6, lambda: lambda values, t: log_odds(values) / t, "these are log-odds"),
    (6, lambda: lambda values, t: back(values / t), "treats the scores as log-odds"),
    (6, lambda: lambda values, t: values ** (1 / t), "the same must be done to 1 - score"),
    (6, lambda: lambda values, t: values, "the scores are unchanged"),
    (6, lambda: lambda values, t: back(log_odds(values) / 2.5), "a temperature of 1 must change nothing"),
    (6, lambda: lambda values, t: values.mean(), "an array of shape ()"),
    (6, lambda: lambda values, t: 1 - values, "not temperature scaling"),
    (6, lambda: lambda values, t: print(end=""), "it returns nothing"),
    (7, lambda: leaky, "chosen with the test labels"),
    (7, lambda: on_training, "the half that it was fitted to"),
    (7, lambda: lambda texts, labels, seed: 0.5, "less than one who never says spam"),
    (7, lambda: lambda texts, labels, seed: 50, "no accuracy"),
    (7, lambda: lambda texts, labels, seed: print(end=""), "it returns nothing"),
    (7, lambda: 0.5, "give the function itself"),
    (8, lambda: report(of="RoBERTa"), "that is the accuracy of RoBERTa"),
    (8, lambda: report(accuracy=0.99), "on all 440 reviews is not 0.99"),
    (8, lambda: report(low=0.5, high=0.51), "must lie between low and high"),
    (8, lambda: report(low=0.2, high=0.9), "not the 95 % interval of this accuracy"),
    (8, lambda: report(baseline=0.7), "always answers positive"),
    (8, lambda: report(p=duel()), "that p compares the two classifiers"),
    (8, lambda: report(p=0.9), "not that of the paired test"),
    (8, lambda: report(sentence="Ship it."), "missing, or too short"),
    (8, lambda: report(sentence="It is a very good model and I would ship it."), "does not say the accuracy"),
    (8, lambda: report(sentence=f"It is right {report()['accuracy']:.2f} of the time on these."), "how sure it is"),
    (8, lambda: report(model="BERT", of="RoBERTa"), "must be RoBERTa or DistilBERT"),
    (8, lambda: {"model": "RoBERTa"}, "no entry for accuracy"),
]


def test_the_third_hint_is_nearly_the_answer(verdict):
    cooling = lesson.exercises[6].hints[2].removeprefix("return ")
    assert verdict(lesson, 6, eval(f"lambda scores, temperature: {cooling}", {"np": np})).startswith("[OK]")
    chain = lesson.exercises[7].hints[2].removesuffix(" after the split.")

    def tested(texts, labels, seed):
        train_x, test_x, train_y, test_y = train_test_split(texts, labels, test_size=0.5, random_state=seed)
        return eval(chain, globals()).fit(train_x, train_y).score(test_x, test_y)

    assert verdict(lesson, 7, tested).startswith("[OK]")
