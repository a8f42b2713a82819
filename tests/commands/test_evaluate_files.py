"""Files as people have them: each becomes the right texts and labels, or one sentence that says how to mend it."""

import os

import pytest

from utils.commands.evaluate import reading
from utils.commands.evaluate.labels import translate
from utils.commands.place import Problem

PLAIN = "text,label\nGood.,1\nBad.,0\n"
CLASSES = ["NEGATIVE", "POSITIVE"]


@pytest.fixture
def file(tmp_path):
    """`file(content)`: the path of a file with these words or bytes in it."""

    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def rows(path, *columns):
    found = reading.read(path, *columns)
    return list(zip(found.texts, found.labels, strict=True))


def problem(path, *columns):
    with pytest.raises(Problem) as problem:
        reading.read(path, *columns)
    assert "\n" not in str(problem.value)
    return str(problem.value)


GOOD = [("Good.", "1"), ("Bad.", "0")]
READ_RIGHT = {
    "plain": PLAIN,
    "with a byte order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "UTF-16 as Excel writes it": PLAIN.encode("utf-16"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "UTF-16 the other way round": PLAIN.encode("utf-16-be"),
    "UTF-32": PLAIN.encode("utf-32"),
    "semicolons": PLAIN.replace(",", ";"),
    "tabs": PLAIN.replace(",", "\t"),
    "bars": PLAIN.replace(",", "|"),
    "Excel's separator line": "sep=;\n" + PLAIN.replace(",", ";"),
    "Windows lines": PLAIN.replace("\n", "\r\n"),
    "old Mac lines": PLAIN.replace("\n", "\r"),
    "no line end at the end": PLAIN.rstrip(),
    "empty lines": "\n\n" + PLAIN.replace("\n", "\n\n"),
    "columns the other way round": "label,text\n1,Good.\n0,Bad.\n",
    "more columns": "id,text,note,label\n1,Good.,,1\n2,Bad.,x,0\n",
    "other usual names": "Sentence , SENTIMENT\nGood.,1\nBad.,0\n",
    "quotation marks around everything": '"text","label"\n"Good.","1"\n"Bad.","0"\n',
    "empty cells at the end": "text,label\nGood.,1,,\nBad.,0,\n",
    "an index column without a name": ",text,label\n0,Good.,1\n1,Bad.,0\n",
}


@pytest.mark.parametrize("content", READ_RIGHT.values(), ids=READ_RIGHT)
def test_files_that_are_read_right(file, content):
    found = reading.read(file(content))
    assert list(zip(found.texts, found.labels, strict=True)) == GOOD
    assert found.rows == 2 and not found.left_out


def test_letters_of_old_encodings(file):
    for encoding, text in [("cp1252", "Café – “très” bon"), ("latin-1", "caf\xe9\x81 bon")]:
        found = reading.read(file(f"text,label\n{text},1\nx,0\n".encode(encoding)))
        assert found.texts[0] == text and found.encoding == encoding


def test_separators_quotation_marks_and_line_ends_inside_a_text(file):
    texts = ["One, two; three\tfour", 'She said "no".', "First line\nsecond line", "<b>bold</b> & more", "=SUM(A1)"]
    quoted = [f'"{text.replace(chr(34), chr(34) * 2)}",1' for text in texts]
    found = reading.read(file("text,label\n" + "\n".join(quoted) + "\nBad.,0\n"))
    assert found.texts == [*texts, "Bad."]
    assert found.lines == [2, 3, 4, 6, 7, 8]  # the third takes two lines


def test_a_text_longer_than_the_library_allows(file):
    assert rows(file(f"text,label\n{'word ' * 50_000},1\nx,0\n"))[1] == ("x", "0")


def test_what_is_left_out_is_counted_with_its_lines(file):
    content = "text,label\nGood.,1\n,0\n   ,1\nBad.,\nWorse.,NaN\nnan,0\nOne, two,0\nlonely\nBad.,0\n"
    found = reading.read(file(content))
    assert list(zip(found.texts, found.labels, strict=True)) == GOOD
    assert found.rows == 9
    reasons = {reason.split(",")[0]: lines for reason, lines in found.left_out.items()}
    assert reasons == {"no text": [3, 4, 7], "no label": [5, 6], "not 2 cells": [8, 9]}


