"""Checks and hints of lesson 05, Evaluation metrics. Every expected value is computed, from the model in use where
there is one."""

import functools
import re

from utils import anatomy, checkpoints, evaluation
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import function, shown

lesson = Lesson("05")
check, hint, progress = lesson.check, lesson.hint, lesson.progress

NAMES = {"RoBERTa": "roberta-base-SST-2", "DistilBERT": "distilbert-base-uncased-finetuned-sst-2-english"}
COUNTS = {"TP": 36, "FN": 24, "FP": 4, "TN": 136}
CARD = {"TP": 402, "FN": 78, "FP": 54, "TN": 666}
FALSE_ALARM, MISS = 1, 5
CHANCE = 0.56  # coins on a held-out half of 900 messages come out above this once in a hundred times


def close(answer, value: float, by: float = 0.001) -> bool:
    """Is `answer` a number that is at most `by` away from `value`?"""
    try:
        return abs(float(answer) - value) <= by
    except (TypeError, ValueError):
        return False


def entries(answer, names) -> dict:
    """The answer's entries of these names, as numbers. Raises Wrong if it is no dictionary, or if one is missing."""
    if not isinstance(answer, dict):
        raise Wrong(f"give a dictionary with the keys {', '.join(names)}.")
    missing = [name for name in names if name not in answer]
    if missing:
        raise Wrong(f"there is no entry for {', '.join(missing)}.")
    try:
        return {name: float(answer[name]) for name in names}
    except (TypeError, ValueError):
        raise Wrong("every entry must be a number.") from None


@functools.cache
def reviews():
    """The labelled reviews."""
    import pandas as pd

    return pd.read_csv(checkpoints.DATA / "reviews.csv")


@functools.cache
def scores(short: str):
    """P(positive) of every review, by the classifier in use."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = checkpoints.locate(NAMES[short])
    with anatomy.no_load_report():
        model = AutoModelForSequenceClassification.from_pretrained(folder)
    table = evaluation.classify(model, AutoTokenizer.from_pretrained(folder), reviews().text, progress=False)
    return table[model.config.id2label[1]].to_numpy()


def right(short: str):
    """Which reviews the classifier gets right."""
    return (scores(short) >= 0.5) == (reviews().label == 1).to_numpy()


def exact_p(right_a, right_b) -> float:
    """The p-value of McNemar's exact test between two models, from which answers of each are right."""
    from scipy.stats import binomtest

    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0


@lesson.exercise(
    1,
    "Four numbers from four counts",
    (
        "Precision asks about those that were called harmful, recall about those that are.",
        "TP stands above the line in both. Below it: TP + FP for precision, TP + FN for recall.",
        "F1 is 2 * precision * recall / (precision + recall), accuracy is (TP + TN) divided by all four counts.",
    ),
)
def four_numbers(answer):
    tp, fn, fp, tn = COUNTS.values()
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    expected = {
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / (precision + recall),
        "accuracy": (tp + tn) / (tp + fn + fp + tn),
    }
    given = entries(answer, expected)
    if all(close(given[name], 100 * value, 0.1) for name, value in expected.items()):
        raise Wrong("right, but in percent. Give shares between 0 and 1.")
    if close(given["precision"], recall) and close(given["recall"], precision):
        raise Wrong("precision and recall are swapped. Precision divides by those that were called harmful.")
    if close(given["precision"], tn / (tn + fn)) or close(given["recall"], tn / (tn + fp)):
        raise Wrong("that is about the harmless posts. Precision and recall here ask about the harmful ones.")
    for name in ("precision", "recall"):
        if not close(given[name], expected[name]):
            raise Wrong(f"{name} is not {shown(given[name])}. Which two counts belong below the line?")
    if close(given["F1"], (precision + recall) / 2):
        raise Wrong("F1 is not the plain mean of precision and recall but the harmonic one.")
    if not close(given["F1"], expected["F1"]):
        raise Wrong(f"F1 is not {shown(given['F1'])}. It is twice the product, divided by the sum.")
    if not close(given["accuracy"], expected["accuracy"]):
        raise Wrong(f"accuracy is not {shown(given['accuracy'])}. Both kinds of right answers count, of all posts.")
    return "four counts are enough for all of them."


