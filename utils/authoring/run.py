"""`python -m utils run NOTEBOOK…`: execute notebooks and save them clean for strict nbval."""

import argparse
import copy
import os
import re
import tempfile
import time
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

from utils.authoring import notebook_files
from utils.authoring.notebook_files import WIDGET_VIEW, AuthoringError
from utils.authoring.shared_cells import tidy_metadata

CELL_TIMEOUT = 300  # seconds
ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def tidy_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs without widget views (dead once the kernel stops), consecutive prints merged into one.

    Where a kernel cuts a long print is chance: unmerged, two runs would differ.
    """
    tidy = []
    for output in outputs:
        if output.get("data", {}).pop(WIDGET_VIEW, None) and not output.data:
            continue
        if tidy and output.output_type == "stream" and output.get("name") == tidy[-1].get("name"):
            tidy[-1].text += output.text
        else:
            tidy.append(output)
    return tidy


def failure(error: Exception, cell: NotebookNode | None, number: int) -> str:
    """One paragraph: which cell, and what went wrong there."""
    where = f"cell {number} ({cell.get('id', 'no id')})" if cell else "before the first cell"
    if isinstance(error, CellExecutionError):
        lines = ANSI_COLOUR.sub("", error.traceback).strip().splitlines()
        return f"{where} failed:\n" + "\n".join(f"    {line}" for line in lines[-5:])
    if isinstance(error, CellTimeoutError):
        return f"{where} ran past the limit; make it faster or allow more with --timeout SECONDS."
    return f"{where}: the kernel died ({error}), most often for lack of memory; close other notebooks and try again."


def environment(folder: str) -> dict[str, str]:
    """Mini models, no network, no progress, and an empty `folder` for the author's settings, which would show."""
    own = {"COURSE_SETTINGS": str(Path(folder, "settings.json")), "IPYTHONDIR": str(Path(folder, "ipython"))}
    return {**os.environ, **own, "COURSE_MODELS": "mini", "COURSE_PROGRESS": "off", "HF_HUB_OFFLINE": "1"}


def execute(notebook: NotebookNode, folder: Path, timeout: int = CELL_TIMEOUT) -> NotebookNode:
    """A copy of the notebook, executed in `folder` by this Python on the mini models, clean for strict nbval.

    Raises AuthoringError naming the cell when one fails, runs past `timeout` seconds, or takes the kernel down.
    """
    notebook = copy.deepcopy(notebook)
    tidy_metadata(notebook)
    started = []
    # No kernel folders: `python3` is then this interpreter, whatever kernels the machine has installed.
    kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    client = NotebookClient(
        notebook,
        km=kernel,
        timeout=timeout,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # its notes on transport are not about the notebook
        on_cell_start=lambda cell, cell_index: started.append((cell, cell_index)),
    )
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
            client.execute(env=environment(empty), cleanup_kc=True)
    except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
        cell, index = started[-1] if started else (None, 0)
        raise AuthoringError(failure(error, cell, index + 1)) from error
    tidy_metadata(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = tidy_outputs(cell.outputs)
    return notebook


def main(argv: list[str]) -> int:
    """Execute the notebooks one after another; a notebook that fails is left as it was. 1 if any failed."""
    parser = argparse.ArgumentParser(prog="python -m utils run", description=main.__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    parser.add_argument("--timeout", type=int, default=CELL_TIMEOUT, metavar="SECONDS", help="for one cell")
    options = parser.parse_args(argv)
    failed = 0
    for path in options.notebooks:
        start = time.monotonic()
        print(f"{path}: running …", end=" ", flush=True)
        try:
            executed = execute(notebook_files.read(path), path.resolve().parent, options.timeout)
            state = "saved" if notebook_files.save(path, executed) else "already up to date"
            print(f"{state}, {time.monotonic() - start:.1f} s")
        except AuthoringError as error:
            failed += 1
            print(f"not saved, {time.monotonic() - start:.1f} s\n  {error}")
    return 1 if failed else 0
