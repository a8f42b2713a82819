"""`python -m utils sync [--check]`: exercises, shared cells, and the timetables of the guide."""

import argparse
import copy
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from utils.authoring import notebook_files, timetable
from utils.authoring.notebook_files import AuthoringError, notebooks_in
from utils.authoring.run import execute
from utils.authoring.shared_cells import stamp
from utils.authoring.stubs import exercise_from


def differences(current: NotebookNode, wanted: NotebookNode) -> Iterator[str]:
    """A phrase for each difference between two notebooks; outputs do not count."""
    was = {cell.get("id"): cell for cell in current.cells}
    ids, wanted_ids = [cell.get("id", "without id") for cell in current.cells], [cell.id for cell in wanted.cells]
    if surplus := [name for name in ids if name not in wanted_ids]:
        yield f"cells that do not belong: {', '.join(surplus)}"
    if missing := [name for name in wanted_ids if name not in ids]:
        yield f"cells missing: {', '.join(missing)}"
    if sorted(ids) == sorted(wanted_ids) and ids != wanted_ids:
        yield "cells in another order"
    if len(ids) != len(set(ids)):
        yield "a cell id used twice"
    for cell in wanted.cells:
        if cell.id in was:
            parts = ("cell_type", "source", "metadata")
            yield from (f"cell {cell.id}: {part} differs" for part in parts if was[cell.id][part] != cell[part])
    if current.metadata != wanted.metadata or current.get("nbformat_minor") != wanted.nbformat_minor:
        yield "metadata or format version differs"


def stamped(path: Path) -> tuple[NotebookNode, NotebookNode]:
    """A lesson or solution as it is, and as it should be."""
    current = notebook_files.read(path)
    wanted = copy.deepcopy(current)
    stamp(wanted, path)
    return current, wanted


def generated(path: Path) -> tuple[NotebookNode | None, NotebookNode]:
    """An exercise as it is (None: not there yet), and as its solution makes it.

    Outputs are carried over while no code cell differs; else the exercise comes without outputs.
    """
    solution_path = path.parents[1] / "solutions" / path.name
    try:
        wanted = exercise_from(stamped(solution_path)[1])
    except AuthoringError as error:
        raise AuthoringError(str(error) if str(solution_path) in str(error) else f"{solution_path}: {error}") from error
    stamp(wanted, path)
    if not path.exists():
        return None, wanted
    current = notebook_files.read(path)
    old, new = ([cell for cell in notebook.cells if cell.cell_type == "code"] for notebook in (current, wanted))
    if [(cell.get("id"), cell.source) for cell in old] == [(cell.id, cell.source) for cell in new]:
        for before, after in zip(old, new, strict=True):
            after.update(outputs=before.outputs, execution_count=before.execution_count)
    return current, wanted


def is_executed(notebook: NotebookNode) -> bool:
    """True when no code cell waits to be run."""
    return all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())


def sync_one(path: Path, check: bool) -> list[str]:
    """Bring one notebook up to date (or with `check` only look); returns a sentence for each thing that differed."""
    exercise = path.parent.name == "exercises"
    current, wanted = generated(path) if exercise else stamped(path)
    drift = ["not there yet"] if current is None else list(differences(current, wanted))
    if drift and not check:
        if exercise and not is_executed(wanted):
            print(f"exercises/{path.name}: running …", flush=True)
            path.parent.mkdir(exist_ok=True)
            wanted = execute(wanted, path.parent)
        notebook_files.save(path, wanted)
    return drift


def sync(root: Path, check: bool) -> bool:
    """Go through all notebooks below `root`, print what differs or changed; True when nothing is left to do."""
    solutions = notebooks_in(root, "solutions")
    exercises = [root / "exercises" / path.name for path in solutions]
    clean = True
    for path in sorted({*notebooks_in(root, "notebooks"), *solutions}) + exercises:
        name = path.relative_to(root).as_posix()
        try:
            drift = sync_one(path, check)
        except AuthoringError as error:
            clean = False
            print(f"{name}: {error}")
            continue
        clean = clean and not (check and drift)
        fix = "Change its solution, never the exercise, then run" if path in exercises else "Run"
        for phrase in drift:
            print(f"{name}: {phrase}. {fix} `python -m utils sync`." if check else f"{name}: updated ({phrase}).")
        if drift and not check and not is_executed(notebook_files.read(path)):
            print(f"{name}: has cells without outputs; run `python -m utils run {name}`.")
    for path in notebooks_in(root, "exercises"):
        if path not in exercises:
            clean = False
            print(f"exercises/{path.name}: has no solution; write solutions/{path.name} or remove it.")
    return sync_guide(root, check) and clean


def sync_guide(root: Path, check: bool) -> bool:
    """Bring the timetables of the instructor's guide up to date (or only look); True when nothing is left to do."""
    try:
        drift = timetable.sync(root, check)
    except AuthoringError as error:
        print(error)
        return False
    if drift:
        told = "timetables differ from the notebooks. Run `python -m utils sync`." if check else "updated (timetables)."
        print(f"{timetable.GUIDE}: {told}")
    return not (check and drift)


def main(argv: list[str]) -> int:
    """Build exercises, stamp shared cells and timetables; with --check, only report, and return 1 on drift."""
    parser = argparse.ArgumentParser(prog="python -m utils sync", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything is out of date")
    options = parser.parse_args(argv)
    clean = sync(notebook_files.ROOT, options.check)
    if clean:
        print("All notebooks are in step.")
    return 0 if clean else 1
