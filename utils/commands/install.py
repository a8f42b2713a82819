"""Make .venv and fill it, finish one that is half done, leave one that is complete alone. Standard library only."""

import errno
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from utils.commands import from_room, torch_build
from utils.commands.pip import pip_install
from utils.commands.place import COMMAND, ROOT, VENV, Problem, say, venv_python

LEARNER = ROOT / "requirements.txt"
TESTS = ROOT / "tests/requirements.txt"
RECIPE = ROOT / "utils/minis/recipe/requirements.txt"
BENCHMARKS = ROOT / "utils/commands/bench/requirements.txt"
CONSTRAINTS = ROOT / "utils/constraints.txt"
STAMP = VENV / "course.json"  # which requirements are installed; {} while an install is under way
MAKE_VENV = [sys.executable, "-m", "venv"]
NEWEST = (3, 14)  # the newest Python for which every constraint has a wheel
# Free space asked for, without and with CUDA. Measured: 2.0 and 6.8 GB in .venv, and while pip works its downloads of
# 0.5 and 3.3 GB lie both in its cache and in a temporary folder.
GIGABYTES = {False: 4, True: 14}


def ensure(*requirements, source=None):
    """Return the Python of a .venv that holds the `requirements` files, installed now where they are not.

    `source` names a room folder or a mirror to install from, with no network; it is not asked where nothing is missing.
    Raises `Problem`, a sentence with the fix.
    """
    try:
        return bring_up(requirements, source)
    except OSError as error:
        raise Problem(explain(error)) from error


def bring_up(requirements, source=None):
    version, stamp = python_version(), read_stamp()
    wanted = fingerprints(requirements, version)
    if version and stamp and wanted.items() <= stamp.items():
        return venv_python()

    if source:
        python = version if version and stamp != {} else sys.version
        source = from_room.find(source, ".".join(python.split(".")[:2]))
        pip_arguments, cuda, choice = [], False, f"all packages from {source.words}, with no network"
    else:
        pip_arguments, cuda, choice = torch_build.choose()
    say(f"[1/3] Chosen: {choice}")
    if VENV.exists() and (version is None or stamp == {}):
        remove_venv()
    if not VENV.exists():
        make_venv(GIGABYTES[cuda])
    STAMP.write_text("{}")
    say("[3/3] Installing the packages, which takes minutes the first time")
    pip_install(venv_python(), CONSTRAINTS, requirements, pip_arguments, source)
    add_to_path()
    STAMP.write_text(json.dumps({**(stamp or {}), **fingerprints(requirements, python_version())}))
    return venv_python()


def python_version():
    """The version of .venv's Python; None where there is none, or it does not run, or is too old."""
    code = "import sys; assert sys.version_info >= (3, 11); print(sys.version)"
    try:
        return subprocess.run([venv_python(), "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def read_stamp():
    """What is installed; {} for a half-finished install, None for a .venv that someone made by hand."""
    try:
        return json.loads(STAMP.read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        return {}


def fingerprints(requirements, version):
    """For each requirements file a hash that changes with the file, the constraints and the Python."""
    fixed = CONSTRAINTS.read_bytes() + str(version).encode()
    return {p.relative_to(ROOT).as_posix(): hashlib.sha256(p.read_bytes() + fixed).hexdigest() for p in requirements}


def remove_venv():
    if Path(sys.prefix) == VENV:
        raise Problem(f".venv is half-finished and in use by this shell: type deactivate, then {COMMAND} lab again.")
    say("      .venv is half-finished or its Python is gone: making it again")
    shutil.rmtree(VENV)


def make_venv(gigabytes):
    if sys.version_info[:2] > NEWEST:
        newest, this = (".".join(map(str, version[:2])) for version in (NEWEST, sys.version_info))
        raise Problem(
            f"The packages of the course exist for Python 3.11 to {newest} and this is Python {this}: "
            "install an older one beside it and start the course with that, for example: python3.12 -m utils lab"
        )
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        raise Problem(
            "This Python comes without its venv module: install it (Debian and Ubuntu: sudo apt install python3-venv) "
            "and run the command again."
        )
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < gigabytes:
        raise Problem(
            f"The install needs {gigabytes} GB of disk space and {free:.1f} GB is free: "
            "free some, or move the folder of the course to a larger disk, and run the command again."
        )
    say(f"[2/3] Making .venv with Python {sys.version.split()[0]}; {free:.0f} GB of disk space is free")
    VENV.mkdir()
    STAMP.write_text("{}")
    made = subprocess.run([*MAKE_VENV, VENV], capture_output=True, text=True)
    if made.returncode:
        last = (made.stdout + made.stderr).strip().splitlines()[-1:]
        raise Problem(f"Python could not make .venv ({' '.join(last)}): repair or reinstall Python, then try again.")


def add_to_path():
    """Make `import utils` work from any folder; the relative line survives a move and any characters in the path."""
    command = [venv_python(), "-X", "utf8", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    answer = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    packages = Path(answer.stdout.strip())
    up = "/".join([".."] * len(packages.relative_to(ROOT).parts))
    (packages / "course.pth").write_text(up + "\n")


def explain(error):
    """The sentence for an error of the file system."""
    if error.errno == errno.ENOSPC:
        return "The disk is full: free some space and run the command again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"No permission to write {error.filename}: close programs that use it, or copy the course to a folder of "
            "your own, and run the command again."
        )
    return f"The install stopped ({error}): delete the folder {VENV} and run the command again."
