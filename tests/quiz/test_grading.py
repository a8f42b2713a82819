"""Every kind of question: right, wrong, half right, empty, unreadable, and what the learner hears."""

import dataclasses

import pytest

from utils.quiz.bank import Option, Question
from utils.quiz.grading import grade, to_number


def question(kind, *options, **fields):
    """A question of a kind. Options are (text, right); the feedback of each is `why` and its text."""
    made = tuple(Option(text, f"why {text}", right) for text, right in options)
    return Question("q", "01", "easy", kind, "stem", made, ("1", "2", "3"), ("s", "t"), "m", "S", **fields)


SINGLE = question("single", ("a", False), ("b", True), ("c", False))
SEVERAL = question("several", ("a", True), ("b", False), ("c", True), ("d", False))
ORDER = question("order", ("one", True), ("two", True), ("three", True), ("four", True))
BLANK = question(
    "blank", ("AutoModel", True), ("model", False), ("two words", True), code="x = ____", otherwise="something else"
)
NUMERIC = question(
    "numeric", ("65.9", True), ("50", False), ("60.6", False), tolerance=2, otherwise="something else entirely"
)
COUNT = dataclasses.replace(question("numeric", ("3", True), ("1", False), otherwise="no"), tolerance=0)


# --- to choose one ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["single", "predict"])
def test_one_choice(kind):
    asked = dataclasses.replace(SINGLE, kind=kind)
    right, wrong = grade(asked, 1), grade(asked, 2)
    assert (right.right, right.feedback, right.chosen) == (True, ("why b",), ("b",))
    assert (wrong.right, wrong.feedback, wrong.chosen) == (False, ("why c",), ("c",))


@pytest.mark.parametrize("response", [3, -1, "b", 1.0, True, {1}])
def test_a_choice_that_is_not_shown_is_no_try(response):
    with pytest.raises(ValueError, match="There is no answer number .* Choose one of the 3 shown."):
        grade(SINGLE, response)


# --- to choose several --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "response, right, feedback",
    [
        ({0, 2}, True, ("why a", "why c")),
        ([2, 0], True, ("why a", "why c")),
        ({0}, False, ("why a", "One more is right.")),
        ({0, 1, 2}, False, ("why b",)),  # the wrong one is told, the right ones are not repeated
        ({1, 3}, False, ("why b", "why d", "Two more are right.")),
        ({0, 1}, False, ("why b", "One more is right.")),
        ({0, 1, 2, 3}, False, ("why b", "why d")),
    ],
)
def test_several_choices(response, right, feedback):
    verdict = grade(SEVERAL, response)
    assert (verdict.right, verdict.feedback) == (right, feedback)
    assert verdict.chosen == tuple("abcd"[index] for index in sorted(response))


@pytest.mark.parametrize("response", [{4}, {0, -1}, {"a"}])
def test_several_with_one_not_shown_is_no_try(response):
    with pytest.raises(ValueError, match="There is no answer number"):
        grade(SEVERAL, response)


# --- to put in order ----------------------------------------------------------------------------------------


def test_the_right_order_explains_each_place():
    verdict = grade(ORDER, [0, 1, 2, 3])
    assert verdict.right
    assert verdict.feedback == ("why one", "why two", "why three", "why four")
    assert verdict.chosen == ("one", "two", "three", "four")


def test_a_wrong_order_tells_how_much_is_right_and_the_first_wrong_place():
    verdict = grade(ORDER, [0, 2, 1, 3])
    assert not verdict.right
    assert verdict.feedback == (
        "Two of 4 stand in the right place.",
        "Look at place 2: three belongs further down.",
    )
    assert verdict.chosen == ("one", "three", "two", "four")
    assert grade(ORDER, [3, 2, 1, 0]).feedback[0] == "None of 4 stand in the right place."
    assert grade(ORDER, [0, 2, 3, 1]).feedback[0] == "One of 4 stands in the right place."


@pytest.mark.parametrize("response", [[0, 1, 2], [0, 1, 2, 2], [0, 1, 2, 4], ["one", "two"]])
def test_an_order_that_is_none_is_no_try(response):
    with pytest.raises(ValueError, match="Put every item in its place first."):
        grade(ORDER, response)


