"""Students: half the teacher's layers, then the triple loss of DistilBERT (Sanh et al. 2019, section 3)."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch.nn.functional import cosine_embedding_loss, kl_div, log_softmax
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe.architectures import hidden_states, masked_lm, vocabulary_logits
from utils.minis.recipe.pretraining import masked_batch, mlm_loss
from utils.minis.recipe.settings import STUDENT_LAYERS, Settings
from utils.minis.recipe.training import Batches, train

TEMPERATURE = 2.0
WEIGHTS = {"kl": 5.0, "mlm": 2.0, "cosine": 1.0}  # the published single-GPU command's
BERT_TO_DISTILBERT = {  # DistilBERT's layers are BERT's under other names
    r"^bert\.embeddings": "distilbert.embeddings",
    r"^bert\.encoder\.layer": "distilbert.transformer.layer",
    r"attention\.self\.query": "attention.q_lin",
    r"attention\.self\.key": "attention.k_lin",
    r"attention\.self\.value": "attention.v_lin",
    r"attention\.output\.dense": "attention.out_lin",
    r"attention\.output\.LayerNorm": "sa_layer_norm",
    r"intermediate\.dense": "ffn.lin1",
    r"(?<=\d\.)output\.dense": "ffn.lin2",
    r"(?<=\d\.)output\.LayerNorm": "output_layer_norm",
    r"^cls\.predictions\.transform\.dense": "vocab_transform",
    r"^cls\.predictions\.transform\.LayerNorm": "vocab_layer_norm",
    r"^cls\.predictions\.decoder": "vocab_projector",
}


def student_weights(teacher: PreTrainedModel, layers: tuple[int, ...] = STUDENT_LAYERS) -> dict[str, torch.Tensor]:
    """The teacher's weights under the student's names, with only the given layers, renumbered from 0."""
    weights = {}
    for name, value in teacher.state_dict().items():
        layer = re.search(r"(?<=layer\.)\d+", name)
        if layer:
            if int(layer[0]) not in layers:
                continue
            name = f"{name[: layer.start()]}{layers.index(int(layer[0]))}{name[layer.end() :]}"
        if teacher.config.model_type == "bert":
            for pattern, replacement in BERT_TO_DISTILBERT.items():
                name = re.sub(pattern, replacement, name)
        weights[name] = value.clone()
    return weights


def new_student(
    name: str,
    teacher: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    layers: tuple[int, ...] | None = STUDENT_LAYERS,
) -> PreTrainedModel:
    """The student before training; `layers=None` leaves it random. It has no place for BERT's token types and for a
    second name of the bias."""
    torch.manual_seed(settings.seed)
    student = masked_lm(name, tokenizer, settings)
    if layers is None:
        return student
    missing, unused = student.load_state_dict(student_weights(teacher, layers), strict=False)
    unused = [key for key in unused if not re.search(r"token_type|predictions\.bias", key)]
    if missing or unused:
        raise ValueError(f"the student's weights do not match its teacher's: missing {missing}, left over {unused}")
    return student


def kl_loss(student: torch.Tensor, teacher: torch.Tensor, temperature: float = TEMPERATURE) -> torch.Tensor:
    """T² · KL(teacher ‖ student) of logits (positions, vocabulary): summed over the vocabulary, mean over positions."""
    divergence = kl_div(
        log_softmax(student / temperature, -1),
        log_softmax(teacher / temperature, -1),
        reduction="batchmean",
        log_target=True,
    )
    return divergence * temperature**2


def cosine_loss(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean of 1 - cos between hidden states (positions, hidden)."""
    return cosine_embedding_loss(student, teacher, torch.ones(len(student)))


def triple_loss(
    student: PreTrainedModel,
    teacher: PreTrainedModel,
    masked: torch.Tensor,
    labels: torch.Tensor,
    attention: torch.Tensor,
) -> dict[str, torch.Tensor]:
    """The three losses. Both models read the same masked text; KL and cosine use every position but padding."""
    real = attention.bool()
    with torch.no_grad():
        taught = hidden_states(teacher, masked, attention)[real]
        target = vocabulary_logits(teacher, taught)
    hidden = hidden_states(student, masked, attention)
    return {
        "kl": kl_loss(vocabulary_logits(student, hidden[real]), target),
        "mlm": mlm_loss(student, hidden, labels),
        "cosine": cosine_loss(hidden[real], taught),
    }


def distil(
    name: str,
    teacher: PreTrainedModel,
    ids: list[list[int]],
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    folder: Path,
    weights: dict[str, float] = WEIGHTS,
    layers: tuple[int, ...] | None = STUDENT_LAYERS,
) -> tuple[PreTrainedModel, list[float]]:
    """The trained student and its weighted loss at each step. The ablation changes `weights` or `layers`."""
    student = new_student(name, teacher, tokenizer, settings, layers).eval()
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
