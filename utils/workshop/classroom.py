"""The command `progress`: one's own progress, or with codes from a chat, that of a class. Lesson 00.

A code is what `progress.code()` gives. Nothing is sent anywhere: learners paste their codes, an instructor reads them.
"""

import argparse
import os
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from utils import figures
from utils.quiz import codes, overview
from utils.quiz.bank import Bank, Question
from utils.quiz.codes import LessonReport, Report
from utils.quiz.store import ProgressError, Store
from utils.workshop import chat
from utils.workshop.chat import Line

LIKE_A_CODE = re.compile(r"progress\d|/[a-z0-9+-]{16,}", re.IGNORECASE)


class Class(NamedTuple):
    """What the codes of a class say: one report a learner, and sentences on what else the lines hold."""

    reports: list[Report]
    notes: list[str]


def main(argv: list[str]) -> int:
    """The command `progress`: 0 when it did what was asked."""
    arguments = _arguments(argv)
    progress = overview.progress
    try:
        if arguments.export:
            progress.export_to(arguments.export)
        elif arguments.import_:
            progress.import_from(arguments.import_)
        elif arguments.reset and arguments.sure:
            progress.reset(sure=True)
        elif arguments.reset:
            print("Nothing was changed. To start from nothing, add --sure. A backup is kept.")
        else:
            return _show(arguments)
    except (ProgressError, OSError) as error:  # OSError: a file of codes that may not be read
        print(error, file=sys.stderr)
        return 1
    return 0


def show_class(text: str) -> None:
    """Print the tables of a class, and show its figures in a notebook. `text` is a chat with codes in it."""
    banks = overview.banks()
    _print_class(read_class(chat.numbered(text), banks), banks)


def read_class(lines: Iterable[Line], banks: Sequence[Bank]) -> Class:
    """Find the codes in some lines of chat. The last code of a name counts; each code without one is a learner."""
    reports, sent, notes = {}, defaultdict(set), []
    for where, line in lines:
        trouble = chat.torn(line, codes.CODE, LIKE_A_CODE)
        for match in codes.CODE.finditer(line):
            try:
                report = codes.decode(match[0], banks)
            except codes.CodeError as error:
                trouble = str(error)
                continue
            reports[report.name or match[0]] = report
            sent[report.name].add(match[0])
        if trouble:
            notes.append(f"Not read: {where}, {chat.printable(line)!r}: {trouble}")
    notes += [
        f"{name} sent {len(different)} different codes: the last one counts."
        for name, different in sent.items()
        if name and len(different) > 1
    ]
    if len(sent[""]) > 1:
        notes.append(f"{len(sent[''])} codes have no name: each counts as a learner.")
    return Class(list(reports.values()), notes)


# --- what the command line gives ----------------------------------------------------------------------------


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m utils progress",
        description="Show your progress. With CODES, show that of a class, and write a figure for each lesson.",
    )
    what = "codes, files with codes in them, or - for standard input; other text around the codes does not matter"
    parser.add_argument("codes", nargs="*", metavar="CODES", help=what)
    parser.add_argument("--figures", type=Path, default=Path(), metavar="FOLDER", help="where the figures go")
    own = parser.add_mutually_exclusive_group()
    own.add_argument("--export", metavar="FILE", help="write a copy of your progress to a new file")
    own.add_argument("--import", metavar="FILE", dest="import_", help="add the progress in a file to yours")
    own.add_argument("--reset", action="store_true", help="start from nothing; a backup is kept")
    parser.add_argument("--sure", action="store_true", help="with --reset: really do it")
    return parser.parse_args(argv)


def _show(arguments: argparse.Namespace) -> int:
    given = arguments.codes
    if not given and not sys.stdin.isatty():
        given = ["-"]
    for argument in given:
        if argument != "-" and not os.path.isfile(argument) and not LIKE_A_CODE.search(argument):
            print(f"There is no file {argument}, and it is no code.", file=sys.stderr)
    lines = list(chat.lines(given))
    if not arguments.codes and not lines:
        _print_own()
        return 0
    banks = overview.banks()
    found = read_class(lines, banks)
    _print_class(found, banks, arguments.figures)
    return 0 if found.reports else 1


