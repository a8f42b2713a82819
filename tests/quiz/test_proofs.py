"""The runner of proofs: what it accepts, what it tells, and that it changes nothing of the author's."""

import dataclasses
import os

import pytest

from utils import anatomy, checkpoints
from utils.quiz import proofs
from utils.quiz.bank import Bank, Card, Option, Question


def question(proof, kind="single", options=(("a", True), ("b", False), ("c", False)), **fields):
    made = tuple(Option(text, f"feedback of {text}", right) for text, right in options)
    return Question("q", "01", "easy", kind, "stem", made, ("1", "2", "3"), ("s", "t"), "m", "S", proof=proof, **fields)


def faults(*items):
    questions = tuple(item for item in items if isinstance(item, Question))
    cards = tuple(item for item in items if isinstance(item, Card))
    return list(proofs.faults(Bank("01", "T", "01_t", questions, cards)))


def card(proof):
    return Card("c", "01", "front", "back", proof)


def test_a_proof_that_singles_out_the_key_holds():
    assert faults(question('option == "a"'), question('found = value\nfound == "a"')) == []


@pytest.mark.parametrize(
    "proof, told",
    [
        (
            'option == "b"',
            ["False for option 'a', which is marked right", "True for option 'b', which is marked wrong"],
        ),
        ("True", ["True for option 'b', which is marked wrong", "True for option 'c'"]),
        ('option in ("a", "c")', ["True for option 'c', which is marked wrong"]),
        ("False", ["False for option 'a', which is marked right"]),
        ("1", ["gives 1", "gives 1", "gives 1"]),
        ("torch.tensor(True)", ["gives tensor(True)", "", ""]),
        ("None", ["gives None", "", ""]),
        ("unheard_of", ["stops with NameError", "", ""]),
        ("1 / 0", ["stops with ZeroDivisionError", "", ""]),
        ('print("hello")', ["prints 'hello'", "", ""]),
        ('mini("no-such-model") is None', ["stops with ValueError: There is no checkpoint", "", ""]),
    ],
)
def test_a_proof_that_does_not_is_told_with_the_question(proof, told):
    found = faults(question(proof))
    assert len(found) == len(told)
    for sentence, part in zip(found, told, strict=True):
        assert sentence.startswith("01.yaml, question q, field proof: ") and part in sentence and "Fix: " in sentence


def test_an_order_must_come_out_whatever_order_it_is_given_in():
    items = [("one", True), ("four", True), ("eleven", True)]
    assert faults(question("sorted(options, key=len)", "order", items)) == []
    assert "gives the order" in faults(question("sorted(options)", "order", items))[0]
    assert "stops with NameError" in faults(question("unheard_of", "order", items))[0]
    assert faults(question("options", "order", items))  # whatever comes, not proved
    tie = [("a", True), ("b", True), ("cc", True)]
    assert faults(question("sorted(options, key=len)", "order", tie))  # two of equal length: no right order


def test_values_reach_the_proof():
    items = tuple(Option(text, text, True, value) for text, value in (("x", 3), ("y", 2), ("z", 1)))
    ordered = dataclasses.replace(question("sorted(options, key=lambda o: -values[o])", "order"), options=items)
    assert faults(ordered) == []
    numbers = dataclasses.replace(
        question('numbers == [50265, 2.5, 7] and option == "a"'), stem="50,265 or 2.5 or 7, `8`."
    )
    assert faults(numbers) == []
    texts = (("`a`", True), ("b", False))
    assert faults(question('value == "a" and option == "`a`"', options=texts)) == []
    assert faults(question('stem == "stem" and code == "1" and option == "`a`"', options=texts, code="1")) == []


def test_a_card_must_be_proved_true():
    assert faults(card("1 + 1 == 2")) == []
    assert "01.yaml, card c, field proof: it gives False" in faults(card("1 + 1 == 3"))[0]
    assert "gives 2" in faults(card("1 + 1"))[0]
    assert "ZeroDivisionError" in faults(card("1 / 0"))[0]


def test_proofs_cannot_change_the_authors_choice_or_each_others():
    before = dict(os.environ)
    choose = 'import os\ndel os.environ["COURSE_MODELS"]\ncheckpoints.switch("hub", sure=True)\n'
    switch = card(choose + 'checkpoints.mode() == "hub"')
    assert faults(switch, card('checkpoints.mode() == "mini"')) == []
    assert {name: os.environ[name] for name in before} == before
    assert not checkpoints.settings_file().exists()


def test_loaded_models_are_shared_and_the_log_level_comes_back():
    from transformers import logging

    logging.set_verbosity_info()
    assert faults(card('mini("roberta-base") is mini("roberta-base")')) == []
    assert faults(card('blueprint("roberta-base") is blueprint("roberta-base")')) == []
    assert logging.get_verbosity() == logging.INFO
    logging.set_verbosity_warning()


def test_printed_gives_output_or_the_error():
    with anatomy.no_load_report():
        assert proofs.printed("print(1)\nprint(2)") == "1\n2"
        assert proofs.printed("print(1)\nx") == "1\nNameError: name 'x' is not defined"
        assert proofs.printed("print(torch.ones(2).sum().item())") == "2.0"
