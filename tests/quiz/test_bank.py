"""A faulty bank is named with file, line, question, field and fix; a sound one loads as it is written."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from utils.commands.place import ROOT
from utils.quiz import bank, check
from utils.quiz.bank import BankError

SMALL = Path(__file__).with_name("small_bank.yaml").read_text(encoding="utf-8")


@pytest.fixture
def read(tmp_path):
    """Reads a bank from a text, or from bytes."""

    def read(text):
        path = tmp_path / "01.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return bank.read(path)

    return read


def changed(old, new):
    """The small bank with one change."""
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times in the small bank"
    return SMALL.replace(old, new)


def faults(read, text):
    with pytest.raises(BankError) as caught:
        read(text)
    return str(caught.value).splitlines()


# --- a sound bank -------------------------------------------------------------------------------------------


def test_a_sound_bank_loads_as_it_is_written(read):
    small = read(SMALL)
    assert (small.lesson, small.title, small.notebook) == ("01", "A small bank", "01_loading_models")
    assert sorted(question.kind for question in small.questions) == sorted(bank.KINDS)
    assert [question.key for question in small.questions][:2] == ["01/one", "01/two"]
    one, _, _, four, five, six = small.questions
    assert [option.right for option in one.options] == [True, False, False]
    assert one.hints == ("Think of the alphabet.", "Look at the first letter.", "It begins with an a.")
    assert (one.tolerance, one.otherwise, one.code, one.source) == (0.0, "", "", "")
    assert four.otherwise == "This is no type that Python knows." and four.code == "print(____(3))"
    assert five.tolerance == 0.1 and [(o.text, o.value) for o in five.options] == [("2.5", 2.5), ("5", 5)]
    assert all(option.right for option in six.options)
    assert small.cards == (
        bank.Card("seven", "01", "What is the first letter?", "The letter `a`.", "", "the alphabet"),
    )
    assert small.cards[0].key == "01/seven"


def test_line_ends_of_windows_and_words_of_other_languages_do_no_harm(read):
    assert read(SMALL.replace("\n", "\r\n")) == read(SMALL)
    assert read(changed("To sort by taste.", "Größe, 大きさ, café")).questions[0].mistake == "Größe, 大きさ, café"


def test_the_shipped_banks_load_and_an_unknown_lesson_is_told():
    assert {"00", "01"} <= set(bank.lessons())
    for lesson in bank.lessons():
        assert bank.load(lesson).lesson == lesson
    with pytest.raises(ValueError, match="There is no quiz for lesson '77'. The lessons with a quiz: 00, 01"):
        bank.load("77")
    with pytest.raises(ValueError, match="no quiz for lesson 1"):
        bank.load(1)


def test_loading_brings_no_heavy_library():
    heavy = ("torch", "transformers", "pandas", "matplotlib", "jsonschema")
    code = (
        "import sys; from utils.quiz import bank, grading, session; bank.load('01'); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# --- faults: what to change in the small bank, where it must be told (a text of the line), and how ------------

FAULTS = {
    "feedback missing": (
        ("        feedback: The berry comes after the apple.\n", ""),
        "- text: berry",
        "question one, field options 2 feedback: is missing. Fix: say in a sentence why",
    ),
    "feedback empty": (
        ("feedback: The berry comes after the apple.", 'feedback: ""'),
        'feedback: ""',
        "question one, field options 2 feedback: is empty.",
    ),
    "feedback too short": (
        ("feedback: The berry comes after the apple.", "feedback: No."),
        "feedback: No.",
        "question one, field options 2 feedback: says too little: 'No.'.",
    ),
    "feedback twice in a question": (
        ("The cherry comes after the berry.", "the berry  comes after the apple."),
        "the berry  comes",
        "question one, field options 3 feedback: is the same as in one. Fix: say what holds for this option alone.",
    ),
    "feedback twice in a file": (
        ("A cucumber stays green.", "The apple comes first of all."),
        ("- text: cucumber", 1),
        "question two, field options 2 feedback: is the same as in one.",
    ),
    "two keys": (
        ("      - text: berry\n", "      - text: berry\n        right: true\n"),
        ("- text: apple", -1),
        "question one, field options: 2 are right. Fix: keep one right: true, or make the kind several.",
    ),
    "no key": (
        ("      - text: apple\n        right: true\n", "      - text: apple\n"),
        ("- text: apple", -1),
        "question one, field options: none is right. Fix: write right: true",
    ),
    "all are right": (
        ("      - text: cucumber\n", "      - text: cucumber\n        right: true\n"),
        ("- text: tomato", -1),
        "question two, field options: all are right.",
    ),
    "right is no yes or no": (
        ("      - text: apple\n        right: true", "      - text: apple\n        right: maybe"),
        "right: maybe",
        "question one, field options 1 right: is a text. Fix: write right: true",
    ),
    "option empty": (
        ("text: berry", 'text: " "'),
        'text: " "',
        "question one, field options 2 text: is empty.",
    ),
    "option twice": (
        ("text: cherry", "text: berry"),
        "- text: berry",
        "question one, field options 3 text: repeats another one.",
    ),
    "option is a number": (
        ("text: berry", "text: 7"),
        "text: 7",
        "question one, field options 2 text: is a number. Fix: put it in quotes.",
    ),
    "option is yes": (
        ("text: berry", "text: yes"),
        "text: yes",
        "question one, field options 2 text: is yes or no (true, false). Fix: write what the learner reads",
    ),
    "too few options": (
        ("      - text: cherry\n        feedback: The cherry comes after the berry.\n", ""),
        ("- text: apple", -1),
        "question one, field options: only 2. Fix",
    ),
    "unknown field": (
        ("    mistake: To sort by taste.", "    mistakes: To sort by taste."),
        "- id: one",
        "question one, field mistake: is missing.",
    ),
    "misspelt field": (
        ("    mistake: To sort by taste.", "    mistake: To sort by taste.\n    soruce: taste"),
        "soruce: taste",
        "question one, field soruce: is unknown. Fix: did you mean source?",
    ),
    "unknown field, far from all": (
        ("    mistake: To sort by taste.", "    mistake: To sort by taste.\n    zzz: taste"),
        "zzz: taste",
        "question one, field zzz: is unknown. Fix: remove it. Known are id, difficulty,",
    ),
    "missing field": (
        ("    stem: Which is the first?\n", ""),
        "- id: one",
        "question one, field stem: is missing. Fix: write a sentence here.",
    ),
    "field twice": (
        ("    mistake: To sort by taste.", "    mistake: To sort by taste.\n    mistake: To sort by size."),
        "mistake: To sort by size.",
        "the field mistake stands twice in one place. Fix: keep one of the two.",
    ),
    "HTML in a stem": (
        ("stem: Which is the first?", "stem: Which is the <b>first</b>?"),
        "<b>first</b>",
        "question one, field stem: holds HTML: <b>. Fix: write plain text;",
    ),
    "entity in a hint": (
        ("Think of the alphabet.", "Think of a &amp; b."),
        "&amp;",
        "question one, field hints 1: holds HTML: &amp;.",
    ),
    "script in a card": (
        ("What is the first letter?", "What <script src=x> is it?"),
        "<script",
        "card seven, field front: holds HTML: <script src=x>.",
    ),
    "Markdown": (
        ("To sort by taste.", "To sort **by taste**."),
        "**by taste**",
        "question one, field mistake: holds bold Markdown: **b.",
    ),
    "backtick left open": (
        ("The letter `a`.", "The letter `a."),
        "The letter `a.",
        "card seven, field back: opens a backtick and does not close it.",
    ),
    "two hints": (
        ("[Think of a salad., Think of a dessert., Two of the three.]", "[Think of a salad., Two of the three.]"),
        "hints: [Think of a salad., Two",
        "question two, field hints: has 2 entries. Fix: give three hints: a nudge",
    ),
    "four hints": (
        ("[Read it aloud., It is a sum., It is less than three.]", "[a, b, c, d]"),
        "hints: [a, b, c, d]",
        "question three, field hints: has 4 entries.",
    ),
    "the same hint twice": (
        ("[Divide., Divide by four., Half of the half.]", "[Divide., Divide., Half of the half.]"),
        "hints: [Divide., Divide.,",
        "question five, field hints 2: repeats another one.",
    ),
    "one step": (
        ("steps: [Halve ten., Halve again.]", "steps: [Halve ten.]"),
        "steps: [Halve ten.]",
        "question five, field steps: has 1 entry. Fix: give two to six steps",
    ),
    "unknown kind": (
        ("kind: several", "kind: multiple"),
        "kind: multiple",
        "question two, field kind: is 'multiple'. Fix: use single, several,",
    ),
    "unknown difficulty": (
        ("difficulty: medium\n    kind: predict", "difficulty: tricky\n    kind: predict"),
        "difficulty: tricky",
        "question three, field difficulty: is 'tricky'. Fix: use easy, medium or hard.",
    ),
    "id twice": (
        ("id: two", "id: one"),
        ("- text: tomato", -6),
        "question one, field id: one is taken. Fix: give each question and card its own id.",
    ),
    "a card with a question's id": (("id: seven", "id: six"), ("front:", -1), "card six, field id: six is taken."),
    "id with capitals": (("id: two", "id: Number Two"), "id: Number Two", "field id: is 'Number Two'. Fix: use small"),
    "neither proof nor source": (
        ("    source: any cookbook\n", ""),
        "- id: two",
        "question two, field proof: is missing, and so is source. Fix: prove the key by code, or name a source.",
    ),
    "a card with neither": (
        ("    source: the alphabet\n", ""),
        "- id: seven",
        "card seven, field proof: is missing, and so is source.",
    ),
    "proof is no Python": (
        ('proof: value == "apple"', "proof: value = = 1"),
        "proof: value = = 1",
        "question one, field proof: is no Python: invalid syntax (its line 1). Fix: run it in a notebook cell first.",
    ),
    "proof ends in no expression": (
        ('proof: value == "apple"', "proof: found = 1"),
        "proof: found = 1",
        "question one, field proof: does not end in an expression.",
    ),
    "no number in numeric": (
        ("text: 5\n", "text: five\n"),
        "text: five",
        "question five, field options 2 text: is 'five', no number. Fix: write digits without quotes and unit",
    ),
    "a number in quotes in numeric": (("text: 5\n", 'text: "5"\n'), 'text: "5"', "options 2 text: is '5', no number."),
    "infinite number": (("text: 5\n", "text: .inf\n"), "text: .inf", "options 2 text: is no finite number."),
    "numbers that the tolerance cannot tell apart": (
        ("tolerance: 0.1", "tolerance: 1.3"),
        ("- text: 2.5", -1),
        "question five, field options: 2.5 and 5 are too near each other for this tolerance. Fix",
    ),
    "tolerance missing": (
        ("    tolerance: 0.1\n", ""),
        "- id: five",
        "question five, field tolerance: is missing. Fix: say how far",
    ),
    "tolerance negative": (("tolerance: 0.1", "tolerance: -1"), "tolerance: -1", "question five, field tolerance: "),
    "tolerance without use": (
        ("    stem: Which are red?", "    stem: Which are red?\n    tolerance: 1"),
        "tolerance: 1",
        "question two, field tolerance: has no use in a several question. Fix: remove it.",
    ),
    "otherwise missing": (
        ("    otherwise: This is no type that Python knows.\n", ""),
        "- id: four",
        "question four, field otherwise: is missing.",
    ),
    "otherwise without use": (
        ("    stem: Which are red?", "    stem: Which are red?\n    otherwise: Something else entirely."),
        "otherwise: Something else",
        "question two, field otherwise: has no use in a several question.",
    ),
    "no gap": (
        ("code: print(____(3))", "code: print(str(3))"),
        "stem: What belongs in the gap?",
        "question four, field stem: has 0 gaps, counting the code's. Fix: mark the gap once with ____",
    ),
    "a wide line of code": (
        ("code: print(1 + 1)", f"code: print({'1 + ' * 21}1)"),
        "code: print(1 + 1 + 1",
        "question three, field code: has a line of 92 characters. Fix: break it after at most",
    ),
    "predict without code": (
        ("    code: print(1 + 1)\n", ""),
        "- id: three",
        "question three, field code: is missing. Fix: give the code whose output is asked for.",
    ),
    "order with right": (
        ('      - text: "two"\n', '      - text: "two"\n        right: true\n'),
        ('- text: "one"', -1),
        "question six, field options: some are marked right or wrong. Fix: list the items in the right order",
    ),
    "order of two": (
        ('      - text: "three"\n        feedback: Three is the largest of them.\n', ""),
        ('- text: "one"', -1),
        "question six, field options: only 2 items. Fix: give at least three items to put in order.",
    ),
    "another lesson's number": (
        ('lesson: "01"', 'lesson: "02"'),
        'lesson: "02"',
        "field lesson: is '02'. Fix: write '01', as in the file's name.",
    ),
    "lesson without quotes": (
        ('lesson: "01"', "lesson: 01"),
        "lesson: 01",
        "field lesson: is a number. Fix: give the two",
    ),
    "no list of cards": (
        ("cards:\n  - id: seven", "cards: none\nquestion:\n  - id: seven"),
        "cards: none",
        "field cards: is a text. Fix: give a list of recall cards",
    ),
    "a question that is a text": (
        ("  - id: two\n", "  - just a text\n  - id: two\n"),
        "- just a text",
        "question 2: is a text. Fix: give a question the fields",
    ),
    "bad YAML: a colon": (
        ("stem: Which is the first?", "stem: Tell me: which is the first?"),
        "stem: Tell me:",
        "mapping values are not allowed in this context. Fix: put the text in quotes, because it holds a colon.",
    ),
    "bad YAML: a tab": (
        ("    mistake: To sort by taste.", "\tmistake: To sort by taste."),
        "\tmistake:",
        "Fix: indent with spaces, YAML allows no tabs.",
    ),
    "bad YAML: a quote left open": (
        ("source: any cookbook", 'source: "any cookbook'),
        None,
        "Fix: look at the indentation, quotes and colons",
    ),
    "invisible character": (
        ("To sort by taste.", "To sort\u0007 by taste."),
        "To sort\u0007 by",
        "there is an invisible or broken character (U+0007). Fix: type the line anew.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_with_its_line_and_fix(fault, read):
    (old, new), place, told = FAULTS[fault]
    text = changed(old, new)
    found = faults(read, text)
    matching = [sentence for sentence in found if told in sentence]
    assert matching, found
    assert all(sentence.startswith("01.yaml, line ") and " Fix: " in sentence for sentence in found)
    if place:
        snippet, offset = place if isinstance(place, tuple) else (place, 0)
        lines = [number for number, line in enumerate(text.split("\n"), 1) if snippet in line]
        assert any(f"line {line + offset}" in matching[-1].split(":")[0] for line in lines), (lines, matching)


def test_every_fault_is_named_not_only_the_first(read):
    text = SMALL
    for fault in ("feedback missing", "unknown kind", "four hints", "misspelt field"):
        (old, new), _, _ = FAULTS[fault]
        text = text.replace(old, new)
    assert len(faults(read, text)) == 4
    text = SMALL
    for fault in ("two keys", "HTML in a stem", "neither proof nor source", "no gap"):
        (old, new), _, _ = FAULTS[fault]
        text = text.replace(old, new)
    assert len(faults(read, text)) == 4


def test_whatever_line_is_lost_the_author_gets_sentences_and_no_traceback(read):
    lines = SMALL.splitlines(keepends=True)
    sound = 0
    for place in range(len(lines)):
        text = "".join(lines[:place] + lines[place + 1 :])
        try:
            read(text)
            sound += 1
        except BankError as error:
            assert all(re.match(r"01\.yaml, line \d+.*: .* Fix: .*\.$", one) for one in str(error).splitlines()), error
    assert sound < len(lines) / 4  # empty lines, and options that need not be there


@pytest.mark.parametrize(
    "text, told",
    [
        ("lesson: [\n", "did not find expected node content"),
        ("1: 2\n", "this is no name of a field."),
        ("[a]: 2\n", "this is no name of a field."),
        ("lesson: &x\n  y: *x\n", "an alias points at what it stands in."),
        ("a: !!python/object:os.system x\n", "could not determine a constructor"),
        ("a: 1\n---\nb: 2\n", "but found another document"),
    ],
)
def test_odd_yaml_is_told(read, text, told):
    assert told in faults(read, text)[0]


def test_a_file_in_another_encoding_or_without_text_is_told(read):
    broken = changed("To sort by taste.", "To sort by café.").encode("latin-1")
    line = 1 + broken[: broken.index(b"caf")].count(b"\n")
    assert faults(read, broken) == [
        f"01.yaml, line {line}: this is not UTF-8. Fix: save the file as UTF-8, without a byte-order mark."
    ]
    assert "byte" in faults(read, "\ufeff" + SMALL)[0] or "invisible" in faults(read, "\ufeff" + SMALL)[0]
    assert faults(read, "")[0].startswith("01.yaml, line 1: the file is empty. Fix: ")
    assert "is a list" in faults(read, "- a\n")[0]
    assert "is a text" in faults(read, "a\n")[0]


# --- the bank as a whole ------------------------------------------------------------------------------------


@pytest.fixture
def whole():
    """A bank that lacks nothing."""
    made = bank.load("01")
    assert list(check.imbalances(made)) == []
    return made


def without(made, **wanted):
    """The bank with only as many questions of a difficulty as wanted."""
    kept = []
    for difficulty in bank.DIFFICULTIES:
        questions = [question for question in made.questions if question.difficulty == difficulty]
        kept += questions[: wanted.get(difficulty, len(questions))]
    return dataclasses.replace(made, questions=tuple(kept))


@pytest.mark.parametrize("difficulty, number", [("easy", 3), ("medium", 2), ("hard", 2)])
def test_too_few_questions_of_a_difficulty_are_told(whole, difficulty, number):
    found = list(check.imbalances(without(whole, **{difficulty: number})))
    assert any(f"01.yaml: {number} {difficulty} questions. Fix: write {number + 1} at least." in one for one in found)


def test_too_few_cards_are_told(whole):
    found = list(check.imbalances(dataclasses.replace(whole, cards=whole.cards[:9])))
    assert found == ["01.yaml: 9 recall cards. Fix: write 10 at least."]


def test_too_few_proofs_are_told_at_the_limit(whole):
    def proved(number):
        kept = [dataclasses.replace(q, proof="True" if i < number else "") for i, q in enumerate(whole.questions[:12])]
        bank = dataclasses.replace(without(whole), questions=tuple(kept))
        return [one for one in check.imbalances(bank) if "have a proof" in one]

    assert not proved(8)
    assert proved(7)[0].startswith("01.yaml: 7 of 12 questions have a proof. Fix: prove two thirds; without: ")


def test_a_key_that_its_length_gives_away_is_told(whole):
    def longest(share):
        """The bank with the key of some choice questions made the longest option, of all others the shortest."""
        choices = [q for q in whole.questions if q.kind in ("single", "predict")][:5]
        changed = {}
        for place, question in enumerate(choices):
            text = "x" * 300 if place < share else "x"
            options = [dataclasses.replace(o, text=text) if o.right else o for o in question.options]
            changed[question.id] = dataclasses.replace(question, options=tuple(options))
        others = [q for q in whole.questions if q.kind not in ("single", "predict")]
        bank = dataclasses.replace(whole, questions=(*changed.values(), *others))
        return [one for one in check.imbalances(bank) if "longest" in one]

    assert not longest(2)  # 40 %
    assert longest(3)[0].startswith("01.yaml: in 3 of 5 choice questions the right option is the longest (")


def test_a_section_or_a_notebook_that_does_not_exist_is_told(whole):
    first = dataclasses.replace(whole.questions[0], section="No such heading")
    found = list(check.imbalances(dataclasses.replace(whole, questions=(first, *whole.questions[1:]))))
    told = (
        f"01.yaml, question {first.id}, field section: 01_loading_models.ipynb has no heading 'No such heading'. Fix: "
    )
    assert len(found) == 1 and found[0].startswith(told) and "Where the parameters sit" in found[0]
    found = list(check.imbalances(dataclasses.replace(whole, notebook="01_nowhere")))
    assert found == ["01.yaml, field notebook: there is no 01_nowhere.ipynb. Fix: give the name of a notebook."]


# --- the command --------------------------------------------------------------------------------------------


def test_the_command_names_faults_and_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bank, "QUESTIONS", tmp_path)
    (tmp_path / "01.yaml").write_text(changed("kind: several", "kind: multiple"), encoding="utf-8")
    assert check.main(["01"]) == 1
    assert "01.yaml, line 31, question two, field kind: is 'multiple'." in capsys.readouterr().out
    (tmp_path / "01.yaml").write_text(changed('value == "apple"', 'value == "berry"'), encoding="utf-8")
    assert check.main(["01"]) == 1
    said = capsys.readouterr().out
    assert "question one, field proof: it is False for option 'apple', which is marked right." in said
    assert "01: 6 questions, 1 cards." in said and "2 easy questions. Fix: write 4 at least." in said
    assert check.main(["02"]) == 1
    assert "There is no quiz for lesson '02'." in capsys.readouterr().out


def test_the_command_passes_on_the_shipped_questions(capsys):
    assert check.main(["00"]) == 0
    assert capsys.readouterr().out.endswith("0 faults.\n")
