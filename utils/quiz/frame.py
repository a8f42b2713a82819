"""The frame of a quiz: stock widgets that show a page of HTML and tell Python what the learner did on it.

Three widgets are enough. One holds the style and the script (keys.js), which make the page usable by keyboard and
screen reader; one holds the page; one, hidden, brings each action back. The page's own controls hold the answer until
then, so that a busy kernel never checks an older choice than the one on screen. Works on ipywidgets 7.7 and 8.
Lesson 00 introduces quizzes.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from IPython.display import display
from ipywidgets import HTML, Layout, Text, VBox

from utils.quiz.markup import escape

HERE = Path(__file__).parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Saved with the page to read. The page waits a second, in which a live quiz hides it; a dead widget's error is hidden.
WITHOUT_KERNEL = (
    "@keyframes course-quiz-wait{from{height:0;visibility:hidden}}"
    ".course-quiz-reading{animation:course-quiz-wait 1s step-end}"
    ".jp-OutputArea:has(.course-quiz-reading) .jupyter-widgets:not(:has(*)){display:none}"
)


@cache
def style() -> str:
    """The style, which carries the script: so it runs wherever the quiz shows, and nothing of it is saved."""
    script = (HERE / "keys.js").read_text(encoding="utf-8")
    return f'<style onload="{escape(script)}">{(HERE / "style.css").read_text(encoding="utf-8")}</style>'


class Frame:
    """Shows what `draw()` returns; `act(name, response)` is called for each action, and the page drawn anew.

    `response` is a list of option numbers, the text typed, or the text of each number field by its name. Such fields
    stand in `controls`, HTML above the page that is never drawn anew; a change of one is the action "change". An action
    that fails shows its error in a sentence above the page as it was, and the quiz goes on.
    """

    def __init__(self, draw: Callable[[], str], act: Callable[[str, object], None], controls: str = ""):
        self.draw, self.act = draw, act
        self.turn = 0
        self.body = ""  # the last page that could be drawn
        self.page = HTML()
        self.messages = Text(continuous_update=False, layout=Layout(display="none"))
        self.messages.add_class("course-quiz-messages")
        self.messages.observe(self.receive, "value")
        above = [HTML(f'<div class="page">{controls}</div>')] if controls else []
        self.widget = VBox([HTML(style()), *above, self.page, self.messages])
        self.widget.add_class("course-quiz")
        self.refresh()

    def receive(self, change: dict) -> None:
        """Take one message of the page: JSON with `turn`, `act` and `response`."""
        try:
            message = json.loads(change["new"])
            if message["turn"] == self.turn:  # else the page is an old one, in a second view
                self.act(message["act"], message["response"])
        except Exception as error:  # JupyterLab would show it nowhere
            self.refresh(trouble(error))
        else:
            self.refresh()

    def refresh(self, above: str = "") -> None:
        """Draw the page. Every page has a number, so that it differs from the last one and the browser notices."""
        self.turn += 1
        try:
            self.body = self.draw()
        except Exception as error:
            above = trouble(error)
        self.page.value = f'<div class="page" data-turn="{self.turn}">{above}{self.body}</div>'

    def display(self, text: str, reading: str) -> None:
        """Show the widget, and what to read where it is dead or cannot be: `reading` (HTML), in a terminal `text`.

        These are two outputs, for a saved widget view hides all else in its own output. A style hides one of them.
        """
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        display({"text/html": without_kernel(reading), "text/plain": text}, raw=True)
        display({WIDGET_VIEW: view}, raw=True)


def without_kernel(reading: str) -> str:
    """The page to read, with the style that shows it only where no quiz is alive."""
    return f'<style>{WITHOUT_KERNEL}</style><div class="course-quiz-reading">{reading}</div>'


def trouble(error: Exception) -> str:
    """An error as a sentence on the page."""
    what = escape(f"{type(error).__name__}: {error}")
    return (
        '<div class="result note" data-say><strong>! Something went wrong.</strong> Nothing is lost: go on, or run the '
        f"cell again. The error was <code>{what}</code></div>"
    )
