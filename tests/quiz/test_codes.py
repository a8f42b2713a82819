"""The line for a workshop's chat: short, harmless, the same after a round trip, and never wrong in silence."""

import dataclasses
import random
import re
import string
import unicodedata

import pytest

from utils.quiz import bank, codes, records
from utils.quiz.bank import Bank, Card, Option, Question
from utils.quiz.codes import OTHER, CodeError, LessonReport, Outcome, decode, encode

WHEN = "2026-01-01T00:00:00.000000+00:00"
LATER = "2026-01-02T00:00:00.000000+00:00"


def question(lesson, name, kind="single", texts=("yes", "no", "perhaps"), right=(0,), **more):
    options = tuple(Option(text, f"feedback on {text}", place in right) for place, text in enumerate(texts))
    hints = steps = ("one", "two", "three")
    return Question(name, lesson, "easy", kind, "stem?", options, hints, steps, "mistake", "section", **more)


def a_bank(lesson="01", questions=10, cards=8):
    made = tuple(
        question(lesson, f"q{number}", texts=[f"{number}{a}" for a in "abcdefgh"]) for number in range(questions)
    )
    return Bank(lesson, "Title", f"{lesson}_title", made, tuple(Card(f"c{n}", lesson, "f", "b") for n in range(cards)))


def a_state(banks, dice):
    """What some learner may have kept."""
    state = records.empty()
    for each in banks:
        if dice.random() < 0.5:
            state["read"][each.lesson] = {"first": WHEN}
        for number in range(dice.randrange(9)):
            state["exercises"][f"{each.lesson}/{number}"] = {"tries": 1} | dice.choice([{}, {"solved": WHEN}])
        for card in dice.sample(each.cards, dice.randrange(len(each.cards))):
            state["cards"][card.key] = {"reviews": 1}
        for one in each.questions:
            wrong = [option.text for option in one.options if not option.right]
            entry = dice.choice([None, {"first": [WHEN, True], "solved": WHEN}, {"first": [WHEN, False]}])
            if entry and not entry["first"][1]:
                entry |= {"wrong": [WHEN, dice.choice(wrong)]} | dice.choice([{}, {"solved": LATER}])
            if entry:
                state["questions"][one.key] = entry
    return state


@pytest.mark.parametrize("seed", range(50))
def test_a_round_trip_gives_back_what_the_state_says(seed):
    dice = random.Random(seed)
    banks = [a_bank(f"{n:02}", dice.randrange(1, 13), dice.randrange(1, 9)) for n in range(dice.randrange(1, 10))]
    state = a_state(banks, dice)
    read = decode(encode(state, banks, "Ada"), banks)
    assert read.name == "Ada" and list(read.lessons) == [each.lesson for each in banks]
    for each in banks:
        lesson = read.lessons[each.lesson]
        assert lesson == codes.report(state, each)
        assert lesson.read == (each.lesson in state["read"])
        solved = [key for key, entry in state["exercises"].items() if key[:2] == each.lesson and "solved" in entry]
        assert lesson.exercises == len(solved)
        assert lesson.cards == sum(key[:2] == each.lesson for key in state["cards"])
        for one in each.questions:
            entry, outcome = state["questions"].get(one.key), lesson.outcomes[one.key]
            assert outcome.tried == (entry is not None)
            if entry:
                assert outcome.at_once == entry["first"][1] and outcome.solved == ("solved" in entry)
                if "wrong" in entry:
                    index = [option.text for option in one.options].index(entry["wrong"][1])
                    assert outcome.wrong == min(index, OTHER)


def test_a_code_is_short_even_for_a_whole_course():
    banks = [a_bank(f"{number:02}", questions=12) for number in range(12)]
    code = encode(a_state(banks, random.Random(0)), banks, "A" * 60)
    assert len(code) <= 200 and " " not in code
    now = [bank.load(lesson) for lesson in bank.lessons()]
    assert len(encode(records.empty(), now, "A" * 60)) <= 200


def test_a_code_holds_no_text_but_the_name():
    banks = [a_bank()]
    state = a_state(banks, random.Random(1))
    state["questions"]["01/q0"] = {"first": [WHEN, False], "wrong": [WHEN, "my secret"]}
    code = encode(state, banks)
    assert re.fullmatch(r"PROGRESS1/[A-Za-z0-9+-]+", code)  # nothing that a chat takes for bold, a link or a smiley
    state["questions"]["01/q0"]["wrong"][1] = "another secret"
    assert encode(state, banks) == code
    assert decode(code, banks).lessons["01"].outcomes["01/q0"] == Outcome(True, False, OTHER)


