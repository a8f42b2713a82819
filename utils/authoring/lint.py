"""`python -m utils lint [NOTEBOOK…]`: everything about a saved notebook that nbval cannot see."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from utils.authoring import lint_cells, lint_links, lint_outputs, notebook_files
from utils.authoring.notebook_files import FOLDERS, AuthoringError, notebooks_in


def findings(notebook: NotebookNode, path: Path) -> Iterator[lint_cells.Finding]:
    """All findings in one notebook. `path` is where it is, for its links."""
    if faults := list(lint_cells.valid_format(notebook)):
        yield from faults
        return  # the other lints may trust the format
    for lint in lint_cells.LINTS + lint_outputs.LINTS:
        yield from lint(notebook)
    for lint in lint_links.LINTS:
        yield from lint(notebook, path)


def live_cells(notebook: NotebookNode) -> list[str]:
    """Ids of the cells whose outputs nbval does not compare."""
    return [cell.get("id", "") for cell in notebook.cells if lint_cells.LIVE_TAG in cell.metadata.get("tags", [])]


def main(argv: list[str]) -> int:
    """Lint the notebooks named, or all of them; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m utils lint", description=main.__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    root = notebook_files.ROOT
    paths = parser.parse_args(argv).notebooks or [path for folder in FOLDERS for path in notebooks_in(root, folder)]
    found, live = 0, []
    for path in paths:
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        try:
            notebook = notebook_files.read(path)
        except AuthoringError as error:
            found += 1
            print(error)
            continue
        for cell, sentence in findings(notebook, path):
            found += 1
            print(f"{name}: {f'cell {cell} ' if cell else ''}{sentence}")
        live += [f"{name}: {cell}" for cell in live_cells(notebook)]
    print(f"Cells whose output nbval does not compare: {len(live)}", *live, sep="\n  ")
    print(f"{len(paths)} notebooks, {found} findings.")
    return 1 if found else 0