def test_repeated_and_contradicting_texts_are_counted(file):
    found = reading.read(file("text,label\na,1\na,1\na,0\nb,0\n"))
    assert (found.repeated, found.contradicted) == (2, 1)


def test_a_large_file_is_read_whole(file):
    content = "text,label\n" + "".join(f"Sentence number {number},{number % 2}\n" for number in range(100_000))
    found = reading.read(file(content))
    assert found.rows == len(found.texts) == 100_000
    assert found.lines[-1] == 100_001


BROKEN = {
    "nothing": ("", "mine.csv is empty"),
    "blank": (" \n\n\t\n", "mine.csv is empty"),
    "a mark and nothing": (b"\xef\xbb\xbf", "is empty"),
    "separators only": (",,,\n,,\n", "has a header () and no rows"),
    "a header only": ("text,label\n", "has a header (text, label) and no rows under it"),
    "a workbook": (b"PK\x03\x04" + bytes(range(256)), "is an Excel workbook or another zip archive, not a CSV file"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel workbook"),
    "a PDF": (b"%PDF-1.7\n", "is a PDF"),
    "compressed": (b"\x1f\x8b\x08\x00abc", "is a compressed file"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\2\3", "is a binary file"),
    "JSON": ('[{"text": "Good.", "label": 1}]', "looks like JSON"),
    "JSON lines": ('{"text": "Good.", "label": 1}\n', "looks like JSON"),
    "HTML": ("<table><tr><td>Good.</td></tr></table>", "looks like JSON or HTML"),
    "half a letter of UTF-16": ("text,label\na,1\n".encode("utf-16") + b"a", "says that it is utf-16"),
    "a quotation mark never closed": ('text,label\na,1\n"Good.,1\nBad.,0\n', "line 3 of mine.csv cannot be read"),
    "a text that goes on after its quotes": ('text,label\n"Good" film,1\n', "goes on after the closing one"),
    "two columns of one name": ("text,text,label\na,b,1\n", "has 2 columns called text"),
    "no usable row": ("text,label\n,1\na b,\n", "No row of mine.csv can be used (1: no text; 1: no label)"),
    "an empty column of labels": ("text,label\na,\nb,\n", "The column label of mine.csv is empty. Without the right"),
    "texts only": ("text\nGood.\nBad.\n", "Add a column called label, with positive or negative"),
    "texts only, and a number": ("id,text\n1,Good.\n2,Bad.\n", "Add a column called label"),
}


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN)
def test_files_that_cannot_be_used(file, content, said):
    assert said in problem(file(content))


def test_a_missing_column_names_those_that_are_there_and_the_likeliest(file):
    content = "id,verdict,what they wrote\n" + "".join(
        f"{n},{'ab'[n % 2]},I liked this very much {n}\n" for n in range(9)
    )
    path = file(content)
    assert problem(path) == (
        "mine.csv has no column called text; its columns are id, verdict, what they wrote. The likeliest is what they "
        'wrote: try --text "what they wrote". If its first line is no header, add one, such as: text,label.'
    )
    assert "The likeliest is verdict: try --label verdict." in problem(path, "what they wrote")
    assert "no column 'verdikt'" in problem(path, "what they wrote", "verdikt")
    assert "try --label verdict" in problem(path, "what they wrote", "verdikt")
    assert "Name two different ones" in problem(path, "verdict", "verdict")
    assert rows(path, "What They Wrote", "verdict")[0] == ("I liked this very much 0", "a")


def test_a_file_without_a_header_asks_for_one(file):
    assert "If its first line is no header, add one" in problem(file("I loved it,1\nI hated it,0\n"))


def test_what_is_no_file(file, tmp_path):
    path = file(PLAIN)
    assert problem(tmp_path) == f"{tmp_path} is a folder. Give one CSV file. It holds mine.csv."
    assert problem(tmp_path / "mien.csv") == f"There is no file {tmp_path / 'mien.csv'}. Did you mean {path}?"
    assert problem(tmp_path / "no/where.csv") == f"There is no file {tmp_path / 'no/where.csv'}."


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(file):
    path = file(PLAIN)
    path.chmod(0)
    assert "Check its permissions" in problem(path)


def test_a_disk_that_fails(file, monkeypatch):
    path = file(PLAIN)

    def fail(self):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(path), "read_bytes", fail)
    assert "cannot be read: Input/output error" in problem(path)


