"""What the engine must agree with: one forward pass for each token of each text, and every logit of it."""

import torch


@torch.no_grad()
def naive(model, input_ids, position, target):
    """log P(target) at one position of one text."""
    logits = model(input_ids=torch.tensor([input_ids])).logits
    return logits[0, position].double().log_softmax(0)[target].item()


def naive_masked(model, tokenizer, input_ids, position, also=()):
    """log P of the token at a position that is masked, and the positions in `also` with it."""
    shown = list(input_ids)
    for masked in (position, *also):
        shown[masked] = tokenizer.mask_token_id
    return naive(model, shown, position, input_ids[position])
