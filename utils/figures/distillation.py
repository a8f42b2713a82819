"""What a student learns from its teacher, and what it keeps, drawn. Lesson 07."""

import time

from utils.figures import style


def retention(scores, pairs: dict[str, str], title: str) -> None:
    """Scores of students beside their teachers', and what share of them the students keep. Lesson 07.

    The pandas table `scores` has a row for each task and a column for each model; `pairs` maps a student to its
    teacher. A panel each: two bars a row, the student's hatched, with its per cent of the teacher's score.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    told = []
    with sns.axes_style("white", style.STYLE):
        size = (5 * len(pairs), 0.48 * len(scores) + 1.3)
        figure, panels = plt.subplots(1, len(pairs), figsize=size, squeeze=False, sharey=True, layout="constrained")
        for axes, (student, teacher) in zip(panels[0], pairs.items(), strict=True):
            kept = 100 * scores[student] / scores[teacher]
            for shift, name, hatch, shade in ((-0.2, teacher, "", style.BLUE), (0.2, student, "//", "white")):
                look = {"height": 0.38, "hatch": hatch, "color": shade, "edgecolor": "black", "linewidth": 0.6}
                rows = [row + shift for row in range(len(scores))]
                bars = axes.barh(rows, scores[name], label=name, **look)
                words = [f"{value:.1f}" for value in scores[name]]
                if name == student:
                    words = [f"{word}  ({share:.1f} %)" for word, share in zip(words, kept, strict=True)]
                axes.bar_label(bars, words, padding=3, size=8)
            axes.set_yticks(range(len(scores)), scores.index, parse_math=False)
            axes.set_ylim(len(scores) - 0.5, -0.5)
            axes.set(xlim=(0, 128), xticks=range(0, 101, 20), xlabel="score (per cent of the teacher's)")
            axes.grid(axis="y", visible=False)
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, fontsize=9)
            said = ", ".join(
                f"{row} {scores.at[row, student]:.1f} of {scores.at[row, teacher]:.1f} ({kept[row]:.1f} %)"
                for row in scores.index
            )
            told.append(f"{student} of {teacher}: {said}")
        figure.suptitle(title)
    style.show(figure, f"Bars. {title}. {'; '.join(told)}.")


def soft_targets(table, title: str) -> None:
    """The same words at several temperatures: a panel for each column of probabilities. Lesson 07.

    The index of the pandas `table` are words, its columns temperatures, its values probabilities from 0 to 1.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    told = []
    with sns.axes_style("white", style.STYLE):
        size = (2.7 * table.shape[1] + 1, 0.3 * len(table) + 1.4)
        figure, panels = plt.subplots(1, table.shape[1], figsize=size, squeeze=False, sharey=True, sharex=True)
        for axes, (temperature, shares) in zip(panels[0], table.items(), strict=True):
            bars = axes.barh(range(len(shares)), shares, color=style.BLUE, edgecolor="black", linewidth=0.7)
            axes.bar_label(bars, [f"{share:.3f}" for share in shares], padding=3, size=9)
            axes.set_yticks(range(len(shares)), [str(word) for word in table.index], parse_math=False)
            axes.set_ylim(len(shares) - 0.4, -0.6)
            axes.set(title=f"T = {temperature:g}", xlabel="probability")
            axes.grid(axis="y", visible=False)
            axes.margins(x=0.25)
            said = ", ".join(f"{word} {share:.3f}" for word, share in shares.items())
            told.append(f"at temperature {temperature:g} {said}")
        figure.suptitle(title, parse_math=False)
        figure.tight_layout()
    style.show(figure, f"Bars. {title.rstrip('.')}. {'; '.join(told)}.")


