"""One run through a quiz: order, tries, hints, record, time, summary, retry, and the mastery test."""

import dataclasses
from collections import Counter

import pytest

from utils.quiz import bank
from utils.quiz.bank import Option, Question
from utils.quiz.session import Session, mastery

OPTIONS = tuple(Option(text, f"why {text}", text == "a") for text in "abcde")


def question(id, kind="single", section="S", lesson="01"):
    return Question(id, lesson, "easy", kind, "stem", OPTIONS, ("h1", "h2", "h3"), ("s", "t"), "m", section)


QUESTIONS = [question("one"), question("two", section="T"), question("three")]


def play(session, *responses):
    """Answer question by question; a list gives the tries of one."""
    for tries in responses:
        for response in tries:
            session.answer(response)
        session.next()
    return session


# --- going through ------------------------------------------------------------------------------------------


def test_a_run_from_the_first_to_the_last():
    session = Session(QUESTIONS)
    assert (session.total, session.position, session.current.id, session.finished) == (3, 0, "one", False)
    assert not session.answered
    assert session.answer(0).right and session.answered
    session.next()
    assert (session.position, session.current.id) == (1, "two")
    session.next()  # left out
    assert session.answer(1).feedback == ("why b",)
    assert not session.answered  # two tries are left
    session.next()
    assert (session.finished, session.current, session.position) == (True, None, 3)
    session.next()
    assert session.position == 3
    for use in (session.hint, lambda: session.answer(0), lambda: session.option_order, lambda: session.answered):
        with pytest.raises(ValueError, match="There is no question left."):
            use()


def test_a_question_is_done_when_right_or_after_the_last_try():
    session = Session(QUESTIONS, tries=2)
    session.answer(1)
    assert not session.answered
    session.answer(2)
    assert session.answered
    with pytest.raises(ValueError, match="This question is done."):
        session.answer(0)
    session.next()
    session.answer(0)
    with pytest.raises(ValueError, match="This question is done."):
        session.answer(1)
    assert session.result.right


def test_three_tries_unless_told_otherwise():
    session = Session(QUESTIONS)
    for response in (1, 2, 3):
        assert not session.answered
        session.answer(response)
    assert session.answered


def test_what_is_no_answer_costs_no_try_and_is_not_recorded():
    seen = []
    session = Session(QUESTIONS, record=lambda *event: seen.append(event))
    for response in (None, 9, "a"):
        with pytest.raises(ValueError):
            session.answer(response)
    assert (session.result.tries, seen) == (0, [])


def test_each_try_is_recorded_with_tries_hints_and_choice():
    seen = []
    session = Session(QUESTIONS, record=lambda *event: seen.append(event))
    session.answer(3)
    session.hint()
    session.answer(0)
    assert seen == [("01/one", False, 1, 0, ("d",)), ("01/one", True, 2, 1, ("a",))]


def test_three_hints_and_no_fourth():
    session = Session(QUESTIONS)
    assert [session.hint() for _ in range(5)] == ["h1", "h2", "h3", None, None]
    assert session.hints_shown == 3
    session.next()
    assert session.hints_shown == 0 and session.hint() == "h1"


def test_no_questions_at_all():
    session = Session([])
    assert (session.total, session.finished, session.current) == (0, True, None)
    assert session.summary().results == () and session.summary().reread == ()


# --- order of the options -----------------------------------------------------------------------------------


def test_the_order_is_fixed_by_seed_and_question():
    first, again, other = Session(QUESTIONS, seed=3), Session(QUESTIONS[:1], seed=3), Session(QUESTIONS, seed=4)
    assert first.option_order == first.option_order == again.option_order
    assert sorted(first.option_order) == [0, 1, 2, 3, 4]
    orders = set()
    for seed in range(30):
        session = Session(QUESTIONS, seed=seed)
        orders.add(tuple(session.option_order))
    assert len(orders) > 20 and tuple(other.option_order) in orders
    positions = Counter(Session(QUESTIONS, seed=seed).option_order.index(0) for seed in range(200))
    assert set(positions) == set(range(5))  # the key is not always at one place
    one = first.option_order
    first.next()
    assert first.option_order != one  # another question, another order


