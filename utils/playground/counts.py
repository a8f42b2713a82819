"""Four counts of right and wrong answers, and what each metric makes of them. Lesson 05."""

from utils.playground import metrics
from utils.playground.controls import now, number, paragraphs
from utils.quiz.frame import Frame
from utils.quiz.markup import button, escape

MOST = 1_000_000
LABELS = {
    "true_positives": ("True positives", "✓ positive, and called so"),
    "false_negatives": ("False negatives", "✗ positive, called negative: a miss"),
    "false_positives": ("False positives", "✗ negative, called positive: a false alarm"),
    "true_negatives": ("True negatives", "✓ negative, and called so"),
}
PRESETS = {  # in the order of the labels
    "never": ("Always negative", (0, 10, 0, 90)),
    "fraud": ("98 % right on fraud", (3, 22, 3, 1222)),
    "coin": ("A coin", (50, 50, 50, 50)),
}
TO_READ = "Four counts to change, and what each metric makes of them: run this cell in a notebook to use it."


def confusion(
    true_positives: int = 85, false_negatives: int = 15, false_positives: int = 10, true_negatives: int = 90
) -> None:
    """Show four counts to drag or to type, and precision, recall, F1, accuracy, balanced accuracy and MCC. Lesson 05.

    Raises ValueError for a count that is no whole number from 0 to a million.
    """
    counts = (true_positives, false_negatives, false_positives, true_negatives)
    shown = Counts({name: whole(count, name) for name, count in zip(LABELS, counts, strict=True)})
    shown.frame.display(shown.text(), shown.reading())


def whole(value: object, name: str) -> int:
    """The count that `value` is or spells. Raises ValueError for anything but a whole number from 0 to a million."""
    try:
        count = int(value)
        if count == float(value) and 0 <= count <= MOST:
            return count
    except (TypeError, ValueError, OverflowError):
        pass
    given = "empty" if value == "" else repr(value)
    raise ValueError(f"{name} is {given}, and must be a whole number from 0 to {MOST:,}.")


class Counts:
    """The four counts and the page about them. `frame` is what is displayed."""

    def __init__(self, counts: dict[str, int]):
        self.counts, self.first, self.note = counts, counts, ""
        self.frame = Frame(self.draw, self.act, self.controls())

    def controls(self) -> str:
        """The matrix: a row for each truth, a column for each answer, a field and a slider for each count."""
        top = max(200, *self.counts.values())
        cells = "".join(
            f'<div class="cell {"right" if name.startswith("true") else "wrong"}">'
            f"{number(name, label, self.counts[name], top)}<p>{words}</p></div>"
            for name, (label, words) in LABELS.items()
        )
        presets = "".join(button(act, words) for act, (words, _) in PRESETS.items())
        return (
            f'<div class="cells" role="group" aria-label="Confusion matrix">{cells}</div>'
            f'<p class="buttons">{button("first", "Start again")}{presets}</p>'
        )

    def act(self, act: str, response: object) -> None:
        """Take the numbers of the fields, or those of a button. A field that holds none keeps its last count."""
        self.note = ""
        if act == "first":
            self.counts = self.first
        elif act in PRESETS:
            self.counts = dict(zip(LABELS, PRESETS[act][1], strict=True))
        else:
            try:
                self.counts = {name: whole(response[name], label) for name, (label, _) in LABELS.items()}
            except ValueError as error:
                self.note = f"{error} The numbers below are still those of the last four counts."

    def draw(self) -> str:
        """Each metric with its number, a bar, and a sentence about the counts."""
        rows = metrics.of_counts(*self.counts.values())
        note = f'<p class="result note" data-say>{escape(self.note)}</p>' if self.note else ""
        say = "" if self.note else f'<p class="heard" data-say>{escape(metrics.summary(rows))}</p>'
        return now(self.counts) + note + say + "".join(metrics.drawn(*row) for row in rows)

    def text(self) -> str:
        """What to read in a terminal."""
        counts = ", ".join(f"{LABELS[name][0].lower()} {count:,}" for name, count in self.counts.items())
        lines = [
            f"{name}: {metrics.said(value)}. {why}" for name, value, why in metrics.of_counts(*self.counts.values())
        ]
        return "\n".join([TO_READ, f"At the start: {counts}.", *lines])

    def reading(self) -> str:
        """What to read without a kernel."""
        return paragraphs(self.text())
