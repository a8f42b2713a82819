"""Tokens, drawn: how a word is merged, how long texts are, and what a padded batch looks like."""

from statistics import mean, median

from utils.figures import style
from utils.tokenization import Merge


def merge_tree(letters: str, merges: list[Merge], title: str) -> None:
    """How byte-level BPE joins the letters of one word, a row for each step, from below. Lesson 02.

    `letters` is `tokenization.words(tokenizer, word)[0]` and `merges` is `tokenization.bpe_merges(tokenizer, word)`.
    The pieces that are left at the end, the tokens, have a thick frame.
    """
    import matplotlib.pyplot as plt

    nodes = [(letter, column, 0) for column, letter in enumerate(letters)]  # text, place, step
    frame = {"boxstyle": "round,pad=0.3", "facecolor": "white"}
    plain, token = frame | {"edgecolor": "gray"}, frame | {"edgecolor": "black", "linewidth": 2.5}
    figure, axes = plt.subplots(figsize=(8.5, 0.42 * len(merges) + 1.2))
    drawn = list(nodes)
    for step, merge in enumerate(merges, 1):
        texts = [text for text, *_ in nodes]
        place = next(
            i for i, pair in enumerate(zip(texts, texts[1:], strict=False)) if pair == (merge.left, merge.right)
        )
        (_, left, below), (_, right, beside) = nodes[place : place + 2]
        joined = (merge.left + merge.right, (left + right) / 2, step)
        axes.plot([left, joined[1], right], [below, step, beside], color="gray", zorder=1)
        axes.annotate(f"step {step}", (len(letters) - 0.3, step), va="center", color="dimgray")
        nodes[place : place + 2] = [joined]
        drawn.append(joined)
    for node in drawn:
        text, x, y = node
        axes.text(x, y, text, ha="center", va="center", bbox=token if node in nodes else plain, parse_math=False)
    axes.set(xlim=(-0.7, len(letters)), ylim=(-0.6, len(merges) + 0.6))
    axes.set_title(title, parse_math=False)
    axes.axis("off")
    steps = "; ".join(f"{step}. {merge.left} and {merge.right}" for step, merge in enumerate(merges, 1)) or "none"
    tokens = " ".join(text for text, *_ in nodes)
    style.show(figure, f"Tree. {title}. Letters: {letters}. Merges: {steps}. Left at the end: {tokens}.")


def token_lengths(lengths: dict[str, list[int]], title: str) -> None:
    """One histogram for each entry: how many texts have how many tokens. Lesson 02.

    `lengths` maps a name to the number of tokens of each text. A dashed line marks the median.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns

    longest = max(max(numbers) for numbers in lengths.values())
    told = []
    with sns.axes_style("white", style.STYLE), sns.color_palette("colorblind"):
        figure, panels = plt.subplots(
            len(lengths), figsize=(8, 1.6 * len(lengths) + 0.6), sharex=True, sharey=True, squeeze=False
        )
        for axes, (name, numbers) in zip(panels[:, 0], lengths.items(), strict=True):
            sns.histplot(numbers, binwidth=2, binrange=(0, longest + 2), color="C0", ax=axes)
            axes.axvline(median(numbers), color="black", linestyle="--")
            said = f"median {median(numbers):g}, mean {mean(numbers):.1f}, longest {max(numbers)}"
            axes.set(title=f"{name}: {said}", ylabel="texts")
            told.append(f"{name}: {said}")
        panels[-1, 0].set(xlabel="tokens", xlim=(0, longest + 2))
        figure.suptitle(title, weight="bold")
        figure.tight_layout()
    style.show(figure, f"Histograms. {title}. {'; '.join(told)}.")


def padded_batch(tokens: list[list[str]], attention_mask: list[list[int]], title: str) -> None:
    """A padded batch as a grid: one row a text, one field a token, its `attention_mask` under it. Lesson 02.

    `tokens` and `attention_mask` are (batch, tokens). Fields with a 0 are hatched.
    """
    import matplotlib.pyplot as plt

    columns = len(tokens[0])
    size = min(10, 95 / columns)
    figure, axes = plt.subplots(figsize=(9, 0.55 * len(tokens) + 0.7))
    for row, (texts, mask) in enumerate(zip(tokens, attention_mask, strict=True)):
        for column, (text, bit) in enumerate(zip(texts, mask, strict=True)):
            look = {"facecolor": "lightblue"} if bit else {"facecolor": "white", "hatch": "///"}
            axes.add_patch(plt.Rectangle((column, row), 1, 1, edgecolor="gray", **look))
            behind = {"facecolor": look["facecolor"], "pad": 0.5, "lw": 0}
            axes.text(
                column + 0.5, row + 0.5, f"{text}\n{bit}", ha="center", va="center", fontsize=size, bbox=behind,
                parse_math=False,
            )  # fmt: skip
    axes.set(
        xlim=(-0.02, columns + 0.02),
        ylim=(len(tokens) + 0.02, -0.02),
        xticks=[],
        yticks=[row + 0.5 for row in range(len(tokens))],
    )
    axes.set_yticklabels([f"text {row}" for row in range(len(tokens))])
    axes.tick_params(length=0)
    axes.set_title(title, parse_math=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    told = [
        f"text {row}: {sum(mask)} real tokens, {columns - sum(mask)} pads" for row, mask in enumerate(attention_mask)
    ]
    style.show(figure, f"Grid. {title}, {len(tokens)} texts by {columns} places. {'; '.join(told)}.")
