"""One training loop for all stages: batches of like lengths, one seed per step, and a state file to go on from.

Every step draws its randomness from the seed and its own number, so an interrupted run and a whole one agree.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from pathlib import Path

import torch
from tqdm import tqdm
from transformers import PreTrainedModel, get_linear_schedule_with_warmup

LOG = logging.getLogger("recipe")
POOL = 50  # batches whose texts are sorted by length together


class Batches:
    """Row numbers of each step's batch. Rows of like length go together; every epoch has an order of its own."""

    def __init__(self, ids: list[list[int]], tokens: int, seed: int):
        self.lengths = [len(line) for line in ids]
        self.tokens, self.seed = tokens, seed
        self.epochs: list[list[list[int]]] = []

    def __getitem__(self, step: int) -> list[int]:
        epoch = 0
        while True:
            if epoch == len(self.epochs):
                self.epochs.append(self._epoch(epoch))
            if step < len(self.epochs[epoch]):
                return self.epochs[epoch][step]
            step -= len(self.epochs[epoch])
            epoch += 1

    def steps(self, epochs: int) -> int:
        """Steps in so many epochs."""
        self.epochs = [self._epoch(epoch) for epoch in range(epochs)]
        return sum(map(len, self.epochs))

    def _epoch(self, epoch: int) -> list[list[int]]:
        order = random.Random(f"{self.seed} {epoch}")
        rows = list(range(len(self.lengths)))
        order.shuffle(rows)
        size = POOL * max(1, self.tokens * len(rows) // max(1, sum(self.lengths)))
        batches = []
        for start in range(0, len(rows), size):
            batches += self._cut(sorted(rows[start : start + size], key=self.lengths.__getitem__))
        order.shuffle(batches)
        return batches

    def _cut(self, rows: list[int]) -> list[list[int]]:
        batches: list[list[int]] = [[]]
        for row in rows:  # ascending, so the newest row is the longest
            if batches[-1] and self.lengths[row] * (len(batches[-1]) + 1) > self.tokens:
                batches.append([])
            batches[-1].append(row)
        return batches


def pad(lines: list[list[int]], filler: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids padded to the longest line, and the attention mask; both (lines, tokens)."""
    ids = torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(line) for line in lines], batch_first=True, padding_value=filler
    )
    lengths = torch.tensor([len(line) for line in lines])
    return ids, (torch.arange(ids.shape[1]) < lengths[:, None]).long()


def train(
    model: PreTrainedModel,
    loss_at: Callable[[int], torch.Tensor],
    steps: int,
    rate: float,
    folder: Path,
    seed: int,
    save_every: int,
) -> list[float]:
    """Trains the model in place with AdamW and a linear schedule; returns the loss of each step.

    `loss_at(step)` is the loss to lower. A state file in `folder` is written every `save_every` steps; a later call
    goes on from it.
    """
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=rate, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.01, fused=True
    )
    schedule = get_linear_schedule_with_warmup(optimiser, max(1, steps // 16), steps)
    losses = _load(folder, model, optimiser, schedule)
    for step in tqdm(range(len(losses), steps), initial=len(losses), total=steps, desc=folder.name, mininterval=5):
        torch.manual_seed(seed * 1_000_003 + step)  # dropout
        loss = loss_at(step)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        losses.append(loss.item())
        if len(losses) % save_every == 0 or len(losses) == steps:
            LOG.info("%s: step %d of %d, loss %.3f", folder.name, len(losses), steps, _recent(losses, save_every))
            _save(folder, model, optimiser, schedule, losses)
    return losses


def _recent(losses: list[float], count: int) -> float:
    return sum(losses[-count:]) / len(losses[-count:])


def _save(folder: Path, model, optimiser, schedule, losses: list[float]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "losses": losses,
    }
    torch.save(parts, folder / "state.part")
    os.replace(folder / "state.part", folder / "state.pt")  # never half a state


def _load(folder: Path, model, optimiser, schedule) -> list[float]:
    if not (folder / "state.pt").exists():
        return []
    parts = torch.load(folder / "state.pt")
    model.load_state_dict(parts["model"])
    optimiser.load_state_dict(parts["optimiser"])
    schedule.load_state_dict(parts["schedule"])
    LOG.info("%s: going on from step %d", folder.name, len(parts["losses"]))
    return parts["losses"]
