"""Where the course's notebooks are, and how they are read and written without losing anything."""

import json
import os
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("notebooks", "exercises", "solutions")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class AuthoringError(ValueError):
    """A notebook that cannot be worked on; the message is a sentence that names the fix."""


def notebooks_in(root: Path, folder: str) -> list[Path]:
    """The notebooks of one folder, in lesson order; editor checkpoints are in subfolders and stay out."""
    return sorted((root / folder).glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """The notebook exactly as it is on disk: nothing repaired, so that faults can be reported.

    Raises AuthoringError when the file is not a notebook of format 4.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["nbformat"] != 4:
            raise ValueError(f"its format is {data['nbformat']}, not 4")
        notebook = nbformat.v4.to_notebook(data)
        for number, cell in enumerate(notebook.cells, 1):
            code = ("outputs", "execution_count") if cell.cell_type == "code" else ()
            if missing := [key for key in ("source", "metadata", *code) if key not in cell]:
                raise ValueError(f"cell {number} lacks {', '.join(missing)}")
        return notebook
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuthoringError(f"{path}: cannot be read as a notebook ({error}); restore it from git.") from error


def text_of(notebook: NotebookNode) -> str:
    """The notebook as Jupyter itself writes it (sorted keys, one space of indent, final newline)."""
    return nbformat.v4.writes(notebook) + "\n"


def save(path: Path, notebook: NotebookNode) -> bool:
    """Write the notebook if it differs from the file, in one step, so that a stop leaves the old or the new one."""
    text = text_of(notebook)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as new:
        new.write(text)
    os.chmod(new.name, path.stat().st_mode if path.exists() else 0o644)  # temporary files are private by default
    os.replace(new.name, path)
    return True
