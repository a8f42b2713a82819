"""The page of one question: what is asked, the controls to answer, what came of it. Lesson 00 introduces quizzes."""

from dataclasses import dataclass, field

from utils.quiz.bank import Question
from utils.quiz.grading import Verdict
from utils.quiz.markup import DOTS, NO_SHORTCUTS, button, escape, inline, listed, plain
from utils.quiz.rules import TYPED

HINTS = ("a nudge", "where to look", "nearly there")


@dataclass
class Turn:
    """What has happened on the question on show. `response` is as the page sent it: option numbers, or a text."""

    response: list[int] | str = field(default_factory=list)
    tried: set[int] = field(default_factory=set)  # wrong options chosen so far
    hints: list[str] = field(default_factory=list)
    verdict: Verdict | None = None
    note: str = ""  # why the response could not be checked
    done: bool = False  # the answer may be shown
    alone: bool = False  # a test: one try, no help
    newest: str = ""  # what a screen reader is to hear: "result" or "hint"


def question_page(question: Question, order: list[int], turn: Turn, last: bool) -> str:
    """The question with its controls, or with its answer once `turn.done`. `last`: no question follows."""
    code = f"<pre><code>{escape(question.code)}</code></pre>" if question.code else ""
    body = review(question, order, turn) if turn.done else controls(question, order, turn)
    return (
        f'<fieldset class="{question.kind}"><legend>{inline(question.stem)}</legend>{code}{body}</fieldset>'
        f"{'' if turn.done else hints(turn)}{result(turn)}{after(question) if turn.done else ''}{buttons(turn, last)}"
    )


def top(question: Question, position: int, total: int, seconds: float | None = None) -> str:
    """The line above a question: how hard it is, which one of how many, the seconds left in a test."""
    done = 100 * (position - 1) / total
    clock = "" if seconds is None else f'<span class="clock" role="timer" data-left="{seconds:.1f}"></span>'
    return (
        f'<div class="track"><div style="width: {done:.0f}%"></div></div><p class="top">'
        f'<span class="level {question.difficulty}"><span aria-hidden="true">{DOTS[question.difficulty]}</span> '
        f"{question.difficulty}</span><span>Question {position} of {total}</span>{clock}</p>"
    )


# --- the controls of an open question


def controls(question: Question, order: list[int], turn: Turn) -> str:
    """What the learner answers with. One control bears `data-focus`: it gets the focus that the page before had."""
    if question.kind in TYPED:
        return typed(question, turn)
    order = list(turn.response) if question.kind == "order" and turn.response else order
    draw = item if question.kind == "order" else choice
    focus = next((number for number in order if number in turn.response), order[0])
    rows = "".join(draw(question, number, turn, number == focus) for number in order)
    return f'<ol class="items">{rows}</ol>' if question.kind == "order" else rows


def choice(question: Question, number: int, turn: Turn, focus: bool) -> str:
    """An option to choose, marked in words where it was tried and is wrong."""
    kind = "checkbox" if question.kind == "several" else "radio"
    state = (" checked" if number in turn.response else "") + (" data-focus" if focus else "")
    tried = '<span class="tried">✗ tried</span>' if number in turn.tried else ""
    return (
        f'<label class="option"><input type="{kind}" value="{number}" data-key="{number}" {NO_SHORTCUTS}{state}>'
        f"<span>{inline(question.options[number].text)}</span>{tried}</label>"
    )


def item(question: Question, number: int, turn: Turn, focus: bool) -> str:
    """An item to move up or down."""
    text = question.options[number].text
    moves = "".join(
        f'<button type="button" data-move="{step}" data-key="{word}-{number}" aria-label="{word}: {plain(text)}" '
        f"{NO_SHORTCUTS}{' data-focus' if focus and step > 0 else ''}>{arrow} {word}</button>"
        for step, word, arrow in ((-1, "Up", "↑"), (1, "Down", "↓"))
    )
    return f'<li class="option" data-item="{number}"><span>{inline(text)}</span><span class="moves">{moves}</span></li>'


def typed(question: Question, turn: Turn) -> str:
    """A field to type a text or a number in."""
    ask, keyboard = ("Your number", ' inputmode="decimal"') if question.kind == "numeric" else ("Your answer", "")
    return (
        f'<label class="typed">{ask} <input type="text" value="{escape(turn.response or "")}" data-key="typed" '
        f'data-focus autocomplete="off" autocapitalize="off" spellcheck="false"{keyboard} {NO_SHORTCUTS}></label>'
    )


def buttons(turn: Turn, last: bool) -> str:
    """Check, and where to get help; when the question is done, the way on."""
    if turn.done:
        return f'<p class="buttons">{button("next", "See the result" if last else "Next", first=True, focus=True)}</p>'
    check = button("check", "Check", first=True)
    if turn.alone:
        return f'<p class="buttons">{check}{button("next", "Skip")}</p>'
    left = len(HINTS) - len(turn.hints)
    hint = button("hint", f"Hint ({left} left)") if left else ""
    return f'<p class="buttons">{check}{hint}{button("reveal", "Show the answer")}</p>'


# --- what came of an answer


def result(turn: Turn) -> str:
    """Right or wrong, in words; or why the answer could not be checked."""
    say = " data-say" if turn.newest == "result" else ""
    if turn.note:
        return f'<div class="result note"{say}><strong>→</strong> {inline(turn.note)}</div>'
    if turn.verdict is None:
        return ""
    if turn.verdict.right:
        kind, words = "good", "✓ Right."
    else:
        kind, words = "bad", "✗ Not right." if turn.done else "✗ Not right yet."
    return (
        f'<div class="result {kind}"{say}><strong>{words}</strong> {" ".join(map(inline, turn.verdict.feedback))}</div>'
    )


def hints(turn: Turn) -> str:
    """The hints shown so far; the newest is announced."""
    lines = [
        f'<div class="hint"{" data-say" if turn.newest == "hint" and number == len(turn.hints) else ""}>'
        f"<strong>Hint {number} of {len(HINTS)}, {HINTS[number - 1]}:</strong> {inline(hint)}</div>"
        for number, hint in enumerate(turn.hints, 1)
    ]
    return "".join(lines)


def review(question: Question, order: list[int], turn: Turn) -> str:
    """The options of a question that is done: which are right, and why those that were tried are not."""
    if question.kind == "order":
        return listed((option.text for option in question.options), kind="items")
    lines = []
    for number in order:
        option = question.options[number]
        if option.right:
            lines.append(f'<li class="option right"><span>{inline(option.text)}</span><span>✓ right</span></li>')
        elif number in turn.tried:
            why = f'<p class="why">{inline(option.feedback)}</p>'
            lines.append(f'<li class="option wrong"><span>{inline(option.text)}</span><span>✗ wrong</span>{why}</li>')
        elif question.kind not in TYPED:
            lines.append(f'<li class="option"><span>{inline(option.text)}</span></li>')
    return f'<ul class="review">{"".join(lines)}</ul>'


def after(question: Question) -> str:
    """The worked steps, and the mistake that the question catches."""
    return (
        f'<div class="steps"><p><strong>Step by step</strong></p>{listed(question.steps)}'
        f"<p><strong>A common mistake:</strong> {inline(question.mistake)}</p></div>"
    )