@lesson.exercise(
    2,
    "Solve a card",
    (
        "You know how many sentences are positive. Which of the three numbers speaks of them alone?",
        "Recall times the positive sentences gives TP. TP divided by precision gives all that were called positive.",
        "FN is what is missing to 480, FP what is called positive beyond TP, and TN what is missing to 1,200.",
    ),
)
def solve_a_card(answer):
    given = entries(answer, CARD)
    if given == CARD:
        return "the card has told you everything."
    if any(value != round(value) for value in given.values()):
        raise Wrong("sentences come in whole numbers. Use round.")
    if sum(given.values()) != sum(CARD.values()):
        raise Wrong(f"your counts add up to {sum(given.values()):,.0f}. There are {sum(CARD.values()):,} sentences.")
    if given["TP"] == CARD["TN"]:
        raise Wrong("positive and negative are swapped. TP is at most the number of positive sentences.")
    if given["FN"] == CARD["FP"] and given["FP"] == CARD["FN"]:
        raise Wrong("FN and FP are swapped: a missed positive is a false negative.")
    if given["TP"] + given["FN"] != CARD["TP"] + CARD["FN"]:
        raise Wrong("TP and FN together are all positive sentences, and these are 480.")
    raise Wrong("these counts do not give the card's numbers back. Work all three out of them again.")


def tested_batches():
    """Batches of logits (texts, 2) and labels, of unequal sizes, on which each slip of exercise 3 shows."""
    import torch

    draw = torch.Generator().manual_seed(110)  # one that lets them show
    sizes = (5, 5, 2)
    return [(torch.randn(size, 2, generator=draw) + 1, torch.randint(0, 2, (size,), generator=draw)) for size in sizes]


def share_right(batches, answers, pooled: bool = True) -> float:
    """Share of right answers: over all texts, or the mean over batches. `answers` turns logits into labels."""
    found = [(answers(logits) == labels).float() for logits, labels in batches]
    if pooled:
        return (sum(batch.sum() for batch in found) / sum(len(batch) for batch in found)).item()
    return (sum(batch.mean() for batch in found) / len(found)).item()


@lesson.exercise(
    3,
    "Find two bugs",
    (
        "Logits are no probabilities. And is a batch of two texts worth as much as a batch of five?",
        "The answer is the label with the larger logit. Count right answers and texts over all batches first.",
        "answers = logits.argmax(-1); add up (answers == labels).sum() and len(labels), and divide once at the end.",
    ),
)
def find_two_bugs(answer):
    function(answer)
    batches = tested_batches()
    value = answer(batches)
    if value is None:
        raise Wrong("it returns nothing. End with return.")

    def best(logits):
        return logits.argmax(-1)

    def cut(logits):
        return (logits[:, 1] > 0.5).long()

    def sigmoid(logits):
        return (logits[:, 1].sigmoid() > 0.5).long()

    if close(value, share_right(batches, best)):
        return "every text counts once, and the larger logit wins."
    if close(value, share_right(batches, cut, pooled=False)):
        raise Wrong("both bugs are still there: a logit is compared with 0.5, and every batch weighs the same.")
    if close(value, share_right(batches, cut)):
        raise Wrong("every text counts once now. But a logit is still compared with 0.5, as if it were a probability.")
    if close(value, share_right(batches, best, pooled=False)):
        raise Wrong("the answers are right now. But a small batch still weighs as much as a large one.")
    if close(value, share_right(batches, sigmoid)) or close(value, share_right(batches, sigmoid, pooled=False)):
        raise Wrong("a sigmoid of one logit forgets the other. Compare the two: softmax, or simply the larger one.")
    if close(value, 1 - share_right(batches, best)):
        raise Wrong("that is the share of wrong answers.")
    total = sum(len(labels) for _, labels in batches)
    if close(value, total * share_right(batches, best)):
        raise Wrong("that is the number of right answers. Divide by the number of texts.")
    if close(value, total * share_right(batches, best) / (len(batches) * len(batches[0][1]))):
        raise Wrong("you divide as if all batches were full. The last one has fewer texts.")
    raise Wrong(f"for three small batches it gives {shown(value)}, and {share_right(batches, best):.4g} is right.")


