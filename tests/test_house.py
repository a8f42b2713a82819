"""Rules of the repository as a whole: what imports what, what lies where, what no file may hold."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from utils.commands.place import ROOT

# A room imports only from itself and from rooms before it.
ROOMS = (
    "course packages downloads checkpoints anatomy tokenization batching last_layer scoring bias evaluation "
    "distillation quantization benchmarking figures quiz playground claims exercises authoring workshop data minis "
    "commands __main__"
).split()
TOP_LEVEL = {
    *("README.md", "LICENSE", "requirements.txt", "pyproject.toml", ".gitignore", ".gitattributes"),
    *("notebooks", "exercises", "solutions", "utils", "tests", ".ci", ".github", ".jupyter", ".binder", ".jupyterhub"),
}
MEGABYTES = 2
PRIVATE = {  # /home/ada and example.org are the invented ones that tests may use
    "a path of one machine": re.compile(r"/(?:home|Users|work|root)/(?!ada\b)\w|[A-Z]:\\Users\\\w", re.ASCII),
    "an e-mail address": re.compile(r"\b[\w.+-]+@(?!example\.org\b)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.ASCII),
}


def tracked():
    """The files under version control; skips the test where there is none, as in a downloaded archive."""
    if not shutil.which("git"):
        pytest.skip("no git on this machine")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def room_of(path):
    return path.relative_to(ROOT / "utils").parts[0].removesuffix(".py")


def rooms_imported(path):
    """The rooms of utils that the file at `path` imports."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) + 1 - node.level], *filter(None, [node.module])])
            base = base if node.level else node.module
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "utils" and len(parts) > 1:
                yield parts[1]


@pytest.mark.parametrize("path", sorted((ROOT / "utils").rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_room_imports_only_from_rooms_above(path):
    room = room_of(path)
    if room == "__init__":
        assert not list(rooms_imported(path))
        return
    allowed = ROOMS[: ROOMS.index(room) + 1]
    assert set(rooms_imported(path)) <= set(allowed)


@pytest.mark.parametrize("module", ["utils", "utils.checkpoints", "utils.quiz"])
def test_importing_is_instant_and_brings_no_heavy_library(module):
    code = (
        f"import sys, time; start = time.process_time(); import {module}; print(time.process_time() - start); "
        "print([name for name in ('torch', 'transformers', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, heavy = run.stdout.splitlines()
    assert heavy == "[]"
    assert float(seconds) < 1


def test_the_top_level_holds_only_known_names():
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_no_two_test_files_share_a_name():
    """pytest imports them by their bare names, and stops at the second."""
    names = [path.name for path in tracked() if path.name.startswith("test_") and path.suffix == ".py"]
    assert names and len(names) == len(set(names))


def test_no_file_is_large_except_weights():
    large = [path for path in tracked() if path.stat().st_size > MEGABYTES * 1e6 and path.name != "model.safetensors"]
    assert not large


@pytest.mark.parametrize("what", PRIVATE)
def test_no_file_tells_of_a_machine_or_a_person(what):
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # weights and pictures
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in PRIVATE[what].finditer(text)]
    assert not found


def test_the_constraints_are_exact_and_hold_on_every_platform():
    lines = (ROOT / "utils/constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []


def required(path):
    """The names in a requirements file, in the spelling of package indexes."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {normal(re.match(r"[\w.-]+", line).group()) for line in lines if line and line[0] not in "#-"}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_files():
    return [path for path in ROOT.rglob("requirements.txt") if ".venv" not in path.parts]


def test_every_requirement_has_a_constraint():
    assert len(requirement_files()) >= 2
    for path in requirement_files():
        assert required(path) <= required(ROOT / "utils/constraints.txt"), path


def test_every_library_that_utils_imports_is_required():
    imported = set()
    for path in (ROOT / "utils").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.partition(".")[0])
    packages = packages_distributions()
    foreign = imported - sys.stdlib_module_names - {"utils"}
    needed = {name: {normal(package) for package in packages.get(name, [name])} for name in foreign}
    files = [path for path in requirement_files() if ROOT / "tests" not in path.parents]
    given = set().union(*map(required, files))
    assert {name for name, choices in needed.items() if not choices & given} == set()


def test_ruff_follows_the_house_rules():
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    assert ruff["line-length"] == 120 and ruff["target-version"] == "py311"
    assert {"E", "F", "I", "B", "UP", "W"} <= set(ruff["lint"]["select"])
