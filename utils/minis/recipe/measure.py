"""The language figures of the cards: losses on held-out text, the unigram baseline, fill-mask answers, speed."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from pathlib import Path

import torch
import yaml
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe.architectures import hidden_states, vocabulary_logits
from utils.minis.recipe.masking import IGNORED
from utils.minis.recipe.pretraining import masked_batch, mlm_loss
from utils.minis.recipe.settings import Settings
from utils.minis.recipe.training import Batches

PROMPTS = yaml.safe_load(Path(__file__).with_name("prompts.yaml").read_text(encoding="utf-8"))


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
def mask_logits(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> torch.Tensor:
    """The logits at the mask of each text, which has one; (texts, vocabulary)."""
    model.eval()
    inputs = tokenizer(texts, padding=True, return_tensors="pt")
    hidden = hidden_states(model, inputs["input_ids"], inputs["attention_mask"])
    return vocabulary_logits(model, hidden[inputs["input_ids"] == tokenizer.mask_token_id])


def fill(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, count: int = 5) -> list[str]:
    """The `count` most probable words for the gap `{}` of the prompt."""
    logits = mask_logits(model, tokenizer, [prompt.format(tokenizer.mask_token)])[0]
    return [tokenizer.decode([token]).strip() for token in logits.topk(count).indices.tolist()]


@torch.no_grad()
def speed_up(teacher: PreTrainedModel, student: PreTrainedModel, rounds: int = 15) -> float:
    """How many times faster the student's encoder is: the median over `rounds` of the teacher's time over the
    student's, one after the other on the same batch of (8, 64) ids."""
    ids = torch.randint(200, 400, (8, 64), generator=torch.Generator().manual_seed(0))
    attention = torch.ones_like(ids)

    def seconds(model: PreTrainedModel) -> float:
        start = time.perf_counter()
        hidden_states(model.eval(), ids, attention)
        return time.perf_counter() - start

    for model in (teacher, student):
        seconds(model)  # the first call is slower
    return statistics.median(seconds(teacher) / seconds(student) for _ in range(rounds))