@pytest.mark.parametrize(
    "given, kept",
    [
        ("", ""),
        ("Ada Lovelace", "Ada-Lovelace"),
        (" a/b\tc ", "a-b-c"),
        ("///", ""),
        ("Zoë", "Zoë"),
        (unicodedata.normalize("NFD", "Zoë"), "Zoë"),
        ("李小龙", "李小龙"),
        ("A\x1b[31m\u202eB", "A[31mB"),
        ("x" * 100, "x" * 24),
    ],
)
def test_names(given, kept):
    banks = [a_bank()]
    assert decode(encode(records.empty(), banks, given), banks).name == kept


def test_every_typo_in_a_code_is_found():
    banks = [a_bank()]
    code = encode(a_state(banks, random.Random(2)), banks, "Ada")
    typos = {code[:place] for place in range(len(code))}
    for place in range(len(code)):
        typos.add(code[:place] + code[place + 1 :])
        typos |= {code[:place] + letter + code[place + 1 :] for letter in string.printable}
        typos |= {code[:place] + letter + code[place:] for letter in string.printable}
        typos.add(code[:place] + code[place : place + 2][::-1] + code[place + 2 :])
    typos -= {code}
    assert len(typos) > 5_000
    for typo in typos:
        with pytest.raises(CodeError, match="Ask for it again"):
            decode(typo, banks)


def test_a_code_for_other_questions_is_not_misread():
    old = [a_bank()]
    code = encode(a_state(old, random.Random(3)), old)
    first = old[0].questions[0]
    changed = dataclasses.replace(first, options=first.options[1:] + first.options[:1])
    for questions in (old[0].questions[1:], (changed, *old[0].questions[1:])):
        new = [dataclasses.replace(old[0], questions=questions)]
        with pytest.raises(CodeError, match="the same version of the course"):
            decode(code, new)


def report_of(one, *chosen, solved=False):
    """The outcome of `one` after a first wrong answer."""
    state = records.empty()
    state["questions"][one.key] = {"first": [WHEN, False], "wrong": [WHEN, *chosen]} | (
        {"solved": LATER} if solved else {}
    )
    return codes.report(state, Bank("01", "", "", (one,), ())).outcomes[one.key]


def test_the_wrong_option_of_each_kind():
    assert report_of(question("01", "a"), "perhaps") == Outcome(True, False, 2)
    assert report_of(question("01", "a"), "perhaps", solved=True) == Outcome(True, True, 2)
    several = question("01", "b", "several", right=(0, 1))
    assert report_of(several, "yes", "perhaps").wrong == 2
    assert report_of(several, "yes").wrong == OTHER  # nothing wrong was chosen, something right was not
    assert report_of(question("01", "c", "order", right=(0, 1, 2)), "no", "yes", "perhaps").wrong == OTHER
    number = question("01", "d", "numeric", ("65", "82"), tolerance=0.5, otherwise="no")
    assert report_of(number, " 82,3").wrong == 1
    assert report_of(number, "7").wrong == report_of(number, "gone").wrong == OTHER
    word = question("01", "e", "blank", ("pooler", "classifier"), otherwise="no")
    assert report_of(word, "`Classifier`").wrong == 1
    assert report_of(word, "head").wrong == OTHER


def test_who_was_right_at_first_stays_so_after_a_later_mistake():
    one = question("01", "a")
    state = records.empty()
    state["questions"][one.key] = {"first": [WHEN, True], "solved": WHEN, "wrong": [LATER, "no"], "tries": 2}
    outcome = codes.report(state, Bank("01", "", "", (one,), ())).outcomes[one.key]
    assert outcome == Outcome(True, True) and outcome.at_once


def test_many_exercises_and_cards_do_not_spill_over():
    banks = [dataclasses.replace(a_bank(), cards=tuple(Card(f"c{n}", "01", "", "") for n in range(300)))]
    state = records.empty()
    state["exercises"] = {f"01/{number}": {"solved": WHEN} for number in range(300)}
    state["cards"] = {card.key: {"reviews": 1} for card in banks[0].cards}
    read = decode(encode(state, banks), banks).lessons["01"]
    assert read == LessonReport(False, 255, 255, read.outcomes) and not any(o.tried for o in read.outcomes.values())
