"""The commands of `python3 -m utils`: this file finds the command, one file each does the work."""

import difflib
import importlib
import importlib.util
import sys

from utils.commands.place import COMMAND, Problem, become, venv_python

# Standard library only: these start on a bare machine.
HERE = {
    "lab": "utils.commands.lab",
    "test": "utils.commands.test",
    "doctor": "utils.commands.doctor",
    "reset": "utils.workshop.reset",
}
# These need the installed packages.
ROOMS = {
    "sync": "utils.authoring.sync",
    "run": "utils.authoring.run",
    "lint": "utils.authoring.lint",
    "quiz": "utils.quiz.check",
    "evaluate": "utils.commands.evaluate",
    "verify-hub": "utils.commands.verify_hub",
    "progress": "utils.workshop.classroom",
    "prefetch": "utils.workshop.prefetch",
    "mirror": "utils.workshop.mirror",
    "slides": "utils.workshop.slides",
    "bench": "utils.commands.bench",
}
HELP = f"""Usage: {COMMAND} COMMAND

For learners
  lab       open the course in JupyterLab; the first start installs what it needs
  doctor    check this computer and say how to fix what is wrong, or with codes from a chat, who of a class is ready
  reset     give back a notebook as it came; yours is kept beside it
  evaluate  find out how often a classifier is right on your own file, and write a report
  progress  show what you have done, or with the codes from a chat, what a class has done

For instructors
  prefetch  put all that a workshop needs without a network into one folder
  mirror    serve the folder that prefetch made to the computers of a room
  slides    make slides from a lesson, in one HTML file that needs no network

For authors
  test      run all checks and tests (--fast leaves out the notebooks)
  sync      build exercises/ from solutions/ (--check only compares)
  run       execute notebooks and save their outputs
  lint      check notebooks against the house rules
  quiz      check the quiz questions and run their proofs
  verify-hub  run all on the published checkpoints, beside what documents say of them
  bench     measure the course's engines beside what people use today

{COMMAND} COMMAND --help tells more."""


def main(argv):
    """Run the command named by `argv[0]` and return the exit status; a `Problem` is told in its one sentence."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a folder's name may not fit the console's encoding
    try:
        return dispatch(argv)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130


def dispatch(argv):
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(HELP)
        return 0
    name, *rest = argv
    if name in HERE:
        return importlib.import_module(HERE[name]).main(rest)
    if name in ROOMS:
        need_packages(argv)
        return importlib.import_module(ROOMS[name]).main(rest)
    near = difflib.get_close_matches(name, [*HERE, *ROOMS], n=1)
    guess = f" Did you mean: {COMMAND} {near[0]}" if near else ""
    raise Problem(f"There is no command '{name}': the commands are {', '.join([*HERE, *ROOMS])}.{guess}")


def need_packages(argv):
    """Return where this Python has the packages; else go on in .venv's Python, or raise a `Problem`."""
    if all(importlib.util.find_spec(package) for package in ("nbformat", "transformers")):
        return
    python = venv_python()
    if not python.exists() or python == venv_python(sys.prefix):
        raise Problem(f"The course is not installed yet: run {COMMAND} lab once, then this command again.")
    become([python, "-m", "utils", *argv])
