"""The command `slides`: a lesson as slides, in one HTML file that needs no network."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from utils.authoring import notebook_files
from utils.authoring.notebook_files import AuthoringError
from utils.workshop.slides import deck


def main(argv: list[str]) -> int:
    """Make slides from a notebook: a heading begins a slide, outputs wait for a key, what is too long goes on."""
    parser = argparse.ArgumentParser(prog="python -m utils slides", description=main.__doc__)
    parser.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="for example notebooks/01_loading_models.ipynb")
    parser.add_argument("-o", dest="file", type=Path, metavar="FILE", help="where to write (here, as NOTEBOOK.html)")
    options = parser.parse_args(argv)
    file = options.file or Path(f"{options.notebook.stem}.html")
    if file.suffix.lower() not in (".html", ".htm"):
        parser.error(f"FILE is a web page, so its name must end in .html: {file.with_suffix('.html')}")
    try:
        page = deck.page(notebook_files.read(options.notebook), options.notebook)
        _write(file, page)
    except (AuthoringError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{file}: {len(page.encode()) / 1e6:.1f} MB. Open it in a browser; the keys are on its first slide.")
    return 0


def _write(file: Path, text: str) -> None:
    """Write the page in one step, so that a stop leaves the old file or the new one."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=file.parent, delete=False) as new:
        new.write(text)
    os.chmod(new.name, 0o644)  # temporary files are private by default
    os.replace(new.name, file)
