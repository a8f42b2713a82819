"""Dynamic masking: new masks at each visit of a text (RoBERTa paper, section 4.1)."""

from __future__ import annotations

import torch
from transformers import PreTrainedTokenizerBase

IGNORED = -100


def mask_tokens(
    ids: torch.Tensor, tokenizer: PreTrainedTokenizerBase, share: float, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Masked ids and labels, both of the shape of `ids`, (batch, tokens).

    `share` of the ordinary tokens is chosen; of these 80 % become the mask token, 10 % a random token and 10 % stay.
    Labels hold the true token where one was chosen and IGNORED elsewhere.
    """
    draw = torch.rand(ids.shape, generator=generator)
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    chosen = (draw < share) & ~special
    labels = ids.masked_fill(~chosen, IGNORED)
    fate = torch.rand(ids.shape, generator=generator)
    masked = ids.masked_fill(chosen & (fate < 0.8), tokenizer.mask_token_id)
    random_ids = torch.randint(len(tokenizer), ids.shape, generator=generator)
    return torch.where(chosen & (fate >= 0.9), random_ids, masked), labels
