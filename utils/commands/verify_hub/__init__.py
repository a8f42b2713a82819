"""The command `verify-hub`: the published checkpoints beside what documents say of them, and every notebook on them.

`documented` gathers what is said, `measuring` and `sst2` find out what is so, `table` lays them side by side, and
`notebooks` runs the course.
"""

import argparse
import os
import sys
from pathlib import Path

from utils.commands.place import COMMAND, Problem, say

SAME, DIFFERENT, NOT_DONE = 0, 1, 2  # exit status


def main(argv: list[str]) -> int:
    """The command `verify-hub`. 0: all is as documented; 1: something differs; 2: nothing does, not all was done."""
    arguments = _arguments(argv)
    os.environ["COURSE_MODELS"] = "hub"
    from utils import checkpoints, downloads

    checkpoints.prepare()  # before anything imports the libraries that read the environment
    from utils.commands.verify_hub import documented, notebooks, table

    missing = [row for row in checkpoints.CATALOGUE.values() if not checkpoints.downloaded(row.name)]
    _confirm(_megabytes(downloads, missing), arguments.yes)
    folders, undone = _fetch(checkpoints)
    rows, more = _compare(documented, folders, arguments.sst2)
    undone += more
    say(table.markdown(rows))
    failed = 0
    if not arguments.figures:
        if len(folders) < len(checkpoints.CATALOGUE):
            undone.append("The notebooks were not run: they need all six checkpoints. Run the command again.")
        elif sentence := notebooks.cannot():
            undone.append(sentence)
        else:
            failed = notebooks.run(arguments.notebooks or notebooks.every())
    different = sum(not row.same for row in rows)
    say(f"\nOf {len(rows)} figures {different} differ{'' if arguments.figures else f', {failed} notebooks failed'}.")
    for sentence in undone:
        say(f"Not done: {sentence}")
    return DIFFERENT if different or failed else NOT_DONE if undone else SAME


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"{COMMAND} verify-hub",
        description="Fetch the six published checkpoints, compare them with what documents say, and run every notebook "
        "on them. Exit status: 0 all as documented, 1 something differs, 2 nothing differs but not all could be done.",
    )
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="run these only, not all")
    parser.add_argument("--figures", action="store_true", help="compare figures only, run no notebook")
    parser.add_argument("--sst2", type=Path, metavar="FILE.tsv", help="GLUE's SST-2 dev.tsv, if you have it")
    parser.add_argument("--yes", action="store_true", help="download without asking")
    arguments = parser.parse_args(argv)
    for file in [*arguments.notebooks, *filter(None, [arguments.sst2])]:
        if not file.is_file():
            raise Problem(f"There is no file {file}: give the path of one, as in {COMMAND} verify-hub "
                          f"{Path('notebooks', '01_loading_models.ipynb')}")  # fmt: skip
    arguments.notebooks = [file.resolve() for file in arguments.notebooks]
    return arguments


def _megabytes(downloads, missing) -> float:
    """How much there is to download, in 10^6 bytes: by the Hub's file lists, or else by the catalogue."""
    try:
        return sum(downloads.listing(row.hub_id, row.revision).bytes for row in missing) / 1e6
    except downloads.DownloadError:
        return sum(row.megabytes for row in missing)


def _confirm(megabytes: float, yes: bool) -> None:
    """Tell what will be downloaded, and go on only if that is wanted."""
    if not megabytes:
        return
    say(f"{megabytes:,.0f} MB will be downloaded, once, and kept in the cache of huggingface_hub.")
    if yes:
        return
    if not sys.stdin.isatty():
        raise Problem(f"Nothing was downloaded: to agree, run {COMMAND} verify-hub --yes")
    if input("Download now? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Problem("Nothing was downloaded.")


def _fetch(checkpoints) -> tuple[dict[str, Path], list[str]]:
    """The folder of each checkpoint that is here now, and a sentence for each that is not."""
    folders, undone = {}, []
    for name in checkpoints.CATALOGUE:
        try:
            if not checkpoints.downloaded(name):
                checkpoints.download(name, patient=True)
            folders[name] = checkpoints.locate(name)
        except checkpoints.CheckpointError as error:
            undone.append(str(error))
    return folders, undone


def _compare(documented, folders: dict[str, Path], sst2_file: Path | None):
    """The rows of the table, each measured, and a sentence for what could not be."""
    from utils.commands.verify_hub import measuring, sst2

    said, rows, undone = documented.rows(), [], []
    try:
        sentences = sst2.sentences(sst2_file)
    except sst2.CannotRead as error:
        sentences = None
        undone.append(str(error))
    for name, folder in folders.items():
        say(f"Measuring {name}, commit {folder.name[:7]}")
        asked = [row for row in said if row.checkpoint == name]
        try:
            found = measuring.measure(name, folder, asked, sentences)
        except Exception as error:  # whatever is wrong with one checkpoint, the others are still measured
            first = next(iter(str(error).splitlines()), "")
            undone.append(f"{name} could not be measured ({type(error).__name__}: {first}).")
            continue
        rows += [row.measured_as(found[row.figure]) for row in asked if row.figure in found]
    return rows, undone
