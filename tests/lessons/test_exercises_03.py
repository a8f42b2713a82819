"""Every check of lesson 03, both ways: right answers pass, likely wrong ones fail with the message meant for them."""

import functools

import numpy as np
import torch
from both_ways import (  # noqa: F401
    test_each_exercise_is_proved_both_ways,
    test_right_answer_passes,
    test_wrong_answer_fails_with_its_own_message,
)

from utils import anatomy, checkpoints
from utils.exercises.lesson_03 import BASES, BATCH, SENTENCE, lesson, load, review_texts


@functools.cache
def model(name, **settings):
    return load(name, **settings)[0]


@functools.cache
def tokenizer(name):
    return load(name)[1]


def shape(texts=0, tokens=0, width=None):
    longest = max(map(len, tokenizer("distilbert-base-uncased")(BATCH).input_ids))
    return (len(BATCH) + texts, longest + tokens, width or model("distilbert-base-uncased").config.hidden_size)


def short_shape():
    lengths = [len(ids) for ids in tokenizer("distilbert-base-uncased")(BATCH).input_ids]
    return shape(tokens=min(lengths) - max(lengths))


def states(extra=1, published=True):
    configs = {name: (checkpoints.blueprint(name) if published else model(name)).config for name in BASES}
    return {name: config.num_hidden_layers + extra for name, config in configs.items()}


def pool(choose=lambda hidden: hidden[:, 0], after=torch.tanh, bias=True, turned=False):
    def pooler(model, hidden):
        dense = model.pooler.dense
        weight = dense.weight if turned else dense.weight.T
        return after(choose(hidden) @ weight + (dense.bias if bias else 0))

    return pooler


@functools.cache
def heads(offset):
    """(layer, head) of bert-base-uncased that looks most at the token `offset` places away."""
    eager = model("bert-base-uncased", attn_implementation="eager")
    with torch.inference_mode():
        output = eager(**tokenizer("bert-base-uncased")(SENTENCE, return_tensors="pt"), output_attentions=True)
    weights = torch.stack(output.attentions)[:, 0].diagonal(offset, 2, 3).mean(-1)
    return divmod(int(weights.argmax()), weights.shape[1])


def embed(before=lambda model: None, after=lambda states: states[0, 0]):
    def vector(model, tokenizer, text):
        before(model)
        with torch.inference_mode():
            return after(model(**tokenizer(text, return_tensors="pt")).last_hidden_state)

    return vector


def seed(model):
    torch.manual_seed(0)


@functools.cache
def agreement():
    """The table of exercise 7, computed once."""
    names = ("distilbert-base-uncased", "bert-base-uncased")
    texts = review_texts()
    student, teacher = (anatomy.layer_vectors(model(name), tokenizer(name), texts, "tokens") for name in names)
    return np.array([[anatomy.cka(row, column) for column in teacher] for row in student])


def nearest(table=lambda table: table.argmax(1)):
    return table(agreement()).tolist()


def other_layer():
    answer = nearest()
    answer[-1] = answer[-2]
    return answer


def cka(centre=True, scaled=True, turned=lambda value: value):
    def measure(x, y):
        if centre:
            x, y = x - x.mean(0), y - y.mean(0)
        own = np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y) if scaled else 1
        return turned(np.linalg.norm(y.T @ x) ** 2 / own)

    return measure


def mean_cosine(x, y):
    width = min(x.shape[1], y.shape[1])
    x, y = x[:, :width], y[:, :width]
    return ((x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)).mean()


def wide(mask):
    return mask[:, :, None]


RIGHT = [
    (1, shape),
    (1, lambda: torch.Size(shape())),
    (1, lambda: list(shape())),
    (2, states),
    (3, pool),
    (3, lambda: lambda model, hidden: model.pooler(hidden)),
    (4, lambda: lambda hidden, mask: (hidden * wide(mask)).sum(1) / wide(mask).sum(1)),
    (4, lambda: lambda hidden, mask: torch.stack([h[m.bool()].mean(0) for h, m in zip(hidden, mask, strict=True)])),
    (5, lambda: heads(1)),
    (5, lambda: list(map(np.int64, heads(1)))),
    (6, lambda: embed(before=lambda model: model.eval())),
    (6, lambda: embed(before=lambda model: model.train(False), after=lambda states: states[:, 0])),
    (7, nearest),
    (7, lambda: dict(enumerate(nearest()))),
    (8, cka),
    (8, lambda: anatomy.cka),
]

