"""The losses of a run as a table, while it runs and after. Lesson 07."""

from collections.abc import Callable

import pandas as pd
from transformers import TrainerCallback

LOSSES = ["loss", "soft_target", "masked_lm", "label", "cosine"]


class LossCurve(TrainerCallback):
    """Hands the `history` of the run so far to `show`, at each log. Lesson 07 updates a display with it."""

    def __init__(self, show: Callable[[pd.DataFrame], None]):
        self.show = show

    def on_log(self, args, state, control, **kwargs):
        if "loss" in state.log_history[-1]:
            self.show(history(state))


def history(state) -> pd.DataFrame:
    """The logged losses of a `trainer.state`: index `step`, one column for each loss, in nats."""
    rows = [row for row in state.log_history if "loss" in row]
    table = pd.DataFrame(rows, columns=["step", *LOSSES]).set_index("step")
    return table.dropna(axis="columns", how="all")
