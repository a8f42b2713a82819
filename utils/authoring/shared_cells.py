"""What all notebooks share: the first cell, the badge cell, metadata and readable cell ids. `sync` stamps them in."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from utils.authoring.notebook_files import AuthoringError

REPOSITORY = "https://github.com/roberta-distilbert-measured/course"
TAG = "v1.0"  # the release that Colab opens and fetches, so that a notebook and its helpers are of one version

# Works in any folder below the course's root; elsewhere the installed `utils` is found as usual. Twice does no harm.
# On Colab the copy gets its name when it is whole: a clone that was broken off is thrown away by the next one.
FIRST_CELL = f"""\
import os, pathlib, sys; copy, git = pathlib.Path("/content/course"), "git -c advice.detachedHead=false clone -q"
if "google.colab" in sys.modules and not copy.exists():  # on Google Colab: fetch the course, whole or not at all
    sh = f"cd /content && rm -rf .new && {{git}} --depth=1 -b {TAG} {REPOSITORY}"
    os.system(sh + " .new && mv .new course") and sys.exit("The course did not arrive: go online and run this again.")
sys.path[:0] = [str(p) for p in [*pathlib.Path("_").absolute().parents, copy] if (p / "utils/checkpoints.py").exists()]
from utils import checkpoints; print(checkpoints.prepare())"""

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_CELL_METADATA = {"tags", "jupyter"}  # all else is an editor's state: timestamps, scrolling, collapsing
READABLE_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")
RANDOM_ID = re.compile(r"[0-9a-f]{8}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # made by nbformat and JupyterLab


def badge(folder: str, name: str, root: Path) -> str:
    """Links to Colab and to the same lesson's other notebooks; text only, so that it reads with no network.

    The others stand there twice: Colab opens a notebook without the folders around it, so only whole addresses work.
    """
    colab = REPOSITORY.replace("https://github.com", "https://colab.research.google.com/github") + f"/blob/{TAG}"
    links = [f"[Open in Colab]({colab}/{folder}/{name})"]
    for label, other in {"Lesson": "notebooks", "Exercise": "exercises", "Solution": "solutions"}.items():
        source = "solutions" if other == "exercises" else other  # wherever a solution is, `sync` makes the exercise
        if other != folder and (root / source / name).is_file():
            links.append(f"[{label}](../{other}/{name}) ([in Colab]({colab}/{other}/{name}))")
    return " · ".join(links)


def is_readable(cell_id: str) -> bool:
    """True for an id that a person chose: `reading-the-card-2`, not `3f9a01bc`."""
    return bool(READABLE_ID.fullmatch(cell_id)) and not RANDOM_ID.fullmatch(cell_id)


def tidy_metadata(notebook: NotebookNode) -> None:
    """Leave only the metadata that the course uses: no widget state, Python version, timestamps or editor state."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA})


def name_cells(notebook: NotebookNode) -> None:
    """Give each cell without a readable, unique id one from the heading above it; ids that are fine stay for good."""
    taken = {cell.get("id", "") for cell in notebook.cells}
    used, heading = set(), "cell"
    for cell in notebook.cells:
        title = re.search(r"^#+ +(.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if title:
            heading = re.sub(r"[^a-z0-9]+", "-", title[1].lower()).lstrip("0123456789-")[:40].strip("-") or "cell"
        if not is_readable(cell.get("id", "")) or cell.id in used:
            number = 1
            while (new := heading if number == 1 else f"{heading}-{number}") in taken:
                number += 1
            cell.id = new
            taken.add(new)
        used.add(cell.id)


def stamp(notebook: NotebookNode, path: Path) -> None:
    """Put the shared cells in place (after the title) and tidy metadata and ids. `path` is root/folder/name.

    Raises AuthoringError when the notebook does not open with a Markdown cell.
    """
    old = {cell.get("id"): cell for cell in notebook.cells}
    content = [cell for cell in notebook.cells if cell.get("id") not in ("badge", "first-cell")]
    if not content or content[0].cell_type != "markdown":
        raise AuthoringError(f"{path}: the first cell must be Markdown: title, objectives, prerequisites, minutes.")
    source = badge(path.parent.name, path.name, path.parents[1])
    links = nbformat.v4.new_markdown_cell(source, id="badge")
    start = nbformat.v4.new_code_cell(FIRST_CELL, id="first-cell")
    if old.get("first-cell", {}).get("cell_type") == "code":
        start.update(outputs=old["first-cell"].outputs, execution_count=old["first-cell"].execution_count)
    notebook.cells = [content[0], links, start, *content[1:]]
    tidy_metadata(notebook)
    name_cells(notebook)
