"""What several sentiment models say together, which the classifiers learn last.

Teaching one network with the answers of several models to text without a label: Hinton, Vinyals and Dean, 2015
(lesson 07).
"""

from __future__ import annotations

import torch


def together(votes: list[torch.Tensor]) -> torch.Tensor:
    """Probability of the positive label for each text, (texts,). `votes` are the models' log-odds, (texts,) each.

    Each model's are standardised over the texts, so that none outshouts the others, and then added up.
    """
    return sum((vote - vote.mean()) / vote.std() for vote in votes).sigmoid()
