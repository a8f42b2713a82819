"""What the checks of all lessons ask of an answer."""

from utils.exercises import Wrong

BASES = ("roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased")


def near(answer, value: float) -> bool:
    """Is `answer` a number within a thousandth of `value`?"""
    return isinstance(answer, (int, float)) and abs(answer - value) <= 0.001 * abs(value)


def shown(answer) -> str:
    """An answer as a message quotes it: a number with four digits, anything else as Python writes it."""
    return f"{answer:.4g}" if isinstance(answer, (int, float)) else repr(answer)


def number(answer, what: str) -> float:
    """The answer as a number. Raises Wrong for anything else; `what` says what is asked."""
    try:
        return float(answer)
    except (TypeError, ValueError):
        raise Wrong(f"{shown(answer)} is not one number. Give {what}.") from None


def function(answer) -> None:
    """Raises Wrong unless `answer` can be called."""
    if not callable(answer):
        raise Wrong("give the function itself, without calling it.")


def by_name(answer, what: str) -> dict:
    """The answer's entry for each of BASES, in their order. Raises Wrong if one is missing; `what` is an entry."""
    if not isinstance(answer, dict):
        raise Wrong(f"give a dictionary: the name of each of the four models, and {what}.")
    missing = [name for name in BASES if name not in answer]
    if missing:
        raise Wrong(f"there is no entry for {', '.join(missing)}.")
    return {name: answer[name] for name in BASES}
