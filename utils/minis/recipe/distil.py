"""Students: half the teacher's layers, then the triple loss of DistilBERT (Sanh et al. 2019, section 3)."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.distillation import PRETRAINING, cosine_loss, soft_target_loss, student_of
from utils.minis.recipe.architectures import hidden_states, vocabulary_logits
from utils.minis.recipe.pretraining import masked_batch, mlm_loss
from utils.minis.recipe.settings import STUDENT_LAYERS, Settings
from utils.minis.recipe.training import Batches, train


def triple_loss(
    student: PreTrainedModel,
    teacher: PreTrainedModel,
    masked: torch.Tensor,
    labels: torch.Tensor,
    attention: torch.Tensor,
) -> dict[str, torch.Tensor]:
    """The three losses. Both models read the same masked text; two losses use every position but padding."""
    real = attention.bool()
    with torch.no_grad():
        taught = hidden_states(teacher, masked, attention)[real]
        target = vocabulary_logits(teacher, taught)
    hidden = hidden_states(student, masked, attention)
    return {
        "soft_target": soft_target_loss(vocabulary_logits(student, hidden[real]), target),
        "masked_lm": mlm_loss(student, hidden, labels),
        "cosine": cosine_loss(hidden[real], taught),
    }


def distil(
    teacher: PreTrainedModel,
    ids: list[list[int]],
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    folder: Path,
    weights: dict[str, float] = PRETRAINING,
    layers: tuple[int, ...] | None = STUDENT_LAYERS,
) -> tuple[PreTrainedModel, list[float]]:
    """The trained student and its weighted loss at each step. The ablation changes `weights` or `layers`."""
    student = student_of(teacher, layers, seed=settings.seed)
    teacher.eval()
    batches = Batches(ids, settings.batch_tokens, settings.seed + 1)

    def loss_at(step: int) -> torch.Tensor:
        batch = masked_batch(ids, batches[step], tokenizer, settings, step)
        parts = triple_loss(student, teacher, *batch)
        return sum(weights[part] * value for part, value in parts.items())

    losses = train(
        student, loss_at, settings.student_steps, settings.student_rate, folder, settings.seed, settings.save_every
    )
    return student, losses
