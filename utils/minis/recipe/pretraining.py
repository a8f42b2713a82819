"""Masked-LM training of the two teachers."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.minis.recipe.architectures import hidden_states, masked_lm, vocabulary_logits
from utils.minis.recipe.embeddings import warm_embeddings
from utils.minis.recipe.masking import IGNORED, mask_tokens
from utils.minis.recipe.settings import Settings
from utils.minis.recipe.training import LOG, Batches, pad, train


def masked_batch(ids, rows, tokenizer, settings: Settings, step: int):
    """Masked ids, labels and attention mask of one step; the masks depend on the seed and the step alone."""
    batch, attention = pad([ids[row] for row in rows], tokenizer.pad_token_id)
    generator = torch.Generator().manual_seed(settings.seed * 7_919 + step)
    masked, labels = mask_tokens(batch, tokenizer, settings.masked_share, generator)
    return masked, labels, attention


def mlm_loss(model: PreTrainedModel, hidden: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy, in nats, over the chosen positions. Only these go through the vocabulary head."""
    chosen = labels != IGNORED
    return cross_entropy(vocabulary_logits(model, hidden[chosen]), labels[chosen])


def pretrain(
    name: str, ids: list[list[int]], tokenizer: PreTrainedTokenizerBase, settings: Settings, folder: Path
) -> tuple[PreTrainedModel, list[float]]:
    """The trained teacher and its loss at each step. Embeddings start from word2vec vectors of the same ids."""
    torch.manual_seed(settings.seed)
    model = masked_lm(name, tokenizer, settings)
    if not (folder / "state.pt").exists():
        LOG.info("%s: word2vec on %d texts", name, len(ids))
        model.get_input_embeddings().weight.data.copy_(warm_embeddings(ids, len(tokenizer), settings))
    model.eval()  # no dropout: the model sees each text only a few times, and it is a third faster
    batches = Batches(ids, settings.batch_tokens, settings.seed)

    def loss_at(step: int) -> torch.Tensor:
        masked, labels, attention = masked_batch(ids, batches[step], tokenizer, settings, step)
        return mlm_loss(model, hidden_states(model, masked, attention), labels)

    losses = train(
        model, loss_at, settings.teacher_steps, settings.teacher_rate, folder, settings.seed, settings.save_every
    )
    return model, losses