def ablation(table, title: str) -> None:
    """What is lost when a part is left out: a row for each part, a panel for each measure. Lesson 07.

    The index of the pandas `table` names what is left out; each column holds the changes of one measure, and its name
    stands under the panel. The largest change of a panel is hatched. An empty field has no bar.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    told = []
    with sns.axes_style("white", style.STYLE):
        size = (4 * table.shape[1] + 1, 0.45 * len(table) + 1.5)
        figure, panels = plt.subplots(1, table.shape[1], figsize=size, squeeze=False, sharey=True)
        for axes, (measure, changes) in zip(panels[0], table.items(), strict=True):
            bars = axes.barh(range(len(changes)), changes, color=style.BLUE, edgecolor="black", linewidth=0.7)
            largest = changes.abs().idxmax()
            bars[list(changes.index).index(largest)].set_hatch("//")
            axes.bar_label(bars, ["" if change != change else f"{change:+.2f}" for change in changes], padding=3)
            axes.axvline(0, color="black", linewidth=1)
            axes.set_yticks(range(len(changes)), changes.index)
            axes.set_ylim(len(changes) - 0.4, -0.6)
            axes.set_xlabel(measure)
            axes.grid(axis="y", visible=False)
            axes.margins(x=0.3)
            said = ", ".join(f"{part} {change:+.2f}" for part, change in changes.dropna().items())
            told.append(f"{measure}: {said}; the largest is {largest}")
        figure.suptitle(f"{title} (hatched: the largest)")
        figure.tight_layout()
    style.show(figure, f"Bars. {title}. {'. '.join(told)}.")


class LiveCurve:
    """Losses drawn while they fall, in one place of the page, over a bar that says how far the work is. Lesson 07.

    `total` counts the steps of all runs. The picture is drawn at most once in `every` seconds, and at the end of a
    `with` block. Tag the cell `nbval-ignore-output`: no two runs draw the same.
    """

    def __init__(self, title: str, total: int, xlabel: str = "step", ylabel: str = "loss, in nats", every: float = 2.0):
        self.title, self.total, self.xlabel, self.ylabel, self.every = title, total, xlabel, ylabel, every
        self.lines: dict[str, dict] = {}  # name, then run, then the values by step
        self.place = None  # the display to update
        self.next = 0.0

    def __enter__(self) -> "LiveCurve":
        return self

    def __exit__(self, *error) -> None:
        self.finish()

    def update(self, name: str, run, values) -> None:
        """The line of one run, from now on: `values` is a pandas Series by step. All runs of a name look alike."""
        self.lines.setdefault(name, {})[run] = values
        if time.monotonic() >= self.next:
            self.finish()
            self.next = time.monotonic() + self.every

    @property
    def done(self) -> int:
        """The steps of all runs so far."""
        return sum(int(values.index[-1]) for runs in self.lines.values() for values in runs.values() if len(values))

    def finish(self) -> None:
        """Draw what is known now."""
        from IPython.display import display

        bundle = {"text/html": self.page(), "text/plain": self.told()}
        if self.place is None:
            self.place = display(bundle, raw=True, display_id=True)
        else:
            self.place.update(bundle, raw=True)

    def page(self) -> str:
        """The bar and the picture, as HTML."""
        bar = f'<progress value="{self.done}" max="{self.total}" aria-hidden="true"></progress>'
        return f"<div>{bar} {self.done:,} of {self.total:,} steps</div>{style.image(self.figure(), self.told())}"

    def figure(self):
        """The lines, as a matplotlib figure."""
        import matplotlib.pyplot as plt
        import seaborn as sns

        with sns.axes_style("white", style.STYLE):
            figure, axes = plt.subplots(figsize=(7.5, 3.6))
            colors = sns.color_palette("colorblind")
            for number, (name, runs) in enumerate(self.lines.items()):
                look = {"color": colors[number % 4], "linestyle": style.LINES[number % 4], "linewidth": 1.4}
                for values in runs.values():
                    marks = {"marker": style.MARKERS[number % 4], "markersize": 4, "markevery": 1 + len(values) // 12}
                    label = name if values is next(iter(runs.values())) else None
                    axes.plot(values.index, values, **look, **marks, label=label)
            axes.set(title=self.title, xlabel=self.xlabel, ylabel=self.ylabel)
            if self.lines:
                axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
        return figure

    def told(self) -> str:
        """The alt text: each run's first and last value."""
        runs = [
            f"{name}, run {run}: {values.iloc[0]:.2f} at {self.xlabel} {values.index[0]}, "
            f"{values.iloc[-1]:.2f} at {values.index[-1]}"
            for name, runs in self.lines.items()
            for run, values in runs.items()
            if len(values)
        ]
        return f"Lines. {self.title}, {self.done:,} of {self.total:,} steps. {'; '.join(runs) or 'No value yet'}."
