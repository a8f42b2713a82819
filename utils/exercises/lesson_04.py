"""Checks and hints of lesson 04, Pipelines. Every expected value is computed from the model in use."""

import functools
import math

from utils import anatomy, checkpoints
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import function, near, shown

lesson = Lesson("04")
check, hint, progress = lesson.check, lesson.hint, lesson.progress

ROBERTA, DISTILBERT = "roberta-base-SST-2", "distilbert-base-uncased-finetuned-sst-2-english"
SENTENCE = "I enjoy sunny days and learning new things!"
TEACHER = "The teacher said that <mask> was tired."
TEXTS = ("This film is wonderful.", "This film is awful.", SENTENCE)
LENGTHS = ("A film about a family that moves to the sea, and why it is not worth your time.", "Great.", "I hated it!")
NAMES = {0: "NEGATIVE", 1: "POSITIVE"}
ROUNDING = 1e-4  # a batch rounds otherwise than a single text


@functools.cache
def pipe(name: str, task: str = "sentiment-analysis"):
    """A pipeline of the checkpoint in use, loaded once."""
    from transformers import pipeline

    with anatomy.no_load_report():
        return pipeline(task, model=checkpoints.locate(name))


def rows(answer) -> list[dict]:
    """An answer of a classifier as a list of labels with their scores."""
    if isinstance(answer, dict):
        answer = [answer]
    if not isinstance(answer, list) or not all(
        isinstance(row, dict) and {"label", "score"} <= set(row) for row in answer
    ):
        raise Wrong(f"{shown(answer)} is no answer of a classifier. Give what the pipeline returns, as it is.")
    return answer


def same(given: dict, expected: dict) -> bool:
    """Do two answers agree in label and score, apart from rounding?"""
    return given["label"] == expected["label"] and abs(given["score"] - expected["score"]) < ROUNDING


def scores_of(name: str, text: str) -> list[float]:
    """The probabilities of the labels in the order of their numbers."""
    model = pipe(name).model
    by_label = {row["label"]: row["score"] for row in pipe(name)(text, top_k=None)}
    return [by_label[model.config.id2label[number]] for number in range(model.config.num_labels)]


@lesson.exercise(
    1,
    "One line",
    (
        "A pipeline needs a task and a folder. Then call it like a function.",
        'pipeline("sentiment-analysis", model=...) makes it. The folder is in the variable distilbert.',
        'pipeline("sentiment-analysis", model=distilbert)(sentence)',
    ),
)
def one_line(answer):
    if callable(answer):
        raise Wrong("that is the pipeline itself. Call it with the sentence.")
    if isinstance(answer, str):
        raise Wrong("that is a text. Give the whole answer, with label and score.")
    (expected,) = pipe(DISTILBERT)(SENTENCE)
    given = rows(answer)
    if len(given) == 1 and same(given[0], expected):
        return f"{expected['label']}, in one line."
    if len(given) == 1 and same(given[0], pipe(ROBERTA)(SENTENCE)[0]):
        raise Wrong("that is the RoBERTa classifier's answer. Load the folder in the variable distilbert.")
    if given and given[0]["label"].startswith("LABEL_"):
        raise Wrong("numbered labels: the DistilBERT classifier answers in words. Which folder did you load?")
    raise Wrong("that is not what it says about this sentence. Give the answer to `sentence`, and the best label only.")


@lesson.exercise(
    2,
    "Both labels",
    (
        "By default you get the best label only. Set the limit off.",
        "top_k is the number of labels that come back. Which value means no limit?",
        'pipeline("sentiment-analysis", model=distilbert)(sentence, top_k=None)',
    ),
)
def both_labels(answer):
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], list):
        answer = answer[0]  # asked with a list of one text
    given = rows(answer)
    expected = pipe(DISTILBERT)(SENTENCE, top_k=None)
    by_label = {row["label"]: row for row in given}
    if len(given) == 1:
        raise Wrong("one label only. return_all_scores is ignored in silence, and top_k is 1 unless you set it.")
    if not by_label or any(label.startswith("LABEL_") for label in by_label):
        raise Wrong("these are not the labels of the DistilBERT classifier. Which folder did you load?")
    if all(row["label"] in by_label and same(by_label[row["label"]], row) for row in expected):
        return f"{' and '.join(by_label)}, and their scores add up to one."
    if abs(sum(row["score"] for row in given) - 1) > ROUNDING:
        raise Wrong("these scores do not add up to one. Leave function_to_apply as it is, so that softmax is used.")
    raise Wrong("both labels are there, but for another text. Ask about `sentence`.")


