"""The loss curve of every stage, as one figure in the work folder."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

WINDOW = 20  # steps averaged, so that a line can be seen


def draw(losses: dict[str, list[float]], path: Path) -> None:
    """A panel per checkpoint: training loss, averaged over WINDOW steps, against the step."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    for panel, (name, values) in zip(figure.subplots(2, -(-len(losses) // 2)).flat, losses.items(), strict=False):
        means = [sum(values[end - WINDOW : end]) / WINDOW for end in range(WINDOW, len(values) + 1)]
        panel.plot(range(WINDOW, len(values) + 1), means)
        panel.set_title(name, fontsize=7)
        panel.set_xlabel("step")
        panel.set_ylabel("loss")
    figure.savefig(path)