WRONG = [
    (1, lambda: shape(tokens=-2), "They have vectors too"),
    (1, short_shape, "the length of the short text"),
    (1, lambda: shape(texts=-1), "counts the texts of the batch"),
    (1, lambda: shape()[1:], "that has 2 numbers"),
    (1, lambda: shape(width=1000), "the width of the model that is loaded"),
    (1, lambda: shape(tokens=3), "Count the tokens"),
    (1, lambda: 3, "give the shape"),
    (2, lambda: states(extra=0), "those are the layers"),
    (2, lambda: states(published=False), "use blueprints"),
    (2, lambda: states() | {"roberta-base": 24}, "look again at roberta-base."),
    (2, lambda: {"roberta-base": 13}, "no entry for distilroberta-base"),
    (2, lambda: 13, "give a dictionary"),
    (3, lambda: pool(after=lambda values: values), "One function is missing"),
    (3, lambda: pool(bias=False), "the bias is missing"),
    (3, lambda: pool(choose=lambda hidden: hidden.mean(1)), "the mean over the tokens"),
    (3, lambda: pool(choose=lambda hidden: hidden[:, -1]), "the last token"),
    (3, lambda: pool(turned=True), "must be turned"),
    (3, lambda: pool(choose=lambda hidden: hidden), "done for every token"),
    (3, lambda: pool(after=torch.sigmoid), "First token, linear layer, tanh"),
    (3, lambda: lambda model, hidden: hidden.shape, "returns a Size"),
    (3, lambda: "tanh", "give the function itself"),
    (4, lambda: lambda hidden, mask: hidden.mean(1), "the pads are counted"),
    (4, lambda: lambda hidden, mask: (hidden * wide(mask)).mean(1), "divided by all tokens"),
    (4, lambda: lambda hidden, mask: (hidden * wide(mask)).sum(1), "that is the sum"),
    (4, lambda: lambda hidden, mask: hidden[:, 0], "that is the first token"),
    (4, lambda: lambda hidden, mask: hidden[mask.bool()].mean(0), "for the whole batch"),
    (4, lambda: lambda hidden, mask: hidden.mean(2), "over the hidden numbers"),
    (4, lambda: lambda hidden, mask: hidden * wide(mask), "not (2, 4)"),
    (4, lambda: lambda hidden, mask: hidden[:, 1], "the shape is right"),
    (4, lambda: lambda hidden, mask: 0.5, "returns a float"),
    (5, lambda: heads(-1), "that head looks back"),
    (5, lambda: heads(0), "at the token itself"),
    (5, lambda: tuple(number + 1 for number in heads(1)), "counted from 1"),
    (5, lambda: heads(1)[::-1], "turned round"),
    (5, lambda: (0, 100), "layers of"),
    (5, lambda: (0, 0), "on the next token. Another puts"),
    (5, lambda: 5, "give two whole numbers"),
    (6, embed, "two calls still differ"),
    (6, lambda: embed(before=seed), "a seed only freezes the noise"),
    (6, lambda: embed(before=lambda model: model.eval(), after=lambda states: states), "Keep the last line"),
    (6, lambda: lambda model, tokenizer, text: model.eval(), "Return the vector"),
    (6, lambda: 1.0, "give the function itself"),
    (7, lambda: nearest()[1:], "the embeddings are missing"),
    (7, lambda: nearest(lambda table: table.argmax(0)), "Turn it round"),
    (7, lambda: nearest(lambda table: table.argmin(1)), "the farthest layer"),
    (7, lambda: [number + 1 for number in nearest()], "one too many each"),
    (7, lambda: list(range(len(nearest()))), "only counts up"),
    (7, other_layer, "of the student: another teacher layer"),
    (7, lambda: [0], "You give 1 numbers"),
    (7, lambda: 4, "give a list"),
    (8, lambda: cka(centre=False), "Centre the columns"),
    (8, lambda: cka(scaled=False), "multiplied by 5"),
    (8, lambda: cka(turned=lambda value: value**0.5), "squared in the formula"),
    (8, lambda: cka(turned=lambda value: 1 - value), "That is a distance"),
    (8, lambda: cka(turned=lambda value: value / 2), "not 1. Look at the denominator"),
    (8, lambda: mean_cosine, "when one table is rotated"),
    (8, lambda: cka(turned=lambda value: value**2), "the right symmetries"),
    (8, lambda: lambda x, y: x.T @ y, "one number"),
    (8, lambda: 1.0, "give the function itself"),
]


def test_hint_three_is_no_empty_promise(verdict):
    """The code in the last hints of exercises 2 and 7 gives the right answer."""
    names = ("distilbert-base-uncased", "bert-base-uncased")
    student, teacher = (anatomy.layer_vectors(model(name), tokenizer(name), review_texts(), "tokens") for name in names)
    scope = {"anatomy": anatomy, "checkpoints": checkpoints, "names": BASES, "student": student, "teacher": teacher}
    for number in (2, 7):
        answer = eval(lesson.exercises[number].hints[2], scope)
        assert verdict(lesson, number, answer).startswith("[OK]")


def test_a_check_leaves_no_seed_behind_that_a_learner_would_see(verdict):
    """Exercise 3 draws a bias: the numbers that a learner draws afterwards are not fixed by it."""
    drawn = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        verdict(lesson, 3, pool())
        drawn.append(torch.rand(1).item())
    assert drawn[0] != drawn[1]
