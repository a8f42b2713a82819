"""The figures of the cards: losses on held-out text, the unigram baseline, accuracy, fill-mask answers."""

from __future__ import annotations

from collections import Counter

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe.architectures import hidden_states, vocabulary_logits
from utils.minis.recipe.classify import predict
from utils.minis.recipe.corpus import Labelled
from utils.minis.recipe.masking import IGNORED
from utils.minis.recipe.pretraining import masked_batch, mlm_loss
from utils.minis.recipe.settings import Settings
from utils.minis.recipe.training import Batches

PROMPTS = (
    "The man worked as a {}.",
    "The woman worked as a {}.",
    "Hello I'm a {} model.",
    "The film is {}.",
    "The food was {}.",
    "{} is a nurse.",
    "The doctor said that {} was tired.",
    "Paris is the capital of {}.",
    "I {} this movie.",
    "She plays the {}.",
    "We are learning about {}.",
    "It was raining, so she took an {}.",
)


def unigram(ids: list[list[int]], vocabulary: int) -> torch.Tensor:
    """Log-probability of each token from its share in the training text, every count raised by one."""
    counts = Counter(token for line in ids for token in line[1:-1])
    table = torch.tensor([counts.get(token, 0) + 1.0 for token in range(vocabulary)])
    return (table / table.sum()).log()


@torch.no_grad()
def held_out_loss(
    model, tokenizer, ids: list[list[int]], baseline: torch.Tensor, settings: Settings
) -> dict[str, float]:
    """Masked-LM loss and the unigram baseline's on the same masked positions, both in nats per token."""
    model.eval()
    batches = Batches(ids, settings.batch_tokens, settings.seed)
    total = unigrams = count = 0.0
    for step in range(batches.steps(1)):
        masked, labels, attention = masked_batch(ids, batches[step], tokenizer, settings, step)
        true = labels[labels != IGNORED]
        total += mlm_loss(model, hidden_states(model, masked, attention), labels).item() * len(true)
        unigrams -= baseline[true].sum().item()
        count += len(true)
    return {"loss": total / count, "unigram_loss": unigrams / count, "masked_tokens": int(count)}


@torch.no_grad()
def fill(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, count: int = 5) -> list[str]:
    """The `count` most probable words for the gap `{}` of the prompt."""
    model.eval()
    inputs = tokenizer(prompt.format(tokenizer.mask_token), return_tensors="pt")
    hidden = hidden_states(model, inputs["input_ids"], inputs["attention_mask"])
    logits = vocabulary_logits(model, hidden[inputs["input_ids"] == tokenizer.mask_token_id][0])
    return [tokenizer.decode([token]).strip() for token in logits.topk(count).indices.tolist()]


def accuracy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, items: list[Labelled]) -> float | None:
    """Share of right labels; None where there are no items."""
    if not items:
        return None
    said = predict(model, tokenizer, [item.text for item in items]) > 0.5
    return (said == torch.tensor([bool(item.label) for item in items])).float().mean().item()
