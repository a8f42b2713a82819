"""What a report tells: the answers of a model, set against the truth, a baseline and chance."""

from collections import Counter
from typing import NamedTuple

from utils import evaluation
from utils.evaluation.comparing import paired_interval

MANY = 20_000  # from so many texts on, the bootstrap's intervals are so narrow that fewer resamples do
FEWER_RESAMPLES = 200
MISTAKES = 10


class Mistake(NamedTuple):
    """A wrong answer: which text (from 0), what it is, what the model says, and how sure the model is."""

    row: int
    truth: str
    answer: str
    score: float


class Result(NamedTuple):
    """Tables of `utils.evaluation` on the same texts, in their order; `baseline` is a Series by metric."""

    classes: list[str]
    positive: str
    truth: list[str]
    answers: object  # evaluation.classify
    metrics: object  # evaluation.report
    majority: str
    baseline: object
    ahead: evaluation.Estimate  # accuracy of the model minus that of the baseline, with its 95 % interval
    matrix: object  # evaluation.confusion
    reliability: object  # evaluation.reliability

    def mistakes(self) -> list[Mistake]:
        """The wrong answers with the highest scores, the surest first."""
        scores = self.answers[self.classes].max(axis=1)
        rows = zip(self.truth, self.answers["predicted"], scores, strict=True)
        wrong = [Mistake(row, *told) for row, told in enumerate(rows) if told[0] != told[1]]
        return sorted(wrong, key=lambda mistake: -mistake.score)[:MISTAKES]


def measure(classifier, texts: list[str], truth: list[str], positive: str) -> Result:
    """Ask the classifier about every text, and count. `truth` and `positive` are in the model's words.

    The baseline knows no text: it gives each the share of positive texts as its score, and so always answers the class
    that is more frequent.
    """
    answers = evaluation.classify(classifier.model, classifier.tokenizer, texts)
    scores = answers[positive]
    share = truth.count(positive) / len(truth)
    always = positive if share >= 0.5 else Counter(name for name in truth if name != positive).most_common(1)[0][0]
    resamples = {"resamples": FEWER_RESAMPLES} if len(truth) >= MANY else {}
    return Result(
        classes=classifier.classes,
        positive=positive,
        truth=truth,
        answers=answers,
        metrics=evaluation.report(truth, scores, positive=positive, **resamples),
        majority=always,
        baseline=evaluation.report(truth, [share] * len(truth), positive=positive, resamples=2)["value"],
        ahead=_ahead(answers["predicted"], truth, always),
        matrix=evaluation.confusion(truth, answers["predicted"], positive=positive),
        reliability=evaluation.reliability(truth, scores, positive=positive),
    )


def _ahead(answers, truth: list[str], always: str) -> evaluation.Estimate:
    """How much more often the model is right than the baseline, on the same texts, in pairs."""
    pairs = Counter((answer == true, always == true) for answer, true in zip(answers, truth, strict=True))
    only_model, only_baseline = pairs[True, False], pairs[False, True]
    difference = (only_model - only_baseline) / len(truth)
    return evaluation.Estimate(difference, *paired_interval(only_model, only_baseline, len(truth)))