def test_a_file_too_large_for_memory(file, monkeypatch):
    monkeypatch.setattr("utils.commands.evaluate.decoding.LARGEST", 10)
    assert "Give a part of it" in problem(file(PLAIN))


# --- what labels mean ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pair",
    [
        "0 1",
        "0.0 1.0",
        "negative positive",
        "Neg Pos",
        "NEGATIVE POSITIVE",
        "no yes",
        "False True",
        "-1 1",
        "LABEL_0 LABEL_1",
    ],
)
@pytest.mark.parametrize("classes", [CLASSES, ["LABEL_0", "LABEL_1"], ["POSITIVE", "NEGATIVE"]], ids="-".join)
def test_labels_that_everybody_understands(pair, classes):
    negative, positive = pair.split()
    truth, said, _ = translate([negative, positive, positive], classes)
    means = {"POSITIVE", "LABEL_1"}
    assert [word in means for word in truth] == [False, True, True]
    assert said in means


def test_several_spellings_of_one_label_may_be_mixed():
    truth, _, meaning = translate(["pos", "Positive", "1", " neg", "0.0"], CLASSES)
    assert truth == ["POSITIVE"] * 3 + ["NEGATIVE"] * 2
    assert meaning["0.0"] == "NEGATIVE"


def test_the_models_own_words_come_first():
    truth, positive, _ = translate(["ham", "Spam"], ["ham", "spam"])
    assert (truth, positive) == (["ham", "spam"], "spam")
    truth, positive, _ = translate(["ham", "spam"], ["ham", "spam"], "ham")
    assert (truth, positive) == (["ham", "spam"], "ham")


def test_labels_that_nobody_can_know_are_asked_for():
    with pytest.raises(Problem, match=r"1: 2, 2: 1, and the model's are NEGATIVE and POSITIVE. .* --positive 2"):
        translate(["1", "1", "2"], CLASSES)
    truth, positive, _ = translate(["1", "1", "2"], CLASSES, "2")
    assert (truth, positive) == (["NEGATIVE", "NEGATIVE", "POSITIVE"], "POSITIVE")
    truth, _, _ = translate(["4.0", "0.0"], CLASSES, "4")
    assert truth == ["POSITIVE", "NEGATIVE"]


def test_positive_chooses_the_class_that_is_counted_and_does_not_turn_the_labels():
    truth, positive, _ = translate(["pos", "neg"], CLASSES, "NEG")
    assert (truth, positive) == (["POSITIVE", "NEGATIVE"], "NEGATIVE")


@pytest.mark.parametrize(
    ("labels", "chosen", "said"),
    [
        (["pos", "pos"], None, "All labels mean POSITIVE (pos: 2). Add texts of the other class"),
        (["spam", "spam"], "spam", "All labels mean POSITIVE"),
        (["pos", "neg", "neutral"], None, "The file has 3 labels (pos: 1, neg: 1, neutral: 1)"),
        (["-1", "0", "1"], None, "The file has 3 labels"),
        (list("12345"), None, "The file has 5 labels"),
        (list("12345"), "5", "The file has 5 labels"),
        ([str(number / 7) for number in range(1000)], None, "The file has 1000 labels"),
        (["pos", "neg"], "good", "--positive is 'good', and no row has this label: there are pos: 1, neg: 1"),
    ],
)
def test_labels_that_make_no_two_classes(labels, chosen, said):
    with pytest.raises(Problem) as problem:
        translate(labels, CLASSES, chosen)
    assert said in str(problem.value)
    assert len(str(problem.value)) < 400
