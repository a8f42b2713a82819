"""The labels of a learner's file in the words of the model: `pos`, `1` or `yes` may all mean POSITIVE."""

from collections import Counter
from collections.abc import Sequence

from utils.commands.place import Problem

PAIRS = [  # how people write the negative and the positive class
    ("negative", "positive"),
    ("neg", "pos"),
    ("0", "1"),
    ("-1", "1"),
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("-", "+"),
    ("bad", "good"),
    ("label_0", "label_1"),
]
NEGATIVE = {negative for negative, _ in PAIRS}
POSITIVE = {positive for _, positive in PAIRS}
SHOWN = 8  # labels named in a message


def translate(labels: Sequence[str], classes: Sequence[str], chosen: str | None = None):
    """(truth, positive, meaning): the labels in the model's words, the positive class, and what was made of each label.

    `classes` are the two words of the model, in the order of its ids; `chosen` is the label of the file that is the
    positive one, for labels whose meaning cannot be known. Raises `Problem` for more or fewer than two classes, and
    for labels that need `chosen`.
    """
    counts = Counter(labels)
    positive = _positive_class(classes)
    meaning = _by_word(counts, classes, positive)
    if chosen is not None:
        picked = _chosen(chosen, counts)
        if meaning:
            positive = meaning[picked]
        else:
            other = {_plain(label) for label in counts} - {_plain(picked)}
            if len(other) > 1:
                raise Problem(_too_many(counts, classes))
            negative = next(name for name in classes if name != positive)
            meaning = {label: positive if _plain(label) == _plain(picked) else negative for label in counts}
    if not meaning:
        if len({_plain(label) for label in counts}) > 2:
            raise Problem(_too_many(counts, classes))
        raise Problem(
            f"The file's labels are {_told(counts)}, and the model's are {' and '.join(classes)}. Say which label "
            f"means {positive}, for example: --positive {max(counts)}"
        )
    if len(set(meaning.values())) < 2:
        raise Problem(
            f"All labels mean {next(iter(meaning.values()))} ({_told(counts)}). Add texts of the other class, too: "
            "with one class only, always giving the same answer is right every time."
        )
    return [meaning[label] for label in labels], positive, meaning


def _by_word(counts: Counter, classes, positive: str) -> dict[str, str]:
    """What each label means, or nothing where one of them is not known."""
    own = {_plain(name): name for name in classes}
    if all(_plain(label) in own for label in counts):
        return {label: own[_plain(label)] for label in counts}
    plain = {_plain(label) for label in counts}
    if not plain <= NEGATIVE | POSITIVE or {"0", "-1"} <= plain:  # of -1, 0 and 1, 0 is neutral
        return {}
    negative = next(name for name in classes if name != positive)
    return {label: positive if _plain(label) in POSITIVE else negative for label in counts}


def _positive_class(classes) -> str:
    """The model's positive class: the one with such a word, else the second, as in LABEL_1."""
    return next((name for name in classes if _plain(name) in POSITIVE), classes[1])


def _chosen(chosen: str, counts: Counter) -> str:
    picked = next((label for label in counts if _plain(label) == _plain(chosen)), None)
    if picked is None:
        raise Problem(f"--positive is {chosen!r}, and no row has this label: there are {_told(counts)}.")
    return picked


def _plain(label: str) -> str:
    """A label without what programs add: capitals, spaces, and .0 when a column had gaps."""
    plain = label.strip().casefold()
    return plain[:-2] if plain.endswith(".0") else plain


def _too_many(counts: Counter, classes) -> str:
    return (
        f"The file has {len(counts)} labels ({_told(counts)}) and the model tells two classes apart, "
        f"{' and '.join(classes)}. Leave out the rows with other labels, or join labels into two."
    )


def _told(counts: Counter) -> str:
    told = [f"{label[:30]}: {count:,}" for label, count in counts.most_common(SHOWN)]
    return ", ".join(told) + (", …" if len(counts) > SHOWN else "")
