"""Who of a class is ready, from the codes in a chat: for instructors. Standard library only."""

from collections import defaultdict
from collections.abc import Iterable

from utils.workshop import chat
from utils.workshop.chat import Line
from utils.workshop.doctor import codes
from utils.workshop.doctor.codes import CodeError, Report
from utils.workshop.doctor.faults import FAIL, OK, WARN, Fault

WORDS = {FAIL: "not ready", WARN: "ready, with warnings", OK: "ready"}


def show(lines: Iterable[Line]) -> int:
    """Print who is ready, and what to tell the others; 0 when there was a code to read."""
    reports, notes = read(lines)
    if reports:
        _print_class(reports)
    else:
        print("There is no whole code in this text.")
    if notes:
        print("\n" + "\n".join(notes))
    return int(not reports)


def read(lines: Iterable[Line]) -> tuple[list[Report], list[str]]:
    """Find the codes in some lines of chat; return the reports, and sentences on what could not be read.

    The last code of a name counts. Each code without a name is a learner.
    """
    reports, sent, notes = {}, defaultdict(int), []
    for where, line in lines:
        trouble = chat.torn(line, codes.CODE, codes.PIECE)
        for match in codes.CODE.finditer(line):
            try:
                report = codes.decode(match[0])
            except CodeError as error:
                trouble = str(error)
                continue
            sent[report.name.casefold()] += 1
            reports[report.name.casefold() or len(reports)] = report
        if trouble:
            notes.append(f"Not read: {where}, {chat.printable(line)!r}: {trouble}")
    again = [reports[name].name for name, times in sent.items() if name and times > 1]
    if again:
        notes.append(f"Sent more than one code, of which the last one counts: {', '.join(again)}.")
    if sent[""] > 1:
        notes.append(f"{sent['']} codes have no name: each counts as a learner.")
    return list(reports.values()), notes


def _print_class(reports: list[Report]) -> None:
    order = list(WORDS)
    reports = sorted(reports, key=lambda report: (order.index(report.status), report.name.casefold()))
    statuses = [report.status for report in reports]
    counts = [f"{statuses.count(status)} {words}" for status, words in reversed(WORDS.items())]
    print(f"{len(reports)} {'learner' if len(reports) == 1 else 'learners'}: {'; '.join(counts)}.\n")
    head = ("learner", "is", "system", "Python", "what is wrong")
    chat.print_table(head, map(_row, reports))
    learners = defaultdict(list)
    for report in reports:
        for fault in report.faults:
            learners[fault].append(_name(report))
    if learners:
        print("\nWhat to tell them\n")
    for fault, names in sorted(learners.items(), key=lambda item: (order.index(item[0].status), -len(item[1]))):
        print(f"{_line(fault)} Fix: {fault.fix}.")
        print(f"       {len(names)} of {len(reports)}: {', '.join(names)}")


def _row(report: Report) -> tuple[str, ...]:
    wrong = ", ".join(dict.fromkeys(fault.subject for fault in report.faults))
    return _name(report), WORDS[report.status], report.system, f"3.{report.python}", wrong


def _name(report: Report) -> str:
    return report.name or "(no name)"


def _line(fault: Fault) -> str:
    return f"{f'[{fault.status}]':<6} {fault.subject}: {fault.says}."