@lesson.exercise(
    4,
    "Is one better?",
    (
        "Only the sentences that one gets right and the other wrong say which is better.",
        "mcnemar from statsmodels wants a table of two rows and two columns, and exact=True.",
        "Rows: RoBERTa right or not; columns: DistilBERT right or not. evaluation.compare does it all from answers.",
    ),
)
def is_one_better(answer):
    from scipy.stats import binomtest
    from statsmodels.stats.contingency_tables import mcnemar
    from statsmodels.stats.proportion import proportions_ztest

    def table(rows):
        a, b = (right(short)[rows] for short in NAMES)
        return [[int((a & b).sum()), int((a & ~b).sum())], [int((~a & b).sum()), int((~a & ~b).sum())]]

    last = slice(-200, None)
    found = table(last)
    (both, only_a), (only_b, _) = found
    expected = exact_p(*(right(short)[last] for short in NAMES))
    if isinstance(answer, (tuple, list)) or hasattr(answer, "pvalue"):
        raise Wrong("give the p-value alone, one number.")
    if close(answer, expected):
        end = "these reviews tell the two apart" if expected < 0.05 else "these reviews cannot tell the two apart"
        return f"{only_a} reviews speak for RoBERTa, {only_b} for DistilBERT, p = {expected:.2f}: {end}."
    if close(answer, min(only_a, only_b)):
        raise Wrong("that is the test's statistic. Give its p-value.")
    for correction in (False, True):
        if close(answer, float(mcnemar(found, exact=False, correction=correction).pvalue)):
            raise Wrong("that is the approximation for many disagreements. Ask for the exact test, exact=True.")
    if only_a + only_b and close(answer, binomtest(min(only_a, only_b), only_a + only_b, alternative="less").pvalue):
        raise Wrong("that is one-sided: you looked which is ahead first, and then asked about this side only.")
    totals = [[both + only_a, 200 - both - only_a], [both + only_b, 200 - both - only_b]]
    unpaired = [proportions_ztest([row[0] for row in totals], [200, 200])[1], mcnemar(totals, exact=True).pvalue]
    if any(close(answer, float(value)) for value in unpaired):
        raise Wrong("that treats them as two separate tests. They read the same reviews: pair them, review by review.")
    for rows, what in ((slice(None), "all reviews"), (slice(200), "the first 200")):
        if close(answer, exact_p(*(right(short)[rows] for short in NAMES))):
            raise Wrong(f"that is for {what}. Take the last 200.")
    raise Wrong(f"{shown(answer)} is not it. Does your table count pairs of answers, 200 in all?")


@functools.cache
def filtered():
    """The messages of the validation and of the test part, with the exercise's own scores."""
    import pandas as pd
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    messages = pd.read_csv(checkpoints.DATA / "messages.csv")
    train = messages[messages.split == "train"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(tol=1e-6)).fit(train.text, train.label)
    messages["score"] = model.predict_proba(messages.text)[:, 1].round(3)
    return {name: messages[messages.split == name] for name in ("validation", "test")}


def price(part: str, threshold: float, false_alarm: int = FALSE_ALARM, miss: int = MISS) -> int:
    """What it costs to call spam what has at least this score."""
    table = filtered()[part]
    called = table.score >= threshold
    return int(false_alarm * (called & (table.label == 0)).sum() + miss * (~called & (table.label == 1)).sum())


