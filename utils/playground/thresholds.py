"""A threshold to move, and what it costs. Lesson 05."""

from bisect import bisect_left
from math import floor, inf, isfinite

from utils.playground import metrics
from utils.playground.controls import now, number, paragraphs
from utils.quiz.frame import Frame
from utils.quiz.markup import button, escape

LABELS = {"threshold": "Threshold", "false_alarm": "A false alarm costs", "miss": "A miss costs"}
POINTS = 300  # of the curve, from left to right
TO_READ = "A threshold to move, and what it costs: run this cell in a notebook to use it."


def threshold(y, scores, false_alarm: float = 1, miss: float = 1, positive=None) -> None:
    """Show a threshold to slide or to type, with its counts, precision, recall and cost, and the cheapest. Lesson 05.

    `y`, `scores` (the probabilities of the positive class), the two prices and `positive` are those of
    `evaluation.cost`, and so are the errors.
    """
    from utils import evaluation

    table = evaluation.cost(y, scores, false_alarm=false_alarm, miss=miss, positive=positive)
    rows = list(table[["TP", "FN", "FP", "TN"]].itertuples(name=None))
    word = positive if isinstance(positive, str) else "positive"
    shown = Thresholds(rows, {"threshold": 0.5, "false_alarm": false_alarm, "miss": miss}, word)
    shown.frame.display(shown.text(), shown.reading())


