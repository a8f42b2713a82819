"""Lints of saved outputs: what would fail strict nbval elsewhere, or read badly. Each yields (cell id, sentence)."""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from utils.authoring.lint_cells import Finding, code_cells
from utils.authoring.lint_links import Tags
from utils.authoring.notebook_files import WIDGET_VIEW

MOST_IMAGE_KILOBYTES = 60
IMAGE_DATA = re.compile(r"data:image/[\w+.-]+;base64,[\w+/=]*")
WARNING = re.compile(r"\b[A-Z]\w*Warning\b")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
ABSOLUTE_PATH = re.compile(
    r"(?<![\w/.:<~-])(?:"
    r"/[\w.-]+/[\w.-]+"  # POSIX: /home/ada; neither https://site/page nor </td> nor and/or
    r"|~/[\w.-]+"  # a home folder
    r"|[A-Za-z]:[\\/]+[\w.-]+"  # Windows: C:\Users
    r"|\\\\[\w.-]+\\[\w.-]+)"  # Windows: \\server\share
)


def outputs(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """(cell id, output) for every output."""
    for cell in code_cells(notebook):
        yield from ((cell.get("id", ""), output) for output in cell.outputs)


def texts(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """(cell id, text) for everything that a reader or nbval sees as text."""
    for name, output in outputs(notebook):
        found = [text for mime, text in output.get("data", {}).items() if mime.startswith("text/")]
        found += [output.text] if output.output_type == "stream" else []
        yield from ((name, IMAGE_DATA.sub("", text)) for text in found)


def no_errors(notebook: NotebookNode) -> Iterator[Finding]:
    """A lesson that shows an error catches and prints it."""
    for name, output in outputs(notebook):
        if output.output_type == "error":
            yield name, f"ends in {output.ename}; mend the cell, or catch the error and print what it says."


def no_warnings(notebook: NotebookNode) -> Iterator[Finding]:
    """Warnings name files, lines and versions that differ elsewhere, and frighten learners."""
    for name, output in outputs(notebook):
        if output.output_type == "stream" and output.name == "stderr":
            yield name, f"wrote to stderr ({output.text.strip()[:60]!r}); remove the cause, or capture and print it."
    for name, text in texts(notebook):
        if found := WARNING.search(text):
            yield name, f"shows a {found[0]}; remove its cause."


def no_addresses(notebook: NotebookNode) -> Iterator[Finding]:
    """A memory address is another one at every run."""
    for name, text in texts(notebook):
        if found := ADDRESS.search(text):
            yield name, f"shows the address {found[0]}; print something about the object instead."


def no_absolute_paths(notebook: NotebookNode) -> Iterator[Finding]:
    """A path of the author's machine is wrong on every other."""
    for name, text in texts(notebook):
        if found := ABSOLUTE_PATH.search(text):
            yield name, f"shows the path {found[0]!r}; print `path.name` or a path relative to the course."


def no_widgets(notebook: NotebookNode) -> Iterator[Finding]:
    """A saved widget view reads "model not found"; nbval cannot follow Output widgets at all."""
    for name, output in outputs(notebook):
        data = output.get("data", {})
        if WIDGET_VIEW in data:
            yield name, "has a saved widget view; execute the notebook with run, which drops it."
        if re.search(r"\b(Output|interactive)\(", data.get("text/plain", "")):
            yield name, "shows an Output widget (or interact); write into an HTML widget instead."


def no_colour_codes(notebook: NotebookNode) -> Iterator[Finding]:
    """Terminal colours read as rubbish wherever they are not drawn."""
    for name, text in texts(notebook):
        if "\x1b[" in text:
            yield name, "has terminal colour codes in its output; print plain text."


def images(notebook: NotebookNode) -> Iterator[tuple[str, str, str]]:
    """(cell id, alt text, data) for each image: an `<img>` in HTML, or an output of its own."""
    for name, output in outputs(notebook):
        for mime, data in output.get("data", {}).items():
            if mime == "text/html":
                pictures = [attributes for tag, attributes in Tags(data).found if tag == "img"]
                yield from ((name, picture.get("alt") or "", picture.get("src") or "") for picture in pictures)
            elif mime.startswith("image/"):
                yield name, str(output.metadata.get(mime, {}).get("alt", "")), data


def figures(notebook: NotebookNode) -> Iterator[Finding]:
    """Each figure says in words what it shows, and is light."""
    for name, alt, data in images(notebook):
        if not alt.strip():
            yield name, "shows a figure without alt text; show it with `figures.show(figure, alt)`."
        kilobytes = len(data) * (1 if data.startswith("<") else 3 / 4) / 1000  # base64: 4 letters for 3 bytes; not SVG
        if kilobytes >= MOST_IMAGE_KILOBYTES:
            yield name, f"shows a figure of {kilobytes:.0f} kB, not under {MOST_IMAGE_KILOBYTES}; draw it smaller."


LINTS = (no_errors, no_warnings, no_addresses, no_absolute_paths, no_widgets, no_colour_codes, figures)