@lesson.exercise(
    5,
    "Choose a threshold",
    (
        "Two steps: the cheapest threshold on validation, and then its price on test. Choose nothing on test.",
        "evaluation.cost(y, scores, false_alarm=..., miss=...) has a column cost; idxmin gives the cheapest threshold.",
        "For a threshold t: false_alarm * (score >= t and not spam) + miss * (score < t and spam), counted on test.",
    ),
)
def choose_a_threshold(answer):
    thresholds = sorted({2.0, *filtered()["validation"].score, *filtered()["test"].score})
    on_validation = {threshold: price("validation", threshold) for threshold in thresholds}
    cheapest = min(on_validation.values())
    chosen = [threshold for threshold in thresholds if on_validation[threshold] == cheapest]
    fair = {price("test", threshold) for threshold in chosen}
    lucky = min(price("test", threshold) for threshold in thresholds)
    if any(close(answer, threshold, 0.0005) for threshold in chosen):
        raise Wrong("that is the threshold. Give what it costs on the test part.")
    if any(close(answer, cost) for cost in fair):
        return f"{cheapest} on validation, where you chose it, and {answer:g} on test: only the second is honest."
    if close(answer, lucky):
        raise Wrong("that is the lowest price on the test part: you chose there. Choose on validation.")
    if close(answer, cheapest):
        raise Wrong("that is the price on validation, where you chose. Give the price on test.")
    if close(answer, price("test", 0.5)):
        raise Wrong("that is the price at 0.5. Choose the threshold on validation first.")
    swapped = {threshold: price("validation", threshold, MISS, FALSE_ALARM) for threshold in thresholds}
    wrong_way = {threshold for threshold, cost in swapped.items() if cost == min(swapped.values())}
    if any(close(answer, price("test", t, *p)) for t in wrong_way for p in ((MISS, FALSE_ALARM), (FALSE_ALARM, MISS))):
        raise Wrong(f"the prices are swapped: a false alarm costs {FALSE_ALARM}, a miss {MISS}.")
    if any(close(answer, cost / len(filtered()["test"])) for cost in fair):
        raise Wrong("that is the price of one message. Give that of the whole test part.")
    if any(close(answer, price("test", threshold)) for threshold in thresholds):
        raise Wrong("that is a price on test, but not at validation's cheapest threshold. Try every score.")
    raise Wrong(f"{shown(answer)} is not it. Count false alarms and misses on test, each times its price.")


@lesson.exercise(
    6,
    "Cool the scores",
    (
        "The temperature divides the log-odds, not the score.",
        "The log-odds of p are log(p / (1 - p)). Back again: 1 / (1 + exp(-log-odds)).",
        "return 1 / (1 + np.exp(-np.log(scores / (1 - scores)) / temperature))",
    ),
)
def cool_the_scores(answer):
    import numpy as np

    function(answer)
    scores, temperature = np.array([0.02, 0.3, 0.5, 0.8, 0.99]), 2.5
    expected = 1 / (1 + ((1 - scores) / scores) ** (1 / temperature))
    value = answer(scores.copy(), temperature)
    if value is None:
        raise Wrong("it returns nothing. End with return.")
    value = np.asarray(value, float)
    if value.shape != scores.shape:
        raise Wrong(f"five scores went in, and an array of shape {value.shape} came out.")

    def is_like(other):
        return np.allclose(value, other, atol=1e-4)

    if is_like(expected):
        if not np.allclose(answer(scores.copy(), 1.0), scores):
            raise Wrong("right for one temperature. But a temperature of 1 must change nothing.")
        return "softer scores, in the same order, and 0.5 stays where it is."
    if is_like(scores):
        raise Wrong("the scores are unchanged. Where does the temperature come in?")
    if is_like(scores / temperature):
        raise Wrong("that divides the scores: then 0.99 becomes 0.4, and answers change. Divide the log-odds.")
    if is_like(scores ** (1 / temperature)):
        raise Wrong("nearly: the same must be done to 1 - score, and both divided by their sum.")
    if is_like(1 / (1 + ((1 - scores) / scores) ** temperature)):
        raise Wrong("that multiplies the log-odds: the scores became bolder. Divide.")
    if is_like(np.log(scores / (1 - scores)) / temperature):
        raise Wrong("these are log-odds. Turn them back into probabilities.")
    if is_like(1 / (1 + np.exp(-scores / temperature))):
        raise Wrong("that treats the scores as log-odds. Take log(p / (1 - p)) first.")
    raise Wrong("that is not temperature scaling. From score to log-odds, divide, and back.")


@functools.cache
def messages():
    """Texts of the messages, and their labels."""
    import pandas as pd

    table = pd.read_csv(checkpoints.DATA / "messages.csv")
    return table.text, table.label.to_numpy()


