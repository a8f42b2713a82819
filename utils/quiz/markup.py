"""Text of questions as HTML: all is escaped, and `words` in backticks become code. Lesson 00 introduces quizzes."""

import html
import re

# JupyterLab's one-letter commands (a: add a cell, d d: delete it) leave alone what bears this, and only that.
NO_SHORTCUTS = "data-lm-suppress-shortcuts"
DOTS = {"easy": "●○○", "medium": "●●○", "hard": "●●●"}


def escape(text: object, quote: bool = True) -> str:
    """Text that shows as it is written; with `quote` also inside an attribute in double quotes."""
    return html.escape(str(text), quote)


def inline(text: str) -> str:
    """One piece of prose; what stands in backticks becomes `<code>`."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def plain(text: str) -> str:
    """Prose without its backticks, escaped: for names that are heard and not seen."""
    return escape(text.replace("`", ""))


def listed(items, tag: str = "ol", kind: str = "") -> str:
    """An HTML list of prose; an empty text where there are no items."""
    name = f' class="{kind}"' if kind else ""
    lines = "".join(f"<li>{inline(item)}</li>" for item in items)
    return f"<{tag}{name}>{lines}</{tag}>" if lines else ""


def foot(*sentences: str) -> str:
    """The small print under a page: what the store has to say. Empty sentences are left out."""
    words = " ".join(filter(None, sentences))
    return f'<p class="foot">{escape(words)}</p>' if words else ""


def button(act: str, words: str, first: bool = False, focus: bool = False) -> str:
    """A button that sends `act`. `first`: Enter presses it; `focus`: it gets the focus that the old page had."""
    marks = (' class="first"' if first else "") + (" data-focus" if focus else "")
    return f'<button type="button" data-act="{act}" data-key="{act}" {NO_SHORTCUTS}{marks}>{words}</button>'
