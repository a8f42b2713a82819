"""Lints of cells and of the notebook as a whole. Each yields (cell id, a sentence that names the fix)."""

import re
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode

from utils.authoring.notebook_files import text_of
from utils.authoring.shared_cells import FIRST_CELL, is_readable

MOST_LINES = 12
MOST_CHARACTERS = 96
MOST_KILOBYTES = 900
LIVE_TAG = "nbval-ignore-output"
FORBIDDEN_TAGS = {"nbval-skip", "raises-exception", "nbval-raises-exception", "nbval-check-output", "skip-execution"}
Finding = tuple[str, str]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that hold something."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def valid_format(notebook: NotebookNode) -> Iterator[Finding]:
    """The notebook keeps to nbformat's schema, 4.5."""
    for error in nbformat.validator.iter_validate(notebook):
        yield "", f"breaks the notebook format: {error.message[:200]}; run sync, or restore it from git."
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield "", f"has format {notebook.nbformat}.{notebook.nbformat_minor}, not 4.5; run sync."


def execution_counts(notebook: NotebookNode) -> Iterator[Finding]:
    """Counts are 1…n: the notebook was executed from top to bottom, and not cleared (nbval would compare nothing)."""
    for number, cell in enumerate(code_cells(notebook), 1):
        if cell.execution_count != number:
            yield cell.get("id", ""), f"has execution count {cell.execution_count}, not {number}; run the notebook."
            return  # once a count is wrong, all that follow are


def no_widget_state(notebook: NotebookNode) -> Iterator[Finding]:
    """Saved widget state looks alive and does nothing, and GitHub may refuse the notebook."""
    if "widgets" in notebook.metadata:
        yield "", "has metadata.widgets; run sync, which removes it."


def cell_length(notebook: NotebookNode) -> Iterator[Finding]:
    """A screen has three cells."""
    for cell in code_cells(notebook):
        lines = len(cell.source.splitlines())
        if lines > MOST_LINES:
            yield cell.get("id", ""), f"has {lines} lines, more than {MOST_LINES}; split it or move code to utils."


def line_width(notebook: NotebookNode) -> Iterator[Finding]:
    """A laptop shows about 96 characters of a line. The shared first cell may be wider: it has six lines for all."""
    for cell in code_cells(notebook):
        widest = max(map(len, cell.source.splitlines()))
        if widest > MOST_CHARACTERS and cell.source != FIRST_CELL:
            yield cell.get("id", ""), f"has a line of {widest} characters, more than {MOST_CHARACTERS}; break it."


def cell_ids(notebook: NotebookNode) -> Iterator[Finding]:
    """Ids are readable and unique, so that a diff, a link or a report can name a cell for years."""
    seen = set()
    for number, cell in enumerate(notebook.cells, 1):
        name = cell.get("id", "")
        if not is_readable(name):
            yield name, f"(cell {number}) needs a readable id, lower-case words with hyphens; run sync."
        if name in seen:
            yield name, f"(cell {number}) has an id that another cell has; run sync."
        seen.add(name)


def tags(notebook: NotebookNode) -> Iterator[Finding]:
    """Live cells are tagged `nbval-ignore-output`; nothing else may take a cell out of the comparison."""
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if tag in FORBIDDEN_TAGS:
                yield cell.get("id", ""), f"has the tag {tag}; make the cell run, or catch its error and assert."
            elif "nbval" in tag.lower() and tag != LIVE_TAG:
                yield cell.get("id", ""), f"has the tag {tag}, which nbval does not know; did you mean {LIVE_TAG}?"
        if cell.cell_type == "code" and re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE_)", cell.source):
            yield cell.get("id", ""), f"has an nbval comment, which learners see; tag the cell {LIVE_TAG} instead."


def notebook_size(notebook: NotebookNode) -> Iterator[Finding]:
    """A notebook must open quickly, also on GitHub."""
    kilobytes = len(text_of(notebook).encode()) / 1000
    if kilobytes > MOST_KILOBYTES:
        yield "", f"has {kilobytes:.0f} kB, more than {MOST_KILOBYTES}; show fewer or smaller outputs."


LINTS = (execution_counts, no_widget_state, cell_length, line_width, cell_ids, tags, notebook_size)