@lesson.exercise(
    3,
    "Without a pipeline",
    (
        "Three of the four steps: ids, logits, probabilities.",
        'tokenizer(text, return_tensors="pt") gives the inputs, model(**inputs).logits the logits.',
        "logits.softmax(-1)[0, 1].item()",
    ),
)
def without_a_pipeline(answer):
    function(answer)
    expected = {text: scores_of(ROBERTA, text) for text in TEXTS}
    given = {text: answer(text) for text in TEXTS}
    if any(value is None for value in given.values()):
        raise Wrong("it returns nothing. End with return.")
    if not all(isinstance(value, (int, float)) or getattr(value, "ndim", None) == 0 for value in given.values()):
        raise Wrong("it returns more than one number. Pick the second label of the first text, as in [0, 1].")
    given = {text: float(value) for text, value in given.items()}

    def all_near(values):
        return all(abs(given[text] - values[text]) < ROUNDING for text in TEXTS)

    if all_near({text: second for text, (_, second) in expected.items()}):
        return "the same as the pipeline, to the last digit that counts."
    if all_near({text: first for text, (first, _) in expected.items()}):
        raise Wrong("that is the first label. The labels are counted from 0, so the second has the number 1.")
    if all_near({text: max(pair) for text, pair in expected.items()}):
        raise Wrong("that is the score of the best label, whichever it is. Always give the second.")
    if all_near({text: math.log(second) for text, (_, second) in expected.items()}):
        raise Wrong("that is the logarithm of the probability. Use softmax, not log_softmax.")
    if any(not 0 <= value <= 1 for value in given.values()):
        raise Wrong("that is a logit: a probability lies between 0 and 1. Use softmax first.")
    if all(value == 1 for value in given.values()):
        raise Wrong("always 1: softmax went along the texts. Take the last axis, softmax(-1).")
    raise Wrong("that is not the second label's probability. Use softmax over both logits, not a sigmoid of one.")


@lesson.exercise(
    4,
    "Names for the labels",
    (
        "Ask the classifier about a text whose answer you know. Which number is positive?",
        "The names are in pipeline.model.config, in two dictionaries: id2label and label2id.",
        'config.id2label = {0: "...", 1: "..."} and config.label2id = {"...": 0, "...": 1}, with the two names.',
    ),
)
def names_for_the_labels(answer):
    from transformers import TextClassificationPipeline

    if isinstance(answer, dict):
        raise Wrong("that is a dictionary. Write it into the config of a pipeline's model, and give the pipeline.")
    if not isinstance(answer, TextClassificationPipeline):
        raise Wrong(f"give the pipeline, not a {type(answer).__name__}.")
    if answer.model.config.model_type != "roberta":
        raise Wrong("the DistilBERT classifier has its names already. Name the labels of the RoBERTa classifier.")
    names = {int(number): name for number, name in answer.model.config.id2label.items()}
    if names == {0: "LABEL_0", 1: "LABEL_1"}:
        raise Wrong("it still answers LABEL_0 and LABEL_1. Set id2label in the config of its model.")
    if names == {0: NAMES[1], 1: NAMES[0]}:
        said = answer(TEXTS[0])[0]["label"]
        raise Wrong(f"swapped: it now says {said} of {TEXTS[0]!r}. Test which number is which.")
    if names != NAMES:
        raise Wrong(f"the names are {', '.join(map(str, names.values()))}. They must be NEGATIVE and POSITIVE.")
    if answer.model.config.label2id != {name: number for number, name in NAMES.items()}:
        raise Wrong("id2label is right, but label2id still says something else. Set both directions.")
    return "it answers in words, and both directions agree."


