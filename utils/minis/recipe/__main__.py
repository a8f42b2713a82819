"""`python -m utils.minis.recipe`: makes the six mini checkpoints from nothing. Stopped, it goes on where it was."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import torch
from platformdirs import user_cache_path

from utils.course import COURSE
from utils.minis.recipe.run import PARENTS, Run
from utils.minis.recipe.settings import FULL, QUICK
from utils.minis.recipe.training import LOG

HOME = Path(__file__).parents[1]
WORK = user_cache_path(COURSE) / "recipe"


def main(argv: list[str] | None = None) -> int:
    """Runs the recipe; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m utils.minis.recipe", description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK, help="states, log and curves")
    parser.add_argument("--out", type=Path, default=HOME, help="where the checkpoint folders go")
    parser.add_argument("--family", choices=PARENTS, action="append", help="only this one, and nothing that takes both")
    parser.add_argument("--threads", type=int, default=1, help="torch threads; another number changes the last digits")
    parser.add_argument("--quick", action="store_true", help="a tiny run that shows that everything works")
    options = parser.parse_args(argv)
    _log_to(options.work / "recipe.log")
    torch.set_num_threads(options.threads)
    run = Run(QUICK if options.quick else FULL, options.work, options.out)
    for kind in options.family or PARENTS:
        run.family(kind)
    if not options.family:
        run.classifiers()
        run.finish()
    return 0


def _log_to(path: Path) -> None:
    """The recipe's own messages go to the terminal and to a file; other libraries' stay out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    LOG.setLevel(logging.INFO)
    for handler in (logging.StreamHandler(), logging.FileHandler(path, encoding="utf-8")):
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        LOG.addHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
