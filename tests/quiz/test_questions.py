"""The shipped questions: sound, balanced, proved; and no wrong key gets past the proofs."""

import dataclasses
import re

import pytest
import yaml

from utils.quiz import bank, check, proofs
from utils.quiz.bank import DIFFICULTIES, KINDS, QUESTIONS

LESSONS = bank.lessons()


@pytest.fixture(scope="module", params=LESSONS)
def shipped(request):
    return bank.load(request.param)


def test_every_lesson_has_a_bank():
    assert {path.name[:2] for path in check.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")} == set(LESSONS)


def test_the_bank_is_balanced_and_its_sections_exist(shipped):
    assert list(check.imbalances(shipped)) == []


def test_all_kinds_and_difficulties_occur(shipped):
    assert {question.kind for question in shipped.questions} == set(KINDS)
    assert {question.difficulty for question in shipped.questions} == set(DIFFICULTIES)


def test_all_proofs_hold(shipped):
    assert list(proofs.faults(shipped)) == []


def wrong_keys(question):
    """The question with its key changed, in every way that is one slip of an author."""
    options = question.options

    def with_options(*changed):
        return dataclasses.replace(question, options=tuple(changed))

    if question.kind == "order":
        for place in range(len(options) - 1):
            yield with_options(*options[:place], options[place + 1], options[place], *options[place + 2 :])
        return
    flipped = [dataclasses.replace(option, right=not option.right) for option in options]
    rights = [place for place, option in enumerate(options) if option.right]
    for place, option in enumerate(options):
        if question.kind == "several":  # one option more or less is marked right
            yield with_options(*options[:place], flipped[place], *options[place + 1 :])
        elif not option.right:  # the mark stands at another option
            yield with_options(*(flipped[i] if i in (place, *rights) else one for i, one in enumerate(options)))


def test_no_wrong_key_gets_past_its_proof(shipped):
    planted = 0
    for question in shipped.questions:
        if not question.proof:
            continue
        for wrong in wrong_keys(question):
            planted += 1
            alone = dataclasses.replace(shipped, questions=(wrong,), cards=())
            found = list(proofs.faults(alone))
            assert found and all(f"question {question.id}, field proof" in sentence for sentence in found), (
                wrong.options
            )
    print(f"{planted} wrong keys planted in lesson {shipped.lesson}")
    assert planted >= 20


def holds(shipped, question):
    return not list(proofs.faults(dataclasses.replace(shipped, questions=(question,), cards=())))


def test_no_foreseen_number_can_be_changed(shipped):
    for question in shipped.questions:
        for place, option in enumerate(question.options):
            if question.kind == "numeric":
                number = option.value + 2 * question.tolerance + 0.37
                options = list(question.options)
                options[place] = dataclasses.replace(option, text=str(number), value=number)
                assert not holds(shipped, dataclasses.replace(question, options=tuple(options))), option


def test_no_number_in_a_stem_can_be_changed(shipped):
    for question in shipped.questions:
        plain = re.sub(r"`.*?`", lambda code: " " * len(code.group()), question.stem)  # as in `distilbert-v2`
        for number in re.finditer(r"\d+", plain):
            stem = f"{question.stem[: number.start()]}7{question.stem[number.start() :]}"
            assert not holds(shipped, dataclasses.replace(question, stem=stem)), stem


# --- the authors' page --------------------------------------------------------------------------------------

README = (QUESTIONS / "README.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_samples_of_the_readme_can_be_copied_as_they_are(tmp_path):
    question, card = SAMPLES
    text = (QUESTIONS / "01.yaml").read_text(encoding="utf-8")
    text = text.replace("questions:\n", f"questions:\n{question}\n").replace("cards:\n", f"cards:\n{card}\n")
    path = tmp_path / "01.yaml"
    path.write_text(text, encoding="utf-8")
    copied, before = bank.read(path), bank.load("01")
    assert len(copied.questions) == len(before.questions) + 1 and len(copied.cards) == len(before.cards) + 1
    assert list(check.imbalances(copied)) == []
    alone = dataclasses.replace(copied, questions=copied.questions[:1], cards=copied.cards[:1])
    assert list(proofs.faults(alone)) == []


def test_the_readme_names_every_field_kind_and_tool():
    schema = yaml.safe_load((QUESTIONS / "schema.yaml").read_text(encoding="utf-8"))
    words = set(re.findall(r"\w+", README))
    assert set(schema["$defs"]["question"]["properties"]) <= words
    assert set(KINDS) == set(schema["$defs"]["question"]["properties"]["kind"]["enum"]) <= words
    assert set(proofs.tools()) <= words
