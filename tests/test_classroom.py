"""The command `progress` reads a class from a chat, counts right, and names every line that it cannot read."""

import io
import os
import random
import subprocess
import sys

import matplotlib
import pytest

from utils import commands
from utils.commands.place import ROOT
from utils.quiz import codes, overview, records, store
from utils.quiz.bank import Bank, Card, Option, Question
from utils.quiz.store import Store
from utils.workshop import classroom

matplotlib.use("agg")
WHEN = "2026-01-01T00:00:00.000000+00:00"


def question(name, *texts, kind="single"):
    options = tuple(Option(text, f"on {text}", place == 0) for place, text in enumerate(texts))
    three = ("one", "two", "three")
    return Question(name, "01", "easy", kind, "Which?", options, three, three, "none", "section", otherwise="no")


LAYERS = question("layers", "`six`", "`twelve`", "seven")
SIZE = question("size", "82", "66", "124", kind="numeric")
BANK = Bank("01", "Loading models", "01_loading_models", (LAYERS, SIZE), (Card("a", "01", "f", "b"),))
OTHER_LESSON = Bank("02", "Tokens", "02_tokens", tuple(question(f"q{n}", "yes", "no", "both") for n in range(10)), ())


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "MEMORY", {})
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "own" / "progress.json"))
    monkeypatch.setattr(overview, "banks", lambda: [BANK, OTHER_LESSON])
    monkeypatch.setattr(overview, "exercise_count", lambda lesson: 7)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.chdir(tmp_path)


def code(name="", layers=None, size=None, later=False, exercises=0):
    """A learner's code: what they chose first in each question, and whether they were right later."""
    state = records.empty()
    for one, chosen in ((LAYERS, layers), (SIZE, size)):
        if chosen:
            right = chosen == one.options[0].text
            wrong, solved = {} if right else {"wrong": [WHEN, chosen]}, {"solved": WHEN} if right or later else {}
            state["questions"][one.key] = {"first": [WHEN, right]} | wrong | solved
    state["exercises"] = {f"01/{number}": {"solved": WHEN} for number in range(exercises)}
    return codes.encode(state, [BANK, OTHER_LESSON], name)


ADA = code("Ada", "`six`", "82", exercises=3)
BEN = code("Ben", "`twelve`", "66", later=True)
EVE = code("Eve", "`twelve`", "nothing I foresaw")
DAN = code("Dan", "seven")


def run(capsys, *arguments):
    """The exit status, and what was printed, with single spaces."""
    status = classroom.main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return status, [" ".join(line.split()) for line in (printed.out + printed.err).splitlines()]


def test_a_chat_becomes_tables_and_a_figure(tmp_path, capsys):
    chat = tmp_path / "chat.txt"
    chat.write_text(
        f"09:58 Ada: good morning\n10:00 Ada: {ADA}\n10:01 Ben: here: `{BEN}`!\n\n"
        f"10:02 Eve: '{EVE}' and Dan has no laptop, his is {DAN}\n10:03 Ben: see https://example.org/{'a' * 40}\n"
    )
    status, lines = run(capsys, chat)
    assert status == 0 and lines[0] == "4 learners."
    assert "Lesson 01, Loading models" in lines and not any("Lesson 02" in line for line in lines)  # nobody began 02
    assert "Ada no 2 of 2 right, 2 at once 3 of 7 0 of 1" in lines
    assert "Ben no 2 of 2 right, 0 at once 0 of 7 0 of 1" in lines
    assert "Eve no 0 of 2 right, 0 at once 0 of 7 0 of 1" in lines
    assert "layers 1 of 4 2 of 4 2 chose twelve" in lines
    assert "size 1 of 3 2 of 3 1 chose 66" in lines
    assert not any("Not read" in line for line in lines)
    figure = tmp_path / "class-01.png"
    assert 2_000 < figure.stat().st_size < 60_000 and f"The figure is in {figure}." in lines


def test_codes_come_as_arguments_from_standard_input_and_from_what_windows_saves(tmp_path, capsys, monkeypatch):
    assert run(capsys, ADA, f"Ben: {BEN}")[1][0] == "2 learners."
    for arguments in ((), ("-",)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{ADA}\n{BEN}".encode())))
        assert run(capsys, *arguments)[1][0] == "2 learners."
    zoe = code("Zoë", "`six`")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "chat.txt").write_bytes(f"{zoe}\r\n{ADA}\r\n".encode(encoding))
        status, lines = run(capsys, tmp_path / "chat.txt")
        assert status == 0 and lines[0] == "2 learners." and any(line.startswith("Zoë no 1 of 2") for line in lines)


