"""What classifiers say and how often they are right, drawn."""

from utils.figures import style

ROOMY = 5  # so many groups have room for their numbers beside them; of more, the counts stand above the panel


def calibration(groups: dict, title: str, start: float = 0.5, what: str = "right") -> None:
    """One panel a classifier: what its scores say against how often it is right. Lesson 04.

    `groups` maps a name to its groups of answers with similar scores: (mean score, share right, lower and upper end of
    the 95 % interval of that share, number of answers), all but the last from 0 to 1, as a list or as the table that
    `evaluation.reliability` returns. On the dashed line a classifier would be right as often as it says. `start` is
    the lowest score that is possible. Lesson 05 draws the scores of one class, from 0, against the share that is of
    this class: `what` names it.
    """
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    groups = {name: list(pd.DataFrame(rows).itertuples(index=False)) for name, rows in groups.items()}
    with sns.axes_style("white", style.STYLE):
        figure, panels = plt.subplots(1, len(groups), figsize=(4.4 * len(groups), 4), sharey=True, squeeze=False)
        for axes, (name, rows) in zip(panels[0], groups.items(), strict=True):
            axes.plot([start, 1], [start, 1], "--", color="dimgray", label="as often as it says")
            said, right, low, high, counts = zip(*rows, strict=True)
            errors = [
                [max(share - end, 0) for share, end in zip(right, low, strict=True)],  # rounding may make it less
                [max(end - share, 0) for share, end in zip(right, high, strict=True)],
            ]
            look = {"fmt": "o", "capsize": 4, "color": sns.color_palette("colorblind")[0], "label": f"is {what}"}
            axes.errorbar(said, right, errors, **look)
            roomy = len(rows) <= ROOMY
            words = {"textcoords": "offset points", "size": 8, "bbox": {"facecolor": "white", "pad": 1, "lw": 0}}
            for place, share, count in zip(said, right, counts, strict=True):
                if roomy:
                    axes.annotate(f"{share:.0%}\nof {count}", (place, share), (8, -6), **words)
                else:
                    axes.text(place, 1.03, f"{count:,}", size=8, ha="center", transform=axes.get_xaxis_transform())
            axes.set_title(name, pad=None if roomy else 18)
            axes.set(xlabel="mean score of the answers", xlim=(start - 0.02, 1.05), ylim=(0, 1.02))
        panels[0][0].set_ylabel(f"share that is {what}")
        if start:
            panels[0][0].legend(loc="lower left", frameon=False)
        else:  # points may be anywhere
            handles = panels[0][0].get_legend_handles_labels()
            figure.legend(*handles, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=2, frameon=False)
        figure.suptitle(title)
        figure.tight_layout()
    told = [
        f"{name}: " + ", ".join(f"says {row[0]:.2f}, {what} {row[1]:.2f} of {row[4]}" for row in rows)
        for name, rows in groups.items()
    ]
    style.show(figure, f"Points with 95 % intervals. {title}. {'; '.join(told)}.")
