"""Is a response right, and what does the learner hear? Plain Python, no widgets. Lesson 00 introduces quizzes."""

import math
import re
from dataclasses import dataclass

from utils.quiz.bank import Option, Question
from utils.quiz.rules import GAP


@dataclass(frozen=True)
class Verdict:
    """The result of one try: right or not, sentences to show, and what was chosen or typed, in words."""

    right: bool
    feedback: tuple[str, ...]
    chosen: tuple[str, ...]


def grade(question: Question, response) -> Verdict:
    """Judge a response to a question.

    `response` is an index into `question.options` (single, predict), a set of them (several), a list of them
    in the learner's order (order), or what was typed (blank, numeric; "4,5" and "1e3" are numbers).
    Raises ValueError, with a sentence for the learner, for an empty or unreadable response: it is no try.
    """
    return GRADERS[question.kind](question, response)


def _one(question: Question, response) -> Verdict:
    if response is None:
        raise ValueError("Choose an answer first.")
    option = _options(question, [response])[0]
    return Verdict(option.right, (option.feedback,), (option.text,))


def _several(question: Question, response) -> Verdict:
    if not response:
        raise ValueError("Choose at least one answer first.")
    chosen = _options(question, sorted(response))
    wrong = [option for option in chosen if not option.right]
    absent = sum(option.right for option in question.options) - (len(chosen) - len(wrong))
    feedback = tuple(option.feedback for option in wrong or chosen)
    if absent:
        feedback += (f"{_number(absent)} more {'is' if absent == 1 else 'are'} right.",)
    return Verdict(not wrong and not absent, feedback, tuple(option.text for option in chosen))


def _order(question: Question, response) -> Verdict:
    if not response or sorted(response) != list(range(len(question.options))):
        raise ValueError("Put every item in its place first.")
    chosen = tuple(question.options[index].text for index in response)
    if list(response) == sorted(response):
        return Verdict(True, tuple(option.feedback for option in question.options), chosen)
    in_place = sum(place == index for place, index in enumerate(response))
    first = next(place for place, index in enumerate(response) if place != index)
    count = f"{_number(in_place)} of {len(chosen)} {'stands' if in_place == 1 else 'stand'} in the right place."
    return Verdict(False, (count, f"Look at place {first + 1}: {chosen[first]} belongs further down."), chosen)


def _blank(question: Question, response) -> Verdict:
    typed = " ".join(str(response or "").split()).strip("`'\"")
    if not typed:
        raise ValueError("Type an answer first.")
    exact = next((option for option in question.options if option.text == typed), None)
    near = next((option for option in question.options if option.text.casefold() == typed.casefold()), None)
    if near and not exact and near.right and GAP in question.code:
        # In code a capital letter is another letter; in a sentence it is not.
        return Verdict(False, ("Nearly. Python tells capital letters from small ones.",), (typed,))
    return _verdict(question, exact or near, typed)


def _numeric(question: Question, response) -> Verdict:
    typed = str(response if response is not None else "").strip()
    number = to_number(typed)
    distance = {option: abs(float(option.text) - number) for option in question.options}
    nearest = min(distance, key=distance.get)
    hit = distance[nearest] <= question.tolerance or math.isclose(distance[nearest], question.tolerance)
    return _verdict(question, nearest if hit else None, typed)


GRADERS = {
    "single": _one,
    "predict": _one,
    "several": _several,
    "order": _order,
    "blank": _blank,
    "numeric": _numeric,
}


def _options(question: Question, indices: list) -> list[Option]:
    for index in indices:
        if type(index) is not int or not 0 <= index < len(question.options):
            raise ValueError(f"There is no answer number {index!r}. Choose one of the {len(question.options)} shown.")
    return [question.options[index] for index in indices]


def _verdict(question: Question, option: Option | None, typed: str) -> Verdict:
    if option is None:
        return Verdict(False, (question.otherwise,), (typed,))
    return Verdict(option.right, (option.feedback,), (typed,))


def _number(count: int) -> str:
    return ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven")[count]


def to_number(typed: str) -> float:
    """What a learner typed, as a number: `4.5`, `4,5`, `1e3`, `1 234 567` and `1,234,567` are all understood.

    Raises ValueError with a sentence for the learner where there is no number, or two readings of one.
    """
    text = typed.strip().replace("−", "-")
    if not text:
        raise ValueError("Type a number first.")
    if re.fullmatch(r"[+-]?\d{1,3}([ \u00a0\u202f_'’]\d{3})+([.,]\d+)?", text):  # groups of three digits
        text = re.sub(r"[^\d.,+-]", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3}){2,}(\.\d+)?|[+-]?\d{1,3}(,\d{3})+\.\d+", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
        plain = text.replace(",", "")
        raise ValueError(f"{typed} can be read in two ways. Type {plain} or {text.replace(',', '.')}.")
    else:
        text = text.replace(",", ".", 1)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text, re.IGNORECASE | re.ASCII):
        raise ValueError(f"{typed} is not a number alone. Type digits without a unit or a sign, such as 4.5 or 1e3.")
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{typed} is too large. Type a smaller number.")
    return number
