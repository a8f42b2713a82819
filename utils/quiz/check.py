"""`python3 -m utils quiz [LESSON…]`: is every question sound, proved, and the whole bank balanced? For authors."""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from utils.quiz import bank, proofs
from utils.quiz.bank import Bank, BankError
from utils.quiz.session import MASTERY

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CARDS = 10
PROVED = 2 / 3
LONGEST = 0.4  # a learner who always takes the longest option must not be right more often


def main(argv: list[str]) -> int:
    """Check the questions of the lessons named, or of all; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python3 -m utils quiz", description=main.__doc__)
    parser.add_argument("lessons", nargs="*", metavar="LESSON", default=bank.lessons(), help="such as 01")
    found = 0
    for lesson in parser.parse_args(argv).lessons:
        try:
            loaded = bank.load(lesson)
        except BankError as error:
            sentences = str(error).splitlines()
        except ValueError as error:
            sentences = [str(error)]
        else:
            sentences = [*imbalances(loaded), *proofs.faults(loaded)]
            print(f"{lesson}: {len(loaded.questions)} questions, {len(loaded.cards)} cards.")
        print(*sentences, sep="\n", end="\n" if sentences else "")
        found += len(sentences)
    print(f"{found} {'fault' if found == 1 else 'faults'}.")
    return int(found > 0)


def imbalances(bank: Bank) -> Iterator[str]:
    """What the bank as a whole lacks, a sentence each: it may be sound in each question and still be a bad quiz."""
    file, questions = f"{bank.lesson}.yaml", bank.questions
    levels = Counter(question.difficulty for question in questions)
    for level, wanted in MASTERY.items():
        if levels[level] < wanted:
            yield f"{file}: {levels[level]} {level} questions. Fix: write {wanted} at least."
    if len(bank.cards) < CARDS:
        yield f"{file}: {len(bank.cards)} recall cards. Fix: write {CARDS} at least."
    proved = sum(bool(question.proof) for question in questions)
    if proved < PROVED * len(questions):
        without = ", ".join(question.id for question in questions if not question.proof)
        yield f"{file}: {proved} of {len(questions)} questions have a proof. Fix: prove two thirds; without: {without}."
    choices = [question for question in questions if question.kind in ("single", "predict")]
    given_away = [question.id for question in choices if key_is_longest(question)]
    if len(given_away) > LONGEST * len(choices):
        yield (
            f"{file}: in {len(given_away)} of {len(choices)} choice questions the right option is the longest "
            f"({', '.join(given_away)}). Fix: shorten it there, or say more in a wrong one."
        )
    yield from _unknown_sections(bank)


def key_is_longest(question) -> bool:
    """Is the right option longer than every other, so that its length gives it away?"""
    right = max(len(option.text) for option in question.options if option.right)
    return all(len(option.text) < right for option in question.options if not option.right)


def _unknown_sections(bank: Bank) -> Iterator[str]:
    path = NOTEBOOKS / f"{bank.notebook}.ipynb"
    if not path.exists():
        yield f"{bank.lesson}.yaml, field notebook: there is no {path.name}. Fix: give the name of a notebook."
        return
    known = headings(path)
    for question in bank.questions:
        if question.section not in known:
            yield (
                f"{bank.lesson}.yaml, question {question.id}, field section: {path.name} has no heading "
                f"{question.section!r}. Fix: take one of: {'; '.join(known)}."
            )


def headings(path: Path) -> list[str]:
    """The headings of a notebook below its title, in order."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return [heading for text in texts for heading in re.findall(r"^##+ +(.+?) *$", text, re.MULTILINE)]