def test_every_torn_or_mistyped_code_is_named_with_its_line(tmp_path, capsys):
    dice, chat = random.Random(0), tmp_path / "chat.txt"
    torn = [ADA[:place] for place in range(10, len(ADA))]
    for place in range(len(ADA)):
        torn.append(ADA[:place] + ADA[place + 1 :])
        torn += [ADA[:place] + letter + ADA[place + 1 :] for letter in dice.sample("aZ3x +-/._", 4)]
    torn = [line for line in torn if line != ADA]
    chat.write_text("\n".join(f"10:00 Ada: {line}" for line in [*torn, BEN]))
    status, lines = run(capsys, chat)
    assert status == 0 and lines[0] == "1 learner."
    for number in range(1, len(torn) + 1):
        assert sum(f"chat.txt, line {number}," in line and "Ask for it again" in line for line in lines) == 1
    assert not any(f"line {len(torn) + 1}," in line for line in lines)


def test_a_line_with_a_whole_and_a_torn_code_gives_both(capsys):
    status, lines = run(capsys, f"{ADA} {BEN[:-5]}")
    assert lines[0] == "1 learner." and lines[-1].startswith("Not read: argument 1,")


def test_a_code_of_another_version_is_named(capsys):
    other = codes.encode(records.empty(), [OTHER_LESSON], "Old")
    status, lines = run(capsys, other)
    assert status == 1 and lines[0] == "There is no whole code in this text."
    assert "the same version of the course" in lines[-1]


def test_the_last_code_of_a_name_counts_and_each_code_without_one(capsys):
    again = code("Ben", "`six`")
    status, lines = run(capsys, BEN, BEN, again, code("", "`six`"), code("", "seven"), code("", "seven"))
    assert lines[0] == "3 learners."
    assert "Ben no 1 of 2 right, 1 at once 0 of 7 0 of 1" in lines
    assert "Ben sent 2 different codes: the last one counts." in lines
    assert "2 codes have no name: each counts as a learner." in lines


def test_a_file_that_is_not_there_is_named(capsys):
    status, lines = run(capsys, "chta.txt")
    assert status == 1 and "There is no file chta.txt, and it is no code." in lines


def test_a_chat_without_codes_is_said_to_have_none(tmp_path, capsys):
    for content in ("", "10:00 Ada: progress is slow/fast today\n"):
        (tmp_path / "chat.txt").write_text(content)
        assert run(capsys, "chat.txt") == (1, ["There is no whole code in this text."])


def test_a_figure_that_cannot_be_written_is_a_sentence(tmp_path, capsys):
    status, lines = run(capsys, ADA, "--figures", tmp_path / "nowhere")
    assert status == 0 and any("could not be written" in line and "--figures" in line for line in lines)


def test_in_a_notebook_the_figure_is_shown(capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle["text/plain"]))
    classroom.show_class(f"Ada: {ADA}\nBen: {BEN}\n")
    assert "2 learners." in capsys.readouterr().out
    assert len(shown) == 1 and "layers: 1 of 2, 1 chose twelve; size: 1 of 2, 1 chose 66." in shown[0]


# --- one's own progress -------------------------------------------------------------------------------------


def test_without_codes_it_shows_ones_own_progress(capsys):
    kept = Store.open()
    kept.record_read("01")
    kept.record_question(LAYERS.key, True, 1, 0, ["six"])
    status, lines = run(capsys)
    assert status == 0
    assert any(
        line.startswith("01 Loading models: read: yes, 20") and "quiz: 1 of 2 right, 1 try" in line for line in lines
    )
    assert any("Next: the quiz of lesson 01" in line for line in lines) and kept.where in lines


def test_export_import_and_reset(tmp_path, capsys):
    Store.open().record_read("01")
    copy = tmp_path / "copy.json"
    assert run(capsys, "--export", copy)[0] == 0 and copy.exists()
    assert run(capsys, "--export", copy)[0] == 1  # never over a file that is there
    assert run(capsys, "--reset")[1] == ["Nothing was changed. To start from nothing, add --sure. A backup is kept."]
    assert Store.open().state["read"]
    assert run(capsys, "--reset", "--sure")[0] == 0 and Store.open().state == records.empty()
    assert run(capsys, "--import", copy)[0] == 0 and "01" in Store.open().state["read"]
    status, lines = run(capsys, "--import", tmp_path / "none.json")
    assert status == 1 and "There is no file" in lines[0]


def test_the_launcher_knows_the_command(capsys):
    assert commands.ROOMS["progress"] == "utils.workshop.classroom" and "\n  progress  " in commands.HELP
    command = [sys.executable, "-m", "utils", "progress", "--reset"]
    told = subprocess.run(
        command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert told.returncode == 0 and "Nothing was changed" in told.stdout
