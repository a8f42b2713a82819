"""Numbers to type or to slide, in the frame of the quizzes. Lesson 05.

They stand outside the page that is drawn anew (keys.js moves slider and field together), so that a finger on a slider
and the focus stay where they are.
"""

import json

from utils.quiz.markup import NO_SHORTCUTS, escape


def number(name: str, label: str, value: float, top: float | None = None, step: float = 1) -> str:
    """A field for a number that is 0 or more, and with `top` a slider from 0 to there under it."""
    field = (
        f'<label class="number"><span>{escape(label)}</span> <input type="number" min="0" step="{step}" '
        f'value="{value}" data-number="{name}" autocomplete="off" {NO_SHORTCUTS}></label>'
    )
    if top is None:
        return field
    return field + (
        f'<input type="range" min="0" max="{top}" step="{step}" value="{value}" data-slides="{name}" '
        f'aria-label="{escape(label)}, as a slider" {NO_SHORTCUTS}>'
    )


def now(numbers: dict[str, float]) -> str:
    """What the page says to the fields: their numbers, as Python has them."""
    return f'<span hidden data-numbers="{escape(json.dumps(numbers))}"></span>'


def paragraphs(text: str) -> str:
    """A paragraph of HTML for each line of text."""
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
