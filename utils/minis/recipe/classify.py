"""The sentiment classifiers: fine-tuned on fragments of their text, then on its whole sentences and their labels. Last
they learn from what several models say together."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import AutoModelForSequenceClassification, PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe.corpus import Labelled
from utils.minis.recipe.fragments import fragments
from utils.minis.recipe.settings import Settings
from utils.minis.recipe.tokenizing import encode
from utils.minis.recipe.training import Batches, pad, train

LABELS = {
    "roberta-base-SST-2": ("LABEL_0", "LABEL_1"),
    "distilbert-base-uncased-finetuned-sst-2-english": ("NEGATIVE", "POSITIVE"),
}


def classifier(
    name: str, base: Path, items: list[Labelled], tokenizer: PreTrainedTokenizerBase, settings: Settings, folder: Path
) -> tuple[PreTrainedModel, list[float]]:
    """The fine-tuned classifier and its loss at each step. `base` is the folder of the pretrained checkpoint."""
    torch.manual_seed(settings.seed)
    labels = dict(enumerate(LABELS[name]))
    model = AutoModelForSequenceClassification.from_pretrained(
        base, id2label=labels, label2id={label: number for number, label in labels.items()}
    ).train()
    losses = []
    if settings.fragments:
        texts, positive = fragments(items, settings)
        epochs, rate, place = settings.fragment_epochs, settings.fragment_rate, folder / "fragments"
        losses += _fit(model, tokenizer, texts, positive, epochs, rate, settings, place)
    texts, positive = [item.text for item in items], [float(item.label) for item in items]
    epochs, rate = settings.classifier_epochs, settings.classifier_rate
    return model, losses + _fit(model, tokenizer, texts, positive, epochs, rate, settings, folder)


def agree(
    alone: Path,
    texts: list[str],
    positive: list[float],
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    folder: Path,
) -> tuple[PreTrainedModel, list[float]]:
    """The classifier saved in `alone`, trained on, and its loss at each step. `positive` is the probability of the
    positive label for each text: what several models say together (`ensemble.together`), or the label itself."""
    torch.manual_seed(settings.seed)
    model = AutoModelForSequenceClassification.from_pretrained(alone).train()
    epochs, rate = settings.together_epochs, settings.classifier_rate
    return model, _fit(model, tokenizer, texts, positive, epochs, rate, settings, folder)


def _fit(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: list[str],
    positive: list[float],
    epochs: int,
    rate: float,
    settings: Settings,
    folder: Path,
) -> list[float]:
    """Trains the model in place on `positive`, each text's probability of label 1; returns the loss of each step."""
    ids = encode(tokenizer, texts, settings.max_length)
    batches = Batches(ids, settings.classifier_batch_tokens, settings.seed)

    def loss_at(step: int) -> torch.Tensor:
        rows = batches[step]
        batch, attention = pad([ids[row] for row in rows], tokenizer.pad_token_id)
        logits = model(input_ids=batch, attention_mask=attention).logits
        wanted = torch.tensor([positive[row] for row in rows])
        return cross_entropy(logits, torch.stack([1 - wanted, wanted], 1))

    return train(model, loss_at, batches.steps(epochs), rate, folder, settings.seed, settings.save_every)


def predict(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> torch.Tensor:
    """Probability of the positive label for each text."""
    return logits(model, tokenizer, texts).softmax(-1)[:, 1]


@torch.no_grad()
def logits(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str], size: int = 64
) -> torch.Tensor:
    """The classifier's logits, (texts, 2)."""
    model.eval()
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # so that little is padded
    found = torch.empty(len(texts), 2)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        inputs = tokenizer([texts[row] for row in rows], padding=True, truncation=True, return_tensors="pt")
        inputs.pop("token_type_ids", None)
        found[rows] = model(**inputs).logits
    return found


def log_odds(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> torch.Tensor:
    """log P(positive) - log P(negative) for each text, in nats, (texts,)."""
    negative, positive = logits(model, tokenizer, texts).T
    return positive - negative
