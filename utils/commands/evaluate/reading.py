"""A learner's CSV file as texts and labels, with a count of what was left out and why."""

import csv
import difflib
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from utils.commands.evaluate.decoding import read_text
from utils.commands.place import Problem

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
TEXT_NAMES = "text sentence review message comment content tweet sms post body texts sentences reviews".split()
LABEL_NAMES = "label labels sentiment class category target gold truth polarity y".split()
MISSING = {"", "nan", "null", "none", "n/a", "na", "#n/a", "<na>"}  # how programs write a cell without a value
LONGEST_FIELD = 10_000_000  # the library's own limit is 131,072 letters
SAMPLE = 200  # rows looked at to guess

NO_LABELS = (
    "Without the right answers nothing can be counted. Add a column called label, with positive or negative (or 1 or "
    "0) for each text"
)


@dataclass
class Read:
    """What a file holds. `texts`, `labels` and `lines` (where a row starts in the file) belong together."""

    name: str
    encoding: str = ""
    separator: str = ""
    text_column: str = ""
    label_column: str = ""
    rows: int = 0
    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    left_out: dict[str, list[int]] = field(default_factory=dict)  # reason: lines

    def leave_out(self, reason: str, line: int) -> None:
        self.left_out.setdefault(reason, []).append(line)

    def keep(self, rows: list[int]) -> None:
        """Keep only these rows, by their place among those that are there."""
        for column in (self.texts, self.labels, self.lines):
            column[:] = [column[row] for row in rows]

    @property
    def repeated(self) -> int:
        """How many rows repeat the text of an earlier one."""
        return len(self.texts) - len(set(self.texts))

    @property
    def contradicted(self) -> int:
        """How many texts stand there with more than one label."""
        return sum(
            count > 1 for count in Counter(text for text, _ in set(zip(self.texts, self.labels, strict=True))).values()
        )


def read(path: Path, text_column: str | None = None, label_column: str | None = None) -> Read:
    """Read a CSV file with a header. Columns that are not named are found by their usual names.

    Raises `Problem`, in one sentence with its fix, for anything that is no such file.
    """
    found = Read(path.name)
    content, found.encoding = read_text(path)
    content = _without_separator_line(content)
    separator = _separator(content)
    found.separator = SEPARATORS[separator]
    records = _records(content, separator, path.name)
    header = [name.strip() for name in next(records, (0, []))[1]]
    sample = [cells for _, (_, cells) in zip(range(SAMPLE), _records(content, separator, path.name), strict=False)][1:]
    if not sample:
        raise Problem(f"{path.name} has a header ({', '.join(header)}) and no rows under it. Add rows and try again.")
    text_at = _column(header, text_column, TEXT_NAMES, "text", sample, path.name)
    label_at = _column(header, label_column, LABEL_NAMES, "label", sample, path.name)
    if text_at == label_at:
        raise Problem(f"--text and --label both name the column {header[text_at]}. Name two different ones.")
    found.text_column, found.label_column = header[text_at], header[label_at]
    for line, cells in records:
        found.rows += 1
        if len(cells) < len(header) or any(cells[len(header) :]):
            found.leave_out(
                f"not {len(header)} cells, as the header has (a separator or quotation mark too many?)", line
            )
        elif cells[text_at].strip().lower() in MISSING:
            found.leave_out("no text", line)
        elif cells[label_at].strip().lower() in MISSING:
            found.leave_out("no label", line)
        else:
            found.texts.append(cells[text_at])
            found.labels.append(cells[label_at].strip())
            found.lines.append(line)
    _check(found)
    return found


def _check(found: Read) -> None:
    """Raise `Problem` where hardly anything could be used."""
    if not found.rows:
        raise Problem(f"{found.name} has a header and no rows under it. Add rows and try again.")
    if len(found.left_out.get("no label", ())) == found.rows:
        raise Problem(f"The column {found.label_column} of {found.name} is empty. {NO_LABELS}.")
    if not found.texts:
        told = "; ".join(f"{len(lines):,}: {reason}" for reason, lines in found.left_out.items())
        raise Problem(f"No row of {found.name} can be used ({told}). Mend the file and try again.")


def _without_separator_line(content: str) -> str:
    """The content without Excel's first line `sep=;`, which becomes an empty line: the numbers of lines stay right."""
    first, end, rest = content.partition("\n")
    return (
        end + rest if first.strip().strip('"').lower()[:4] == "sep=" and len(first.strip().strip('"')) <= 5 else content
    )


def _separator(content: str) -> str:
    """The separator that splits the first rows into equally many cells, and into most."""

    def quality(separator):
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
        try:
            widths = [len(cells) for _, cells in zip(range(20), filter(None, reader), strict=False)]
        except csv.Error:
            return 0, 0
        return widths[0] > 1 and widths.count(widths[0]) / len(widths), widths[0]

    return max(SEPARATORS, key=quality)


def _records(content: str, separator: str, name: str):
    """(number of the line where it starts, cells) of each record that is not empty."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        why = "a quotation mark is opened there and never closed"
        if "expected after" in str(error):
            why = "a text in quotation marks goes on after the closing one"
        elif "field larger" in str(error):
            why = f"a text there has more than {LONGEST_FIELD:,} letters, as if a quotation mark were never closed"
        raise Problem(
            f'The row at line {start} of {name} cannot be read: {why}. Write "" for a quotation mark inside a text '
            "that stands in quotation marks, or save the file from a spreadsheet."
        ) from None


def _column(header, wanted, usual, kind: str, sample, name: str) -> int:
    """The place of the column that is `wanted`, or of the one that has a usual name."""
    lower = [column.lower() for column in header]
    if wanted is not None:
        places = [place for place, column in enumerate(header) if column == wanted.strip()]
        places = places or [place for place, column in enumerate(lower) if column == wanted.strip().lower()]
    else:
        best = next((word for word in usual if word in lower), None)
        places = [place for place, column in enumerate(lower) if column == best]
    if len(places) == 1:
        return places[0]
    if places:
        raise Problem(f"{name} has {len(places)} columns called {header[places[0]]}. Give them different names.")
    columns = ", ".join(column or "(no name)" for column in header)
    asked = f"no column {wanted!r}" if wanted is not None else f"no column called {kind}"
    near = difflib.get_close_matches((wanted or "").lower(), lower, n=1)
    likely = header[lower.index(near[0])] if near else _likeliest(header, sample, kind)
    if kind == "label" and not likely:
        raise Problem(f"{name} has {asked}; its columns are {columns}. {NO_LABELS}, or name the column with --label.")
    guess = f" The likeliest is {likely}: try --{kind} {_quoted(likely)}." if likely else ""
    usual = "" if near or wanted is not None else " If its first line is no header, add one, such as: text,label."
    raise Problem(f"{name} has {asked}; its columns are {columns}.{guess}{usual}")


def _likeliest(header, sample, kind: str) -> str | None:
    """By what the first rows hold: texts are long and all different, labels short and few."""
    cells = {
        column: [row[place].strip() for row in sample if place < len(row) and row[place].strip()]
        for place, column in enumerate(header)
        if column
    }
    cells = {column: values for column, values in cells.items() if values}
    if kind == "text":
        return max(cells, key=lambda column: sum(map(len, cells[column])) / len(cells[column]), default=None)
    few = {
        column: len(set(values))
        for column, values in cells.items()
        if 2 <= len(set(values)) <= len(values) / 2 and max(map(len, values)) <= 20
    }
    return min(few, key=few.get, default=None)


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
