"""A doctor's code: it says what was found, comes through chats, and no damaged one is believed."""

import itertools
import random
import re
import sys
from types import SimpleNamespace

import pytest

from utils.workshop.doctor import codes, faults
from utils.workshop.doctor.codes import ALPHABET, CodeError, decode, encode

FOUND = [faults.TORCH_DLL, faults.LITTLE_MEMORY]


@pytest.mark.parametrize("name", ["", "Ada", "Ada Lovelace", "Zoë", "Zoe\u0308", "李", "*Ada*", "a/b", "x" * 99, "--"])
@pytest.mark.parametrize("found", [[], FOUND, list(faults.FAULTS.values())])
def test_a_code_says_what_was_found(name, found):
    report = decode(encode(found, name))
    assert list(report.faults) == found
    assert (report.system, report.python) == (codes.SYSTEMS[codes._system()], sys.version_info[1])
    spelled = {"Ada Lovelace": "Ada-Lovelace", "Zoe\u0308": "Zoë", "*Ada*": "Ada", "a/b": "a-b", "--": ""}
    assert report.name == spelled.get(name, name[:24])


@pytest.mark.parametrize(
    "found, status",
    [
        ([], "OK"),
        ([faults.LITTLE_DISK], "WARN"),
        ([faults.slow("Disk")], "WARN"),
        (FOUND, "FAIL"),
        ([faults.stopped("Disk")], "FAIL"),
    ],
)
def test_the_status_is_the_worst_of_what_was_found(found, status):
    assert decode(encode(found)).status == status


def test_a_code_is_short_and_holds_nothing_that_a_chat_changes():
    assert len(encode([])) == len("DOCTOR1/XB1234") and len(encode(FOUND)) == len("DOCTOR1/XB71311234")
    for name in ("", "Ada *the* _first_ ~of~ `all`", "Ada - Lovelace -- Byron"):
        assert re.fullmatch(r"DOCTOR1/([\w-]+/)?[0-9A-HJKMNP-TV-Z]+", code := encode(FOUND, name))
        assert "--" not in code and "_" not in code


def test_a_code_typed_off_a_screen():
    code = encode([faults.LITTLE_MEMORY, faults.FOLDER_READ_ONLY], "Ada")
    head, data = code.rsplit("/", 1)
    for zero, one in itertools.product("0oO", "1iIlL"):
        assert decode(f"{head}/{data.replace('0', zero).replace('1', one)}") == decode(code)
    assert decode(code.lower()).faults == decode(code).faults == decode(code.upper()).faults


def test_every_changed_or_missing_character_is_noticed():
    code = encode(FOUND, "Ada")
    start = len("DOCTOR1/")
    changed = [
        code[:place] + letter + code[place + 1 :]
        for place in range(start, len(code))
        for letter in ALPHABET + "U/x"
        if letter.lower() != code[place].lower()
    ]
    missing = [code[:place] + code[place + 1 :] for place in range(len(code))]
    shorter = [code[:place] for place in range(len(code))]
    swapped = [code[:p] + code[p + 1] + code[p] + code[p + 2 :] for p in range(start, len(code) - 1)]
    for damaged in [*changed, *missing, *shorter, *[each for each in swapped if each != code]]:
        with pytest.raises(CodeError, match="Ask for it again"):
            decode(damaged)


def test_random_text_is_no_code():
    chance = random.Random(1)
    for _ in range(2000):
        with pytest.raises(CodeError):
            decode("DOCTOR1/" + "".join(chance.choices(ALPHABET, k=chance.randint(1, 12))))


def test_a_fault_of_a_newer_course_is_shown_as_one():
    report = decode(encode([faults.Fault("7Y", "FAIL", "", ""), faults.Fault("Z1", "FAIL", "", "")]))
    assert [fault.subject for fault in report.faults] == ["PyTorch", "Something"]
    assert report.status == "FAIL" and "does not know" in report.faults[0].says


def test_the_system(monkeypatch):
    for platform, system in {
        "linux": "Linux",
        "darwin": "macOS",
        "win32": "Windows",
        "sunos5": "another system",
    }.items():
        monkeypatch.setattr(codes.sys, "platform", platform)
        assert decode(encode([])).system == system
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert decode(encode([])).system == "Colab"
