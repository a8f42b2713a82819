"""What the checks of all lessons ask of an answer."""


def near(answer, value: float) -> bool:
    """Is `answer` a number within a thousandth of `value`?"""
    return isinstance(answer, (int, float)) and abs(answer - value) <= 0.001 * abs(value)


def shown(answer) -> str:
    """An answer as a message quotes it: a number with four digits, anything else as Python writes it."""
    return f"{answer:.4g}" if isinstance(answer, (int, float)) else repr(answer)
