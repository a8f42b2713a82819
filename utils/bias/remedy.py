"""Counterfactual data augmentation: train on each opinion together with its swapped version.

Zhao et al. 2018 (N18-2003), Lu et al. 2020 (arXiv 1807.11714).
"""

import random

BATCH = 32
RATE = 3e-4  # for the minis; a published checkpoint takes a tenth of it


def fine_tune(model, tokenizer, texts, labels, swap: bool = True, pairing: float = 0, steps: int = 120, seed: int = 0):
    """Fine-tunes a classifier of the minis' size IN PLACE and returns a list: the loss (nats) of each step. Lesson 06.

    With `swap`, half of each batch is drawn from `texts` and the other half is the same with women and men exchanged:
    what the two halves say of gender cancels within the batch. Without, all of it is drawn from `texts`: the control.
    `pairing` goes further: that many times the mean squared difference between the log-odds of an opinion and of its
    swapped version is added to the loss (counterfactual logit pairing, Garg et al. 2019, arXiv 1809.10610).
    `labels` are 0 and 1. AdamW, a rate of RATE that falls to 0; the same seed gives the same model. The model is left
    in evaluation mode. Raises ValueError for lists of different lengths, fewer texts than a batch, other labels, and
    pairing without swap.
    """
    import torch
    from torch.nn.functional import cross_entropy

    from utils.bias.swap import swap_gender

    if pairing and not swap:
        raise ValueError("pairing compares an opinion with its swapped version. Leave swap=True.")
    pool = _pool(texts, labels)
    draw = random.Random(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1, 0, steps)
    losses = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)  # dropout
        model.train()
        for _ in range(steps):
            batch = draw.sample(pool, BATCH // 2 if swap else BATCH)
            if swap:
                batch += [(swap_gender(text), label) for text, label in batch]
            inputs = tokenizer([text for text, _ in batch], padding=True, truncation=True, return_tensors="pt")
            answers = model(**inputs.to(model.device)).logits
            loss = cross_entropy(answers, torch.tensor([label for _, label in batch], device=model.device))
            if pairing:
                opinions, swapped = (answers[:, 1] - answers[:, 0]).chunk(2)
                loss = loss + pairing * (opinions - swapped).square().mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            losses.append(loss.item())
    model.eval()
    return losses


def _pool(texts, labels) -> list[tuple[str, int]]:
    texts, labels = list(texts), list(labels)
    if len(texts) != len(labels) or len(texts) < BATCH:
        raise ValueError(f"{len(texts)} texts, {len(labels)} labels. Give one label for each of {BATCH} or more texts.")
    if not set(labels) <= {0, 1}:
        raise ValueError("Labels must be 0 (negative) or 1 (positive). Map words to these numbers first.")
    return [(text, int(label)) for text, label in zip(texts, labels, strict=True)]