@lesson.exercise(
    5,
    "He against she",
    (
        "Look at the vocabulary: he and Ġhe are two entries. Which one is the pronoun in mid-sentence?",
        'targets=["Ġhe", "Ġshe"] limits the answers to the two. They come most probable first.',
        "Divide the score whose token_str is ' he' by the one whose token_str is ' she'.",
    ),
)
def he_against_she(answer):
    fill = pipe("roberta-base", "fill-mask")

    def ratio(he, she):
        with anatomy.no_load_report():  # nor the warning on targets
            found = {row["token"]: row["score"] for row in fill(TEACHER, targets=[he, she])}
        he_id, she_id = (fill.tokenizer.convert_tokens_to_ids(word) for word in (he, she))
        return found[he_id] / found[she_id]

    expected = ratio("Ġhe", "Ġshe")
    if near(answer, expected):
        return f"{expected:.2f} times as likely, for this sentence and this model. One sentence is no measurement."
    if near(answer, ratio("he", "she")):
        raise Wrong("that compares the pieces without a space. The pronouns in mid-sentence are Ġhe and Ġshe.")
    if near(answer, 1 / expected):
        raise Wrong("upside down: divide he by she.")
    if near(answer, math.log(expected)):
        raise Wrong("that is the logarithm of the ratio. Give the ratio itself.")
    if isinstance(answer, (int, float)) and 0 < answer < 1 and near(answer / (1 - answer), expected):
        raise Wrong("that is the share of he among both. Divide he by she.")
    if isinstance(answer, (list, dict)):
        raise Wrong("give one number: the probability of he divided by that of she.")
    raise Wrong(f"{shown(answer)} is not the ratio for this sentence and roberta-base.")


@lesson.exercise(
    6,
    "Find the bug",
    (
        "Sorting forgets where each text came from. Keep the places beside the texts.",
        "sorted(range(len(texts)), key=lambda place: len(texts[place])) gives the places in the order of length.",
        "Make a dictionary from place to answer, then read it in the order 0, 1, 2 and so on.",
    ),
)
def find_the_bug(answer):
    function(answer)
    classify, asked, texts = pipe(ROBERTA), [], list(LENGTHS)

    def listening(given, **arguments):
        given = given if isinstance(given, str) else list(given)
        asked.extend([given] if isinstance(given, str) else given)
        return classify(given, **arguments)

    listening.tokenizer = classify.tokenizer  # for those who count tokens
    given = answer(listening, texts)
    if texts != list(LENGTHS):
        raise Wrong("it sorts the caller's own list. Leave `texts` as it was, and sort the places.")
    if given is None:
        raise Wrong("it returns nothing. Return the labels.")
    if not isinstance(given, list) or not all(isinstance(label, str) for label in given):
        raise Wrong("return a list of labels, each a text.")
    if len(given) != len(LENGTHS):
        raise Wrong(f"{len(LENGTHS)} texts went in and {len(given)} labels came out.")
    probe = _numbered(answer)
    if probe == sorted(range(len(LENGTHS)), key=lambda place: len(LENGTHS[place])):
        raise Wrong("the labels still come in the order of length. Put them back into the order of the texts.")
    if probe != list(range(len(LENGTHS))):
        raise Wrong("the labels are in another order than the texts. Which label belongs to which place?")
    if given != [classify(text)[0]["label"] for text in LENGTHS]:
        raise Wrong("the order is right, the labels are not. Return the label that the pipeline gives.")
    if asked not in (sorted(asked, key=len), sorted(asked, key=len, reverse=True)):
        raise Wrong("the order is right, but the texts are not sorted by length any more, so the padding is back.")
    return "every label is back at its text, and the padding is saved."


def _numbered(answer) -> list:
    """The places that the answers of a learner's function belong to: a stand-in pipeline answers with the place."""
    places = {text: str(place) for place, text in enumerate(LENGTHS)}

    def numbering(texts, **_):
        return [{"label": places[text], "score": 1.0} for text in ([texts] if isinstance(texts, str) else texts)]

    numbering.tokenizer = pipe(ROBERTA).tokenizer
    return [int(label) for label in answer(numbering, list(LENGTHS)) if label in places.values()]


