"""Quizzes, recall cards and progress. Lesson 00 introduces them.

A lesson's cell needs two lines, and nothing is imported before it is used:

    from utils.quiz import quiz
    quiz("01")
"""


def quiz(lesson: str) -> None:
    """Show the quiz of a lesson, such as `quiz("01")`. Raises ValueError where there is none."""
    from utils.quiz.face import show_quiz

    show_quiz(lesson)


def cards(lesson: str | None = None) -> None:
    """Show the recall cards of a lesson that are due, or of all lessons read. Raises ValueError where there is none."""
    from utils.quiz.cards_face import show_cards

    show_cards(lesson)


def test(seconds: float | None = None) -> None:
    """Show a mastery test of ten questions over the lessons read, in `seconds` if given. Raises ValueError below 0."""
    from utils.quiz.face import show_test

    show_test(seconds)


test.__test__ = False  # pytest takes a function of this name for one of its own


def __getattr__(name: str):
    """`progress`, which needs pandas and seaborn only when it is called."""
    if name == "progress":
        from utils.quiz.overview import progress

        return progress
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