def test_the_right_order_is_never_the_one_shown_and_typed_answers_are_not_shuffled():
    three = dataclasses.replace(question("q", "order"), options=OPTIONS[:3])
    shown = [Session([three], seed=seed).option_order for seed in range(200)]
    assert [0, 1, 2] not in shown and all(sorted(order) == [0, 1, 2] for order in shown)
    for kind in ("blank", "numeric"):
        assert Session([question("q", kind)], seed=5).option_order == [0, 1, 2, 3, 4]


# --- the end ------------------------------------------------------------------------------------------------


def test_the_summary_counts_first_tries_and_names_what_to_reread_once():
    session = Session([*QUESTIONS, question("four"), question("five", section="U")])
    session.hint()
    play(session, [0], [1, 0], [], [1, 2, 3], [0])
    summary = session.summary()
    assert [(r.question.id, r.right, r.at_once, r.tries, r.hints) for r in summary.results] == [
        ("one", True, True, 1, 1),
        ("two", True, False, 2, 0),
        ("three", False, False, 0, 0),
        ("four", False, False, 3, 0),
        ("five", True, True, 1, 0),
    ]
    assert summary.right_at_once == 2
    assert summary.reread == (("01", "T"), ("01", "S"))


def test_retry_asks_what_was_not_right_at_once_in_another_order():
    seen = []
    session = play(Session(QUESTIONS, seed=1, record=lambda *event: seen.append(event), seconds=60), [0], [1, 0], [2])
    again = session.retry()
    assert [result.question.id for result in again.results] == ["two", "three"]
    assert (again.position, again.seconds_left) == (0, None)
    assert all(result.tries == 0 for result in again.results)
    again.answer(0)
    assert seen[-1] == ("01/two", True, 1, 0, ("a",))
    assert [again.seed, session.seed] == [2, 1]
    assert play(Session(QUESTIONS), [0], [0], [0]).retry().finished


# --- the timer ----------------------------------------------------------------------------------------------


def test_when_the_time_is_over_nothing_more_counts():
    now = [100.0]
    session = Session(QUESTIONS, seconds=30, clock=lambda: now[0])
    assert session.seconds_left == 30
    now[0] += 29.5
    assert session.seconds_left == 0.5 and not session.finished
    session.answer(0)
    session.next()
    now[0] += 1
    assert (session.seconds_left, session.finished, session.current.id) == (0, True, "two")
    for use in (lambda: session.answer(0), session.hint):
        with pytest.raises(ValueError, match="The time is over."):
            use()
    session.next()
    assert (session.position, session.answered, len(session.option_order)) == (1, False, 5)  # what is on screen stays
    assert session.summary().right_at_once == 1 and len(session.summary().results) == 3
    assert Session(QUESTIONS).seconds_left is None


# --- the mastery test ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def banks():
    return [bank.load(lesson) for lesson in bank.lessons()]


def test_the_mastery_test_draws_ten_easy_ones_first(banks):
    drawn = mastery(banks, ["00", "01"], seed=7)
    assert [q.difficulty for q in drawn] == ["easy"] * 4 + ["medium"] * 3 + ["hard"] * 3
    assert len({q.key for q in drawn}) == 10
    assert mastery(banks, ["00", "01"], seed=7) == drawn
    assert len({tuple(q.key for q in mastery(banks, ["00", "01"], seed)) for seed in range(10)}) > 5


@pytest.mark.parametrize("lesson", ["00", "01"])
def test_one_finished_lesson_is_enough_and_no_other_is_asked_about(banks, lesson):
    assert {q.lesson for q in mastery(banks, [lesson], seed=1)} == {lesson}


def test_too_few_questions_are_told(banks):
    with pytest.raises(ValueError, match="you have none yet. Do the quiz of a lesson first."):
        mastery(banks, [], seed=1)
    few = dataclasses.replace(banks[0], questions=tuple(q for q in banks[0].questions if q.difficulty != "hard"))
    told = r"needs 3 hard questions, and there are 0 in what you have finished \(00\). Finish another lesson first."
    with pytest.raises(ValueError, match=told):
        mastery([few, *banks[1:]], ["00"], seed=1)
