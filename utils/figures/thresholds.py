"""What another threshold would give, drawn. Lesson 05."""

from utils.figures import style

END = 1.02  # where a threshold is drawn that no score reaches


def roc_and_pr(y, scores: dict, title: str, threshold: float | None = None) -> None:
    """The ROC curve and the precision-recall curve of each model, side by side. Lesson 05.

    `y` is the truth, 0 or 1, and `scores` maps a model's name to its scores of class 1, both (texts,). The dashed
    lines are a random scorer's: the diagonal, and the share of positives. With `threshold` its point has a mark on
    every curve.
    """
    import matplotlib.pyplot as plt
    import numpy as np
    import seaborn as sns
    from sklearn import metrics

    y = np.asarray(y).astype(int)
    told = []
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, (roc, pr) = plt.subplots(1, 2, figsize=(9.5, 4.4))
        roc.plot([0, 1], [0, 1], "--", color="dimgray", label="random (area 0.50)")
        pr.axhline(y.mean(), linestyle="--", color="dimgray", label=f"random (area {y.mean():.2f})")
        for (name, values), line, marker in zip(scores.items(), style.LINES, style.MARKERS, strict=False):
            values = np.asarray(values)
            alarms, found, _ = metrics.roc_curve(y, values)
            precision, recall, _ = metrics.precision_recall_curve(y, values)
            area, average = metrics.roc_auc_score(y, values), metrics.average_precision_score(y, values)
            (drawn,) = roc.plot(alarms, found, linestyle=line, label=f"{name} (area {area:.2f})")
            pr.plot(recall, precision, linestyle=line, drawstyle="steps-post", label=f"{name} (area {average:.2f})")
            said = f"{name}: ROC area {area:.2f}, average precision {average:.2f}"
            if threshold is not None:
                called = values >= threshold
                true, false = called[y == 1].mean(), called[y == 0].mean()
                right = metrics.precision_score(y, called, zero_division=np.nan)
                for axes, point in ((roc, (false, true)), (pr, (true, right))):
                    look = {"marker": marker, "color": drawn.get_color(), "edgecolors": "black", "s": 60, "zorder": 3}
                    axes.scatter(*point, **look)
                said += f", at the mark recall {true:.2f}, false-alarm rate {false:.2f}, precision {right:.2f}"
            told.append(said)
        roc.set(title="ROC", xlabel="false-alarm rate", ylabel="recall", ylim=(0, 1.02))
        pr.set(title="precision-recall", xlabel="recall", ylabel="precision", ylim=(0, 1.02))
        for axes in (roc, pr):
            axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16))
        figure.suptitle(title if threshold is None else f"{title} (marks: threshold {threshold:g})")
        figure.tight_layout()
    mark = "" if threshold is None else f" Marks at the threshold {threshold:g}."
    chance = f"Random: ROC area 0.50, average precision {y.mean():.2f}"
    style.show(figure, f"ROC and precision-recall curves. {title}.{mark} {'; '.join(told)}. {chance}.")


def cost_curves(panels: dict, title: str) -> None:
    """What each threshold costs, a panel for each pair of costs; the cheapest has a mark. Lesson 05.

    `panels` maps a heading to splits, and a split's name to its costs: a Series by ascending threshold, the column
    `cost` of `evaluation.cost`. The cheapest threshold is chosen on the first split, and marked on all. The dashed
    line is the cheaper of calling all and calling none positive, on the first split.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    told = []
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, row = plt.subplots(1, len(panels), figsize=(4.8 * len(panels), 4.4), squeeze=False)
        for axes, (heading, splits) in zip(row[0], panels.items(), strict=True):
            first, costs = next(iter(splits.items()))
            chosen, without = costs.idxmin(), min(costs.iloc[0], costs.iloc[-1])
            words = f"{chosen:.2f}" if chosen <= 1 else "above all scores"
            there = {name: float(costs[costs.index >= chosen].iloc[0]) for name, costs in splits.items()}
            axes.axhline(without, color="dimgray", linewidth=1, linestyle=(0, (6, 3)), label="all or none is called")
            axes.axvline(min(chosen, END), color="black", linewidth=1, linestyle=":", label=f"cheapest on {first}")
            for (name, costs), line, marker in zip(splits.items(), style.LINES, style.MARKERS, strict=False):
                look = {"linestyle": line, "drawstyle": "steps-pre", "label": f"{name}: {there[name]:,.4g}"}
                (drawn,) = axes.plot(costs.index.to_numpy().clip(max=END), costs, **look)
                look = {"marker": marker, "color": drawn.get_color(), "edgecolors": "black", "s": 60, "zorder": 3}
                axes.scatter(min(chosen, END), there[name], **look)
            axes.set(title=heading, xlabel=f"threshold (cheapest: {words})", xlim=(-0.02, END + 0.02))
            axes.set_ylim(0, 2 * max(without, *there.values()) or 1)  # what is far dearer needs no room
            axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
            lowest = ", ".join(f"{name} {costs.min():,.4g}" for name, costs in splits.items())
            said = ", ".join(f"{name} {cost:,.4g}" for name, cost in there.items())
            told.append(
                f"{heading}: cheapest threshold on {first} {words}. It costs on {said}; the lowest cost is on {lowest}."
                f" Calling all or none costs {without:,.4g} on {first}"
            )
        row[0][0].set_ylabel("cost")
        figure.suptitle(title)
        figure.tight_layout()
    style.show(figure, f"Lines of cost by threshold. {title}. {'. '.join(told)}.")
