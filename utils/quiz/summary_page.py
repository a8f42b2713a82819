"""The page at the end of a quiz: what was right, what to reread, how to try again. Lesson 00 introduces quizzes."""

from collections.abc import Mapping
from urllib.parse import quote

from utils.quiz.bank import Bank
from utils.quiz.markup import NO_SHORTCUTS, button, escape, inline, plain
from utils.quiz.session import Result, Session


def summary_page(session: Session, banks: Mapping[str, Bank]) -> str:
    """The summary of a finished session. `banks` holds the banks that its questions come from, by lesson."""
    summary = session.summary()
    missed = session.total - summary.right_at_once
    score = f"{summary.right_at_once} of {session.total} right at the first try"
    time = "The time is over. " if session.seconds_left == 0 else ""
    again = f'<p class="buttons">{button("retry", again_words(missed), first=True)}</p>' if missed else ""
    advice = "Reread the sections below, then try again." if missed else "There is nothing to reread. Well done!"
    headline = f'<h2 class="score" tabindex="-1" data-focus {NO_SHORTCUTS}>{score}.</h2>'
    return (
        f"<div data-say>{headline} <p>{time}{advice}</p></div>{reread(summary.reread, banks)}{again}"
        f'<h2>Your answers</h2><ol class="outcomes">{"".join(map(outcome, summary.results))}</ol>'
    )


def again_words(missed: int) -> str:
    """What the button for another try says."""
    return "Try the one question again" if missed == 1 else f"Try the {missed} questions again"


def outcome(result: Result) -> str:
    """One question and what happened with it, in words."""
    kind, mark = ("good", "✓ right") if result.right else ("bad", "✗ wrong") if result.tries else ("", "○ open")
    tries = {0: "no try", 1: "first try" if result.right else "1 try"}.get(result.tries, f"{result.tries} tries")
    hints = {0: "", 1: ", 1 hint"}.get(result.hints, f", {result.hints} hints")
    return (
        f'<li class="outcome"><span class="{kind}">{mark}</span><span>{inline(result.question.stem)}</span>'
        f"<span>{tries}{hints}</span></li>"
    )


def reread(sections: tuple[tuple[str, str], ...], banks: Mapping[str, Bank]) -> str:
    """Links to the sections of (lesson, heading) pairs."""
    links = "".join(f"<li>{link(banks[lesson], heading, here=len(banks) == 1)}</li>" for lesson, heading in sections)
    return f'<h2>To reread</h2><ul class="sections">{links}</ul>' if links else ""


def link(bank: Bank, heading: str, here: bool) -> str:
    """A link to a heading of a lesson. `here`: keys.js looks for it in the notebook around the quiz first."""
    anchor = heading.replace("`", "").replace(" ", "-")  # as JupyterLab makes it
    found = f' data-heading="{escape(anchor)}"' if here else ""
    address = f"../notebooks/{bank.notebook}.ipynb#{quote(anchor)}"
    return (
        f'<a href="{address}" target="_blank" rel="noopener" {NO_SHORTCUTS}{found}>'
        f"{plain(bank.lesson)} {plain(bank.title)}: {plain(heading)}</a>"
    )
