"""A quiz to read where no kernel runs: on GitHub, in nbviewer, in a notebook opened again. For lesson 00.

Plain HTML without script, style or ids, and the same for every learner, so that strict nbval can compare it. Each
answer is folded.
"""

from utils.quiz.bank import Bank, Question
from utils.quiz.markup import escape, inline, listed
from utils.quiz.rules import TYPED


def quiz_text(bank: Bank) -> str:
    """What a terminal shows in place of a quiz."""
    return f"Quiz of lesson {bank.lesson}, {len(bank.questions)} questions: run this cell in a notebook to answer."


def quiz_html(bank: Bank, orders: list[list[int]]) -> str:
    """All questions of a lesson with their options; `orders` holds, for each question, the order of its options."""
    items = "".join(f"<li>{question_html(*pair)}</li>" for pair in zip(bank.questions, orders, strict=True))
    return (
        f"<p><strong>Quiz: {inline(bank.title)}</strong><br>To answer with hints and feedback, run this cell. "
        f"To read, go on here.</p><ol>{items}</ol>"
    )


def question_html(question: Question, order: list[int]) -> str:
    """One question: stem, code, options, and the answer with its steps in `<details>`."""
    code = f"<pre>{escape(question.code, quote=False)}</pre>" if question.code else ""
    shown = [] if question.kind in TYPED else [question.options[number].text for number in order]
    return (
        f"{inline(question.stem)} ({question.difficulty}){code}{listed(shown, 'ul')}"
        f"<details><summary>Answer</summary>{answer_html(question)}{listed(question.steps)}</details>"
    )


def answer_html(question: Question) -> str:
    """The right options, or the items in their order. The steps say why: with all feedback it would be too large."""
    right = [inline(option.text) for option in question.options if option.right]
    return f"<p><strong>{(' → ' if question.kind == 'order' else '<br>').join(right)}</strong></p>"


def cards_html(bank: Bank) -> str:
    """All cards of a lesson, the backs folded."""
    items = "".join(
        f"<li>{inline(card.front)}<details><summary>Back</summary><p>{inline(card.back)}</p></details></li>"
        for card in bank.cards
    )
    return f"<p><strong>Recall cards: {inline(bank.title)}</strong><br>To turn them, run this cell.</p><ul>{items}</ul>"