# --- to fill in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["AutoModel", " AutoModel ", "`AutoModel`", "'AutoModel'", '"AutoModel"', "two  words"]
)
def test_a_gap_is_filled_right_whatever_stands_around_it(typed):
    assert grade(BLANK, typed).right


def test_a_gap_filled_wrong():
    assert grade(BLANK, "model").feedback == ("why model",)
    assert grade(BLANK, "MODEL").feedback == ("why model",)  # foreseen, and wrong in any letters
    verdict = grade(BLANK, "nothing of it")
    assert (verdict.right, verdict.feedback, verdict.chosen) == (False, ("something else",), ("nothing of it",))


def test_capital_letters_matter_in_code_and_not_in_a_sentence():
    assert grade(BLANK, "automodel").feedback == ("Nearly. Python tells capital letters from small ones.",)
    assert not grade(BLANK, "automodel").right
    sentence = dataclasses.replace(BLANK, code="", stem="It is called ____.")
    assert grade(sentence, "automodel").right


# --- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["65.9", "65,9", "66", "67.9", "63.9", "6.59e1", "+65.9", " 65.9 "])
def test_a_number_within_the_tolerance_is_right(typed):
    assert grade(NUMERIC, typed).right


@pytest.mark.parametrize(
    "typed, feedback",
    [
        ("50", "why 50"),
        ("51,5", "why 50"),
        ("61", "why 60.6"),
        ("62.6", "why 60.6"),
        ("63.8", "something else entirely"),
        ("-65.9", "something else entirely"),
        ("0.659", "something else entirely"),
    ],
)
def test_a_foreseen_number_gets_its_own_feedback(typed, feedback):
    verdict = grade(NUMERIC, typed)
    assert (verdict.right, verdict.feedback, verdict.chosen) == (False, (feedback,), (typed,))


def test_a_count_has_no_tolerance():
    assert grade(COUNT, "3").right and grade(COUNT, "3.0").right
    assert not grade(COUNT, "3.01").right and not grade(COUNT, "4").right


@pytest.mark.parametrize(
    "typed, number",
    [
        ("4.5", 4.5),
        ("4,5", 4.5),
        (".5", 0.5),
        ("0,125", 0.125),
        ("1e3", 1000),
        ("1,5e3", 1500),
        ("1E-2", 0.01),
        ("−3", -3),
        ("1,234,567", 1234567),
        ("1,234.5", 1234.5),
        ("1 234", 1234),
        ("124 697 433", 124697433),
        ("1\u202f234,5", 1234.5),
        ("124_697_433", 124697433),
        ("1'234", 1234),
        ("1234", 1234),
        ("1234,5678", 1234.5678),
        ("3.", 3),
    ],
)
def test_numbers_in_many_spellings(typed, number):
    assert to_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["12 kg", "kg", "66 %", "about 3", "1.2.3", "1,2,3", "1.234.567", "0x10", "nan", "inf", "1e", "--3", "1 2", "٣"],
)
def test_what_is_no_number_is_no_try(typed):
    with pytest.raises(ValueError, match="is not a number alone. Type digits without a unit or a sign"):
        grade(NUMERIC, typed)


def test_a_number_with_two_readings_is_asked_for_again():
    with pytest.raises(ValueError, match="1,234 can be read in two ways. Type 1234 or 1.234."):
        grade(NUMERIC, "1,234")
    with pytest.raises(ValueError, match="too large"):
        grade(NUMERIC, "1e999")


# --- nothing at all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked, nothing, told",
    [
        (SINGLE, [None], "Choose an answer first."),
        (SEVERAL, [None, set(), []], "Choose at least one answer first."),
        (ORDER, [None, []], "Put every item in its place first."),
        (BLANK, [None, "", "  ", "``"], "Type an answer first."),
        (NUMERIC, [None, "", "  "], "Type a number first."),
    ],
)
def test_an_empty_response_is_no_try(asked, nothing, told):
    for response in nothing:
        with pytest.raises(ValueError, match=told):
            grade(asked, response)