@lesson.exercise(
    7,
    "Find the leak",
    (
        "The labels are coins, so nothing can be learned. Which step has seen labels of the test half?",
        "Split first. Then choose the words on the training half only.",
        "make_pipeline(CountVectorizer(binary=True), SelectKBest(chi2, k=200), LogisticRegression()) after the split.",
    ),
)
def find_the_leak(answer):
    import numpy as np

    function(answer)
    texts, labels = messages()
    coins = np.random.default_rng(5).integers(0, 2, len(texts))
    if answer(texts, coins, 0) is None:
        raise Wrong("it returns nothing. Return the accuracy on the test half.")
    on_coins = float(np.mean([answer(texts, coins, seed) for seed in range(3)]))
    real = float(answer(texts, labels, 0))
    if not 0 <= on_coins <= 1:
        raise Wrong(f"{shown(on_coins)} is no accuracy. Return a share between 0 and 1.")
    if on_coins > 0.9:
        raise Wrong(f"it guesses coins with accuracy {on_coins:.2f}: you test on the half that it was fitted to.")
    if on_coins > CHANCE:
        raise Wrong(f"it still guesses coins with accuracy {on_coins:.2f}. The words are chosen with the test labels.")
    if real < labels.mean() or real < 1 - labels.mean():
        raise Wrong(f"on the real labels it has {real:.2f}, less than one who never says spam. Fit a model.")
    return f"coins come out at {on_coins:.2f}, as they must, and real spam at {real:.2f}."


@lesson.exercise(
    8,
    "Your report, a project",
    (
        "Four numbers and a sentence: what you measured, how sure it is, against what, and what follows.",
        "evaluation.report gives accuracy with low and high, evaluation.compare the McNemar p against all ones.",
        "The baseline's answers are [1] * 440. p compares your model's answers with them.",
    ),
)
def your_report(answer):
    names = ("accuracy", "low", "high", "baseline", "p")
    given = entries(answer, names)
    short = answer.get("model")
    if short not in NAMES:
        raise Wrong(f"the entry model must be {' or '.join(NAMES)}.")
    labels = reviews().label.to_numpy()
    low, high = evaluation.wilson(right(short).sum(), len(labels))
    if not close(given["accuracy"], right(short).mean(), 0.0051):
        other = next(name for name in NAMES if name != short)
        if close(given["accuracy"], right(other).mean(), 0.0051):
            raise Wrong(f"that is the accuracy of {other}, and the report says {short}.")
        raise Wrong(f"the accuracy of {short} on all {len(labels)} reviews is not {shown(given['accuracy'])}.")
    if not given["low"] < given["accuracy"] < given["high"]:
        raise Wrong("the accuracy must lie between low and high.")
    if not (close(given["low"], low, 0.012) and close(given["high"], high, 0.012)):
        raise Wrong("that is not the 95 % interval of this accuracy. Is it of another metric, or another level?")
    if not close(given["baseline"], labels.mean(), 0.0051):
        raise Wrong("the baseline is the accuracy of one who always answers positive.")
    if not close(given["p"], exact_p(right(short), labels == 1), 0.0051):
        if close(given["p"], exact_p(*map(right, NAMES)), 0.0051):
            raise Wrong("that p compares the two classifiers. Compare your model with the baseline.")
        raise Wrong("p is not that of the paired test between your model and the baseline.")
    sentence = answer.get("sentence")
    if not isinstance(sentence, str) or len(sentence.split()) < 8:
        raise Wrong("the entry sentence is missing, or too short. Say what you measured, and what follows.")
    told = {float(number) for number in re.findall(r"\d+\.\d+|\d+", sentence)}
    if not any(close(number, given["accuracy"] * size, 0.0051 * size) for number in told for size in (1, 100)):
        raise Wrong("the sentence does not say the accuracy. A decision without a number cannot be checked.")
    if not any(close(number, given["low"] * size, 0.0051 * size) for number in told for size in (1, 100)):
        raise Wrong("the sentence does not say how sure it is. Put the interval in.")
    return "a number, its interval, a baseline, a test and a sentence: that is a report."
