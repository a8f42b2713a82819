"""The sentiment figures of the cards: accuracy on text that no model has seen, beside a baseline without a network."""

from __future__ import annotations

import csv
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe import linear
from utils.minis.recipe.classify import predict
from utils.minis.recipe.corpus import Labelled

REVIEWS = Path(__file__).parents[2] / "data" / "reviews.csv"


def reviews(path: Path = REVIEWS) -> list[Labelled]:
    """The course's own held-out sentences (lesson 05)."""
    with open(path, encoding="utf-8", newline="") as file:
        return [Labelled(row["text"], int(row["label"])) for row in csv.DictReader(file)]


def accuracy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, items: list[Labelled]) -> float | None:
    """Share of right labels; None where there are no items."""
    if not items:
        return None
    said = predict(model, tokenizer, [item.text for item in items]) > 0.5
    return (said == torch.tensor([bool(item.label) for item in items])).float().mean().item()


def figures(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, held_out: list[Labelled]) -> dict:
    """Accuracy on sentence_polarity's held-out part and on reviews.csv."""
    return {
        "held_out_accuracy": accuracy(model, tokenizer, held_out),
        "reviews_accuracy": accuracy(model, tokenizer, reviews()),
    }


def baseline(rated: list[Labelled], held_out: list[Labelled]) -> dict:
    """The same two accuracies of the linear model, fitted to the very text that the classifiers were fine-tuned on."""
    model = linear.fit(rated)

    def score(items: list[Labelled]) -> float | None:
        return model.score([item.text for item in items], [item.label for item in items]) if items else None

    return {"held_out_accuracy": score(held_out), "reviews_accuracy": score(reviews())}
