"""Try the course on a machine like Google Colab's: `python tests/colab/run.py [--all]`. Needs Linux, Git and network.

It makes a venv with the packages that Colab publishes, kept for the next time, and runs the last commit made here as
the release: the first cell, the widget tests, progress on a Drive, lessons 00, 01 and 05, or with --all every notebook.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from machine import (
    EXTRAS,
    HERE,
    ROOT,
    UNTOUCHED,
    Problem,
    add,
    additions,
    build,
    environment,
    in_content,
    python_like_colabs,
    release,
)

sys.path.insert(0, str(ROOT))
from utils.authoring.shared_cells import REPOSITORY, TAG  # noqa: E402
from utils.course import COURSE  # noqa: E402

STEPS = ("lacking", "progress", "widgets", "notebooks", "keys")  # the last only with --all
SHORT = ("notebooks/00", "notebooks/01", "notebooks/05")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=python_like_colabs(), help="which Python to make the venv of")
    parser.add_argument("--cache", type=Path, help="where to keep the venv (default: your folder of caches)")
    parser.add_argument("--all", action="store_true", help="every lesson, exercise and solution, and the quizzes' keys")
    parser.add_argument("--only", help=f"some of {','.join(STEPS)} (the first cell is always run)")
    parser.add_argument("notebooks", nargs="*", help="these only, such as notebooks/03 exercises/03")
    options = parser.parse_args()
    try:
        return try_course(options)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2


def try_course(options) -> int:
    from platformdirs import user_cache_path

    cache = (options.cache or user_cache_path(COURSE) / "colab").resolve()
    python = build(options.python, cache)
    found = {}
    for what, names in EXTRAS.items():
        new = additions(python, [name.strip('"') for name in names])
        if replaced := UNTOUCHED & set(new):
            raise Problem(f"For {what}, pip install {' '.join(names)} would replace {', '.join(sorted(replaced))}.")
        print(f"{what}: pip install {' '.join(names)} adds {', '.join(f'{k} {v}' for k, v in new.items())}")
        found |= new
    extras = add(python, cache, found)
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder), REPOSITORY, release(Path(folder), TAG))
        command = [str(python), str(HERE / "inside.py"), f"--extras={extras}"]
        command.append(f"--only={options.only or ','.join(STEPS if options.all else STEPS[:-1])}")
        print("\n| step | result | seconds |\n|---|---|---|", flush=True)
        return in_content([*command, *chosen(options)], env)


def chosen(options) -> list[str]:
    """The notebooks to run, as folder/name."""
    starts = tuple(options.notebooks) or (("notebooks/", "exercises/", "solutions/") if options.all else SHORT)
    paths = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("*/[0-9]*.ipynb"))]
    return sorted((path for path in paths if path.startswith(starts)), key=lambda path: (path.split("/")[1], path))


if __name__ == "__main__":
    sys.exit(main())
