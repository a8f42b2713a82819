"""The two teachers at mini size, and the vocabulary head that each class calls by another name."""

from __future__ import annotations

import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    RobertaConfig,
    RobertaForMaskedLM,
)

from utils.minis.recipe.settings import Settings


def masked_lm(name: str, tokenizer: PreTrainedTokenizerBase, settings: Settings) -> PreTrainedModel:
    """The untrained model of a checkpoint name, random weights from torch's current seed."""
    shared = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    sizes = {
        "hidden_size": settings.hidden,
        "num_hidden_layers": settings.teacher_layers,
        "num_attention_heads": settings.heads,
        "intermediate_size": settings.feed_forward,
    }
    if name == "roberta-base":
        positions = {"max_position_embeddings": 514, "type_vocab_size": 1, "layer_norm_eps": 1e-5}
        edges = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
        return RobertaForMaskedLM(RobertaConfig(**shared, **sizes, **positions, **edges))
    if name == "bert-base-uncased":
        return BertForMaskedLM(BertConfig(**shared, **sizes, max_position_embeddings=512))
    raise ValueError(f"no architecture for {name!r}")


def hidden_states(model: PreTrainedModel, ids: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
    """Last hidden states, (batch, tokens, hidden)."""
    return model.base_model(input_ids=ids, attention_mask=attention).last_hidden_state


def vocabulary_logits(model: PreTrainedModel, hidden: torch.Tensor) -> torch.Tensor:
    """The head's logits for hidden states (…, hidden), as (…, vocabulary). Only the wanted positions need be passed."""
    if isinstance(model, RobertaForMaskedLM):
        return model.lm_head(hidden)
    if isinstance(model, BertForMaskedLM):
        return model.cls(hidden)
    return model.vocab_projector(model.vocab_layer_norm(model.activation(model.vocab_transform(hidden))))