# --- what is printed ----------------------------------------------------------------------------------------


def _print_own() -> None:
    store, now = Store.open(), datetime.now(UTC)
    lessons = overview.rows(store, now)
    for bank, fields in lessons:
        told = "; ".join(f"{what}: {field.words}" for what, field in fields.items()).replace("\n", ", ")
        print(f"{bank.lesson} {bank.title}: {told}")
    print(overview.advice(lessons, overview.due_again(store, now)))
    print(store.where)
    if store.notice:
        print(store.notice)


def _print_class(found: Class, banks: Sequence[Bank], folder: Path | None = None) -> None:
    """Print what a class did in each lesson that somebody began. The figures go to `folder`, or are shown."""
    count = len(found.reports)
    print(f"{count} {'learner' if count == 1 else 'learners'}." if count else "There is no whole code in this text.")
    for bank in banks:
        learners = [(report.name or "(no name)", report.lessons[bank.lesson]) for report in found.reports]
        if any(map(_begun, (lesson for _, lesson in learners))):
            print(f"\nLesson {bank.lesson}, {bank.title}\n")
            chat.print_table(
                ("learner", "read", "quiz", "exercises", "cards"), (_row(*learner, bank) for learner in learners)
            )
            _print_questions(bank, [lesson for _, lesson in learners], folder)
    if found.notes:
        print("\n" + "\n".join(found.notes))


def _begun(lesson: LessonReport) -> bool:
    tried = any(outcome.tried for outcome in lesson.outcomes.values())
    return bool(lesson.read or lesson.exercises or lesson.cards or tried)


def _row(name: str, lesson: LessonReport, bank: Bank) -> tuple[str, ...]:
    outcomes = lesson.outcomes.values()
    right, at_once = sum(outcome.solved for outcome in outcomes), sum(outcome.at_once for outcome in outcomes)
    quiz = f"{right} of {len(outcomes)} right, {at_once} at once"
    exercises = f"{lesson.exercises} of {overview.exercise_count(bank.lesson)}"
    return name, "yes" if lesson.read else "no", quiz, exercises, f"{lesson.cards} of {len(bank.cards)}"


def _print_questions(bank: Bank, lessons: list[LessonReport], folder: Path | None) -> None:
    rows, bars = [], []
    for question in bank.questions:
        outcomes = [lesson.outcomes[question.key] for lesson in lessons if lesson.outcomes[question.key].tried]
        if not outcomes:
            continue
        at_once, solved = sum(outcome.at_once for outcome in outcomes), sum(outcome.solved for outcome in outcomes)
        wrong = _most_chosen([outcome.wrong for outcome in outcomes if outcome.wrong is not None], question)
        rows.append((question.id, f"{at_once} of {len(outcomes)}", f"{solved} of {len(outcomes)}", wrong))
        bars.append((question.id, at_once, len(outcomes), wrong))
    if not rows:
        return
    print()
    chat.print_table(("question", "right at once", "right by now", "most chosen wrong answer"), rows)
    title = f"Lesson {bank.lesson}, {bank.title}"
    if not folder:
        figures.class_answers(bars, title)
        return
    file = folder.absolute() / f"class-{bank.lesson}.png"
    try:
        figures.class_answers(bars, title, file)
        print(f"\nThe figure is in {file}.")
    except OSError as error:
        print(f"\nThe figure could not be written to {file} ({error.strerror}). Name a folder with --figures.")


def _most_chosen(wrong: list[int], question: Question) -> str:
    if not wrong:
        return ""
    index, times = min(Counter(wrong).items(), key=lambda pair: (-pair[1], pair[0]))
    return (
        f"{times} {'gave another answer' if index == codes.OTHER else 'chose ' + _plain(question.options[index].text)}"
    )


def _plain(text: str) -> str:
    return textwrap.shorten(text.replace("`", ""), 50, placeholder=" …")
