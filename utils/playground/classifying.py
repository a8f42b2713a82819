"""One text, and what each classifier answers to it. Lesson 04."""

from utils.quiz.frame import Frame
from utils.quiz.markup import NO_SHORTCUTS, button, escape

LONGEST = 512  # tokens that both families read, with the special ones
FIRST_TEXT = "I love learning about AI!"
TO_READ = "A field to type a text into, with the answers of the classifiers: run this cell in a notebook to use it."
EMPTY = "Type a text first. A classifier would answer to no text, too, and the answer would mean nothing."


def classify(classifiers: dict) -> None:
    """Show a field to type a text into, and under it the answer of each classifier. Lesson 04.

    `classifiers` maps a name to a text-classification pipeline. Raises ValueError where there is none, or where
    something else than such a pipeline is given.
    """
    from transformers import TextClassificationPipeline

    if not classifiers:
        raise ValueError('There is no classifier. Give at least one: classify({"my name for it": pipeline}).')
    for name, classifier in classifiers.items():
        if not isinstance(classifier, TextClassificationPipeline):
            kind = type(classifier).__name__
            raise ValueError(f'{name!r} is a {kind}. Give what pipeline("sentiment-analysis", model=folder) returns.')
    Playground(classifiers).frame.display(TO_READ, f"<p>{TO_READ}</p>")


class Playground:
    """What is typed and what came of it. `frame` is what is displayed."""

    def __init__(self, classifiers: dict):
        self.classifiers = classifiers
        self.text, self.result = FIRST_TEXT, ""
        self.frame = Frame(self.draw, self.act)

    def draw(self) -> str:
        """The field, the button, and the answers to the last text."""
        field = (
            f'<label class="typed">Your text <input type="text" value="{escape(self.text)}" data-key="typed" '
            f'style="flex: 1 1 18em" autocomplete="off" {NO_SHORTCUTS}></label>'
        )
        return f'<div style="padding-top: 20px">{field}</div><p class="buttons">{self.button()}</p>{self.result}'

    def button(self) -> str:
        """The one button, which Enter in the field presses too."""
        return button("classify", "Classify", first=True)

    def act(self, act: str, response: object) -> None:
        """Ask every classifier about the text that was typed. What an older text gave is gone first."""
        self.text, self.result = str(response), ""
        if not self.text.strip():
            self.result = f'<p class="result note" data-say>{EMPTY}</p>'
            return
        answers = "".join(answer(name, classifier, self.text) for name, classifier in self.classifiers.items())
        self.result = f'<div style="margin-top: 18px" data-say>{answers}</div>'


def answer(name: str, classifier, text: str) -> str:
    """One classifier's answer: the label in words, a bar for each score with its number, and how much was read."""
    tokens = len(classifier.tokenizer(text, verbose=False).input_ids)
    scores = classifier(text, top_k=None, truncation=True, max_length=LONGEST)
    best = scores[0]
    cut = f" It read {LONGEST} of {tokens:,} tokens, and not the rest." if tokens > LONGEST else ""
    words = f"<strong>{escape(name)}</strong> says {escape(best['label'])}, with a score of {best['score']:.2f}.{cut}"
    return f"<p>{words}</p> " + " ".join(bar(row["label"], row["score"]) for row in scores) + " "


def bar(label: str, score: float) -> str:
    """A score as a bar with its label and number beside it: no meaning by colour or length alone."""
    return (
        '<div style="display: flex; align-items: center; gap: 10px; margin: 0 0 8px">'
        f'<span style="flex: 0 0 7em">{escape(label)}</span> '
        '<span style="flex: 1; height: 14px; border: 1px solid var(--soft)">'
        f'<span style="display: block; width: {score:.0%}; height: 100%; background: var(--accent)"></span></span> '
        f"<span>{score:.2f}</span></div>"
    )
