"""A temperature to move, and how it softens one distribution of a model. Lesson 07."""

from math import exp, isfinite

from utils.playground import metrics
from utils.playground.controls import now, number, paragraphs
from utils.quiz.frame import Frame
from utils.quiz.markup import button, escape

LABEL = "Temperature"
LOWEST, HIGHEST = 0.05, 100  # below, one word has everything; above, all words have the same
PRESETS = {"one": ("1, as the model answers", 1.0), "two": ("2, as DistilBERT was taught", 2.0), "ten": ("10", 10.0)}
TO_READ = "A temperature to move, and the probabilities that come of it: run this cell in a notebook to use it."


def temperature(logits, words, top: int = 6) -> None:
    """Show one distribution softmax(logits / T) with a temperature T to slide or to type. Lesson 07.

    `logits` are (vocabulary,), a tensor, an array or a list; `words` names each of them. Shown are the `top` likeliest,
    the sum of all others, and the entropy in nats. T is 2 at the start.
    Raises ValueError for logits of another shape, another number of words, and fewer than two.
    """
    import numpy as np

    logits = np.asarray(logits.detach() if hasattr(logits, "detach") else logits, dtype=float)
    words = [str(word) for word in words]
    if logits.ndim != 1 or len(words) != len(logits) or len(words) < 2:
        raise ValueError(
            f"logits of shape {logits.shape} and {len(words)} words. Give the logits of one position, "
            "(vocabulary,), and a word for each of them, at least two."
        )
    shown = Temperatures(logits, words, top)
    shown.frame.display(shown.text(), shown.reading())


class Temperatures:
    """A temperature, the distribution at it, and the page about them. `frame` is what is displayed."""

    def __init__(self, logits, words: list[str], top: int = 6):
        # the order of the words is the same at every temperature; equal logits keep the vocabulary's order
        self.order = (-logits).argsort(kind="stable")[:top].tolist()
        self.logits, self.words, self.at, self.note = logits, words, 2.0, ""
        self.frame = Frame(self.draw, self.act, self.controls())

    def controls(self) -> str:
        """The slider, and three ways to jump."""
        slider = number("temperature", LABEL, self.at, top=10, step=0.1)
        jumps = "".join(button(act, words) for act, (words, _) in PRESETS.items())
        return f'{slider}<p class="buttons">{jumps}</p>'

    def act(self, act: str, response: object) -> None:
        """Take the temperature of the field, or that of a button. A field that holds none keeps the last one."""
        self.note = ""
        if act in PRESETS:
            self.at = PRESETS[act][1]
        else:
            try:
                self.at = positive(response["temperature"])
            except ValueError as error:
                self.note = f"{error} What you see below is still at {self.at:g}."

    def probabilities(self, at: float):
        """softmax(logits / at), (vocabulary,)."""
        import numpy as np

        weights = np.exp((self.logits - self.logits.max()) / at)
        return weights / weights.sum()

    def rows(self, at: float) -> list[tuple[str, float]]:
        """(word, probability) of the likeliest words, and of all others together."""
        p = self.probabilities(at)
        shown = [(self.words[place], float(p[place])) for place in self.order]
        left = len(self.words) - len(shown)
        return shown + [(f"{left:,} others", 1 - sum(value for _, value in shown))] * bool(left)

    def entropy(self, at: float) -> float:
        """How undecided the distribution is, in nats: 0 for one word, log(vocabulary) for all alike."""
        import numpy as np

        p = self.probabilities(at)
        return float(-(p[p > 0] * np.log(p[p > 0])).sum())

    def sentence(self, at: float) -> str:
        """The entropy, and with how many equally likely words it would be as large."""
        nats = self.entropy(at)
        return f"Entropy {nats:.2f} nats: as undecided as between {exp(nats):,.1f} equally likely words."

    def summary(self) -> str:
        """What a screen reader says after a change."""
        values = ", ".join(f"{word} {value:.2f}" for word, value in self.rows(self.at))
        return f"temperature {self.at:g}: {values}. {self.sentence(self.at)}"

    def draw(self) -> str:
        """The note, each word with a bar and with its number at temperature 1, and the entropy."""
        note = f'<p class="result note" data-say>{escape(self.note)}</p>' if self.note else ""
        say = "" if self.note else f'<p class="heard" data-say>{escape(self.summary())}</p>'
        rows = "".join(
            metrics.drawn(escape(word), p, f"{before:.3f} at temperature 1")
            for (word, p), (_, before) in zip(self.rows(self.at), self.rows(1.0), strict=True)
        )
        return now({"temperature": self.at}) + note + say + rows + f"<p>{self.sentence(self.at)}</p>"

    def text(self) -> str:
        """What to read in a terminal: the distribution at the temperatures of the buttons."""
        lines = [TO_READ]
        for _, at in PRESETS.values():
            values = ", ".join(f"{word} {value:.2f}" for word, value in self.rows(at))
            lines.append(f"Temperature {at:g}: {values}. {self.sentence(at)}")
        return "\n".join(lines)

    def reading(self) -> str:
        """What to read without a kernel."""
        return paragraphs(self.text())


def positive(value: object) -> float:
    """The temperature that `value` spells. Raises ValueError for anything but a number from LOWEST to HIGHEST."""
    try:
        spelled = float(value)
        if isfinite(spelled) and LOWEST <= spelled <= HIGHEST:
            return spelled
    except (TypeError, ValueError):
        pass
    given = "empty" if value == "" else repr(value)
    raise ValueError(f"“{LABEL}” is {given}, and must be a number from {LOWEST:g} to {HIGHEST:g}.")
