"""An instructor pastes a chat: who is ready, who is not, and what to tell them."""

import io
import os
import sys

import pytest

from utils.workshop import doctor
from utils.workshop.doctor import examination, faults
from utils.workshop.doctor.codes import encode

ADA = encode([], "Ada")
BEN = encode([faults.LITTLE_MEMORY], "Ben")
EVE = encode([faults.TORCH_DLL, faults.LITTLE_MEMORY], "Eve")
DAN = encode([faults.TORCH_DLL], "Dan")


@pytest.fixture(autouse=True)
def no_check_here(monkeypatch, tmp_path):
    """Reading codes examines nothing; standard input is closed unless a test opens it."""
    monkeypatch.setattr(examination, "CHECKS", {})
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def told(capsys):
    """Run the command; give its status and all that it printed."""

    def run(*arguments):
        status = doctor.main(list(arguments))
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def test_who_is_ready_and_what_to_tell_the_others(told):
    status, printed = told(f"10:02 Ada: here {ADA}, thanks!", BEN, f"{EVE} and for my neighbour {DAN}")
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    system, python = "Linux", f"3.{sys.version_info[1]}"
    assert status == 0
    assert lines[0] == "4 learners: 1 ready; 1 ready, with warnings; 2 not ready."
    if sys.platform == "linux":
        assert lines[2:7] == [
            "learner is system Python what is wrong",
            f"Dan not ready {system} {python} PyTorch",
            f"Eve not ready {system} {python} PyTorch, Memory",
            f"Ben ready, with warnings {system} {python} Memory",
            f"Ada ready {system} {python}",
        ]
    told_first, names_first, told_next, names_next = lines[-4:]
    assert told_first.startswith("[FAIL] PyTorch: a library of PyTorch does not start (WinError 1114, c10.dll). Fix: ")
    assert faults.REDISTRIBUTABLE in told_first and names_first == "2 of 4: Dan, Eve"
    assert told_next.startswith("[WARN] Memory: ") and names_next == "2 of 4: Eve, Ben"


def test_all_are_ready(told):
    status, printed = told(ADA)
    assert status == 0 and printed.startswith("1 learner: 1 ready; 0 ready, with warnings; 0 not ready.")
    assert "tell them" not in printed and "Not read" not in printed


def test_the_last_code_of_a_name_counts(told):
    _, printed = told(encode([faults.TORCH_BROKEN], "ada"), ADA)
    assert printed.startswith("1 learner: 1 ready;")
    assert "Sent more than one code, of which the last one counts: Ada." in printed


def test_codes_without_a_name_are_learners_each(told):
    same = encode([])
    _, printed = told(same, BEN, BEN, same, encode([faults.LITTLE_DISK]))
    assert printed.startswith("4 learners: 2 ready; 2 ready, with warnings;")
    assert "3 codes have no name: each counts as a learner." in printed


@pytest.mark.parametrize(
    "line, says",
    [
        (EVE[:-1], "its check sum does not fit"),
        (EVE.replace("Eve", "Eva"), "its check sum does not fit"),
        ("DOCTOR1/ and then nothing", "a piece of a code, and no whole one"),
        ("doctor1", "a piece of a code, and no whole one"),
    ],
)
def test_damaged_codes_are_named(line, says, told):
    status, printed = told(f"\x1b[31mEve: {line}", ADA)
    assert status == 0 and "Not read: argument 1, '[31mEve: " in printed and says in printed
    assert "1 learner:" in printed
    status, printed = told(line)
    assert status == 1 and printed.startswith("There is no whole code in this text.")


def test_ordinary_chat_is_passed_over(told, tmp_path):
    (tmp_path / "chat.txt").write_text(
        f"Hello!\nAsk the doctor 1 day before.\nsee https://example.org/doctor1/x\n{ADA}\nbye", encoding="utf-16"
    )
    status, printed = told("chat.txt")
    assert status == 0 and "Not read" not in printed and "1 learner: 1 ready" in printed


def test_a_damaged_code_in_a_file_is_named_with_its_line(told, tmp_path):
    (tmp_path / "chat.txt").write_text(f"{ADA}\n\n{EVE[:-2]}\n")
    assert "Not read: chat.txt, line 3, " in told("chat.txt")[1]


def test_a_chat_through_a_pipe(told, monkeypatch):
    reading, writing = os.pipe()
    os.write(writing, f"hi\n{ADA}\n".encode())
    os.close(writing)
    with open(reading, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert "1 learner: 1 ready" in told()[1]


def test_an_empty_pipe_or_none_is_no_class(told, monkeypatch):
    monkeypatch.setattr(examination, "CHECKS", {"Packages": lambda: examination.checks.ok("all")})
    for stdin in (None, io.StringIO(), open(os.devnull)):
        monkeypatch.setattr(sys, "stdin", stdin)
        assert told()[1].startswith("[OK]   Packages: all\nReady.\n")


def test_a_file_that_is_not_there(told):
    status, printed = told("chat.txt")
    assert status == 1 and "There is no file chat.txt, and it is no code." in printed
