"""The loss curve of every stage, as one figure beside the checkpoints."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

WINDOW = 20  # steps averaged, so that a line can be seen


def draw(losses: dict[str, list[float]], path: Path) -> None:
    """A panel per stage: training loss, averaged over WINDOW steps, against the step."""
    columns = -(-len(losses) // 2)
    with sns.axes_style("whitegrid"):
        figure = Figure(figsize=(3 * columns, 5), layout="constrained")
        panels = figure.subplots(2, columns).flat
    for panel, (name, values) in zip(panels, losses.items(), strict=False):
        sns.lineplot(pd.Series(values).rolling(WINDOW).mean(), ax=panel)
        panel.set_title(name, fontsize=7)
        panel.set(xlabel="step", ylabel="loss")
    figure.savefig(path, dpi=70, metadata={"Software": None})