@lesson.exercise(
    7,
    "Answer every input",
    (
        "Three cases: what is no text, what is empty, and what is too long. Look at them before the pipeline does.",
        "pipe.tokenizer(text, verbose=False).input_ids counts the tokens. truncation=True, max_length=512 cuts.",
        'return pipe(text, truncation=True, max_length=512)[0]["label"], tokens > 512',
    ),
)
def answer_every_input(answer):
    function(answer)
    classify = pipe(ROBERTA)
    result = answer(classify, SENTENCE)
    if not isinstance(result, tuple) or len(result) != 2:
        raise Wrong(f"for a sentence it returns {shown(result)}. Return two things: the label, and whether it was cut.")
    if result[0] != classify(SENTENCE)[0]["label"]:
        raise Wrong(f"for a sentence the first part is {result[0]!r}. It must be the label that the pipeline gives.")
    for bad, what in (("", "an empty text"), (" \n ", "a text of spaces"), (None, "None"), (3, "a number")):
        try:
            answer(classify, bad)
        except ValueError as error:
            if "text_target" in str(error) or "list[str]" in str(error):
                raise Wrong(
                    f"for {what} the visitor reads transformers' own message. Raise ValueError yourself."
                ) from None
            if not str(error).strip():
                raise Wrong(f"for {what} it raises ValueError with no words. Say what to do.") from None
        except Exception as error:
            raise Wrong(f"for {what} it stops with {type(error).__name__}. Raise ValueError, in words.") from None
        else:
            raise Wrong(f"it answers to {what}. Raise ValueError.")
    for words, cut in ((510, False), (511, True), (10_000, True)):
        text = " ".join(["the"] * words)
        try:
            label, told = answer(classify, text)
        except (RuntimeError, IndexError):
            raise Wrong(f"a text of {words:,} words stops it. Cut with truncation=True, max_length=512.") from None
        if bool(told) != cut:
            length = f"{words + 2:,} tokens with its marks"
            raise Wrong(f"for a text of {length} it says cut = {told}. More than 512 are cut, and not fewer.")
        if label != classify(text, truncation=True, max_length=512)[0]["label"]:
            raise Wrong("a long text gets another label than its first 512 tokens give. Cut at 512.")
    return "every visitor gets an answer in words."


@lesson.exercise(
    8,
    "Scores and truth, a project",
    (
        "Two numbers: what the scores say on average, and how often the label is right.",
        "The pipeline gives a label and a score for each review. The column label has 1 for positive.",
        'table.score.mean() - ((table.label == "POSITIVE").to_numpy() == (reviews.label == 1).to_numpy()).mean()',
    ),
)
def scores_and_truth(answer):
    import pandas as pd

    reviews = pd.read_csv(checkpoints.DATA / "reviews.csv")

    def excess(some, name=DISTILBERT):
        positive = [row["score"] for row in _second_labels(name, tuple(some.text))]
        said = sum(max(score, 1 - score) for score in positive) / len(some)
        right = sum((score > 0.5) == bool(label) for score, label in zip(positive, some.label, strict=True)) / len(some)
        return said, right, sum(positive) / len(some)

    said, right, positive = excess(reviews.tail(120))

    def close(value):
        return isinstance(answer, (int, float)) and abs(answer - value) < 0.001

    if close(said - right):
        return f"it says {said:.2f} and is right {right:.2f}, on 120 reviews that it has never seen."
    if isinstance(answer, (int, float)) and abs(answer - 100 * (said - right)) < 0.1:
        raise Wrong("right, but in percentage points. Give the difference of the two shares.")
    if close(right - said):
        raise Wrong("the sign is turned: take what it says, minus what is right.")
    if close(said):
        raise Wrong("that is the mean score alone, or no answer counted as right. POSITIVE must be compared with 1.")
    if close(right):
        raise Wrong("that is the share that is right alone. Subtract it from the mean score.")
    if close(positive - right):
        raise Wrong("that uses the positive label's score. The promise is the score of the label that was given.")
    for some, name, what in (
        (reviews.tail(120), ROBERTA, "that is the RoBERTa classifier. Take DistilBERT."),
        (reviews.head(120), DISTILBERT, "that is for the first 120 reviews. Take the last ones."),
        (reviews, DISTILBERT, "that is for all reviews. Take the last 120."),
    ):
        other_said, other_right, _ = excess(some, name)
        if close(other_said - other_right):
            raise Wrong(what)
    if isinstance(answer, (int, float)) and abs(answer - (said - right)) < 0.006:
        raise Wrong("nearly. Do not round, neither on the way nor at the end.")
    raise Wrong(f"{shown(answer)} is not it. Are answers and reviews lined up, row by row? The index may differ.")


@functools.cache
def _second_labels(name: str, texts: tuple[str, ...]) -> list[dict]:
    """The row of the second label for each text."""
    classify = pipe(name)
    second = classify.model.config.id2label[1]
    answers = classify(list(texts), top_k=None, batch_size=16)
    return [next(row for row in answer if row["label"] == second) for answer in answers]