class Thresholds:
    """A threshold, the two prices, and the page about them. `frame` is what is displayed.

    `rows` are (threshold, TP, FN, FP, TN), rising to infinity, where nothing is called positive; a text is called
    positive when its score is the threshold or more. `word` is what the positive class is called.
    """

    def __init__(self, rows: list[tuple], numbers: dict[str, float], word: str = "positive"):
        self.rows, self.numbers, self.word, self.note = rows, numbers, word, ""
        self.cuts = [row[0] for row in rows]
        self.frame = Frame(self.draw, self.act, self.controls())

    def controls(self) -> str:
        """The slider, the two prices, and two ways to jump."""
        prices = "".join(number(name, LABELS[name], self.numbers[name]) for name in ("false_alarm", "miss"))
        slider = number("threshold", LABELS["threshold"], self.numbers["threshold"], top=1, step=0.01)
        jumps = button("cheapest", "Go to the cheapest") + button("half", "Go to 0.5")
        return f'<div class="prices">{slider}{prices}</div><p class="buttons">{jumps}</p>'

    def act(self, act: str, response: object) -> None:
        """Take the numbers of the fields, or jump. A field that holds none keeps its last number."""
        self.note = ""
        if act == "cheapest":
            self.numbers = self.numbers | {"threshold": self.cheapest()}
        elif act == "half":
            self.numbers = self.numbers | {"threshold": 0.5}
        else:
            try:
                self.numbers = {name: amount(response[name], label) for name, label in LABELS.items()}
            except ValueError as error:
                self.note = f"{error} What you see below is still that of the last numbers."

    def counts(self, at: float) -> tuple[int, int, int, int]:
        """TP, FN, FP, TN at a threshold."""
        return self.rows[min(bisect_left(self.cuts, at), len(self.rows) - 1)][1:]

    def cost(self, at: float) -> float:
        """What the mistakes at a threshold cost."""
        _, fn, fp, _ = self.counts(at)
        return self.numbers["false_alarm"] * fp + self.numbers["miss"] * fn

    def cheapest(self) -> float:
        """The lowest of the cheapest thresholds, as a number with few digits that calls the same texts."""
        place = min(range(len(self.cuts)), key=lambda row: self.cost(self.cuts[row]))
        return short(self.cuts[place - 1] if place else -1, self.cuts[place])

    def draw(self) -> str:
        """The note, the curve, the counts, and three numbers with their sentences."""
        self.best = self.cheapest()
        note = f'<p class="result note" data-say>{escape(self.note)}</p>' if self.note else ""
        say = "" if self.note else f'<p class="heard" data-say>{escape(self.summary())}</p>'
        tp, fn, fp, tn = self.counts(self.numbers["threshold"])
        counts = "".join(
            f'<div class="cell {kind}"><p><strong>{count:,}</strong> {words}</p></div>'
            for kind, count, words in (
                ("right", tp, f"✓ {escape(self.word)}, and called so"),
                ("wrong", fn, f"✗ {escape(self.word)}, not called: a miss"),
                ("wrong", fp, f"✗ not {escape(self.word)}, called: a false alarm"),
                ("right", tn, f"✓ not {escape(self.word)}, left alone"),
            )
        )
        rows = "".join(metrics.drawn(*row) for row in self.metrics())
        sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return now(self.numbers) + note + say + self.curve() + f'<div class="cells">{counts}</div>{rows}{sentences}'

    def metrics(self) -> list[metrics.Metric]:
        """Precision and recall."""
        tp, fn, fp, _ = self.counts(self.numbers["threshold"])
        return [metrics.precision(tp, fp, self.word), metrics.recall(tp, fn, self.word)]

    def sentences(self) -> list[str]:
        """What the mistakes cost here, at the cheapest threshold, and with no model at all."""
        at = self.numbers["threshold"]
        _, fn, fp, _ = self.counts(at)
        false_alarm, miss = (f"{self.numbers[name]:,g}" for name in ("false_alarm", "miss"))
        mistakes = f"{fp:,} × {false_alarm} for false alarms + {fn:,} × {miss} for misses"
        return [
            f"Cost at {at:g}: {mistakes} = {self.cost(at):,g}.",
            f"The cheapest threshold for these texts is {self.best:g}, with a cost of {self.cost(self.best):,g}. "
            "Other texts must confirm it.",
            f"Without a model: to call all {self.word} costs {self.cost(-inf):,g}, to call none {self.cost(inf):,g}.",
        ]

    def summary(self) -> str:
        """What a screen reader says after a change."""
        at, best = self.numbers["threshold"], self.best
        values = metrics.summary(self.metrics())
        return f"threshold {at:g}, {values}, cost {self.cost(at):,g}; cheapest {best:g}, cost {self.cost(best):,g}"

    def curve(self) -> str:
        """Cost by threshold, from 0 to 1, with two marks; what costs far more than no model at all is cut off."""
        without = min(self.cost(-inf), self.cost(inf))
        top = 1.25 * without or max(map(self.cost, self.cuts)) or 1
        steps = [step / POINTS for step in range(POINTS + 1)]
        points = " ".join(f"{100 * step:.1f},{height(self.cost(step), top):.1f}" for step in steps)
        level = f'y1="{height(without, top):.1f}" y2="{height(without, top):.1f}"'
        marks = "".join(
            f'<span class="mark {kind}" style="left: {100 * min(at, 1):.1f}%; top: {height(self.cost(at), top):.1f}%">'
            "</span>"
            for kind, at in (("best", self.best), ("here", self.numbers["threshold"]))
        )
        above = " Yours is above it." if self.cost(self.numbers["threshold"]) > top else ""
        told = f"Curve of the cost by threshold: {self.summary()}; without a model {without:,g}."
        return (
            f'<div class="plot" role="img" aria-label="{escape(told)}"><svg viewBox="0 0 100 100" '
            f'preserveAspectRatio="none"><line x1="0" x2="100" {level}></line><polyline points="{points}"></polyline>'
            f'</svg>{marks}</div><p class="axis"><span>0</span><span>threshold</span><span>1</span></p>'
            f'<p class="foot">Height: cost, up to {top:,.4g}.{above} ● your threshold, ◇ the cheapest, '
            "- - without a model.</p>"
        )

    def text(self) -> str:
        """What to read in a terminal."""
        lines = [f"{name}: {metrics.said(value)}. {why}" for name, value, why in self.metrics()]
        return "\n".join([TO_READ, *lines, *self.sentences()])

    def reading(self) -> str:
        """What to read without a kernel."""
        return paragraphs(self.text())


def height(cost: float, top: float) -> float:
    """How far below the top of the picture a cost is, in percent."""
    return 100 * (1 - min(cost / top, 1))


def amount(value: object, name: str) -> float:
    """The number that `value` spells. Raises ValueError for anything but a number that is 0 or more."""
    try:
        spelled = float(value)
        if spelled >= 0 and isfinite(spelled):
            return spelled
    except (TypeError, ValueError):
        pass
    given = "empty" if value == "" else repr(value)
    raise ValueError(f"“{name}” is {given}, and must be a number, 0 or more.")


def short(below: float, number: float) -> float:
    """A number with as few digits as can be that is above `below` and at most `number`."""
    number = min(number, 1.0 if below < 1 else 1.01)  # scores end at 1
    for digits in range(2, 17):
        shorter = floor(number * 10**digits) / 10**digits
        if shorter > below:
            return shorter
    return number
