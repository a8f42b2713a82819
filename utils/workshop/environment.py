"""The environment check of lesson 00: one line a subject, and a fix for each that is not in order.

`python -m utils doctor` prints the same lines. What is checked is imported inside its check, so that a broken
package becomes a line of the report. No check uses the network.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
OLDEST_PYTHON = (3, 11)
ENOUGH_GIGABYTES = 2  # of memory, and of disk; a kernel with one full-size model takes about 1 of memory
OK, WARN, FAIL = "OK", "WARN", "FAIL"
# For a package that is there and broken: pip would call it installed and do nothing.
NEW_START = "delete the folder .venv and start the course again (on Colab: menu Runtime, Disconnect and delete runtime)"

Result = tuple[str, str, str]  # status, detail, fix


@dataclass(frozen=True)
class Finding:
    """What one check found. `status` is "OK", "WARN" (the course runs) or "FAIL"; `fix` is empty only for "OK"."""

    status: str
    what: str
    detail: str
    fix: str = ""


def check_environment() -> list[Finding]:
    """Examine this computer: one finding a check, in the order of `CHECKS`. Never raises. Lesson 00."""
    return [_examine(what, check) for what, check in CHECKS.items()]


def report(findings: list[Finding]) -> None:
    """Print the findings, one line each, and whether the course can start. Lesson 00."""
    for finding in findings:
        fix = f". Fix: {finding.fix}." if finding.fix else ""
        print(f"{f'[{finding.status}]':<6} {finding.what}: {finding.detail}{fix}")
    statuses = [finding.status for finding in findings]
    if FAIL in statuses:
        print("Not ready yet: fix each [FAIL] line, restart the kernel and check again.")
    else:
        print("Ready, with the warnings above." if WARN in statuses else "Ready.")


def main(argv: list[str]) -> int:
    """The command `doctor`: 0 when nothing failed, else 1."""
    argparse.ArgumentParser(prog="python -m utils doctor", description="Check this computer.").parse_args(argv)
    findings = check_environment()
    report(findings)
    return int(any(finding.status == FAIL for finding in findings))


def _examine(what: str, check: Callable[[], Result]) -> Finding:
    try:
        status, detail, fix = check()
    except Exception as error:  # a check that breaks is a finding too
        status, detail = FAIL, f"the check stopped with {type(error).__name__}: {_sentence(error)}"
        fix = "fix the other lines first; if this one stays, show it to your instructor or open an issue"
    return Finding(status, what, detail, fix)


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


# --- the checks ---------------------------------------------------------------------------------------------


def python() -> Result:
    """Python itself is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        return OK, version, ""
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return FAIL, version, f"install Python {oldest} or newer, then {NEW_START}"


def packages() -> Result:
    """Every package of requirements.txt is there (else FAIL), in its range (else WARN: it may still work)."""
    from packaging.requirements import Requirement

    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    if "google.colab" in sys.modules:  # it brings a notebook program of its own
        wanted = [requirement for requirement in wanted if requirement.name != "jupyterlab"]
    found = {requirement: _version(requirement.name) for requirement in wanted}
    missing = [requirement for requirement, version in found.items() if version is None]
    outside = [
        requirement
        for requirement, version in found.items()
        if version and not requirement.specifier.contains(version, prereleases=True)
    ]
    if not missing + outside:
        return OK, f"all {len(wanted)} of requirements.txt, in their ranges", ""
    details = [f"{requirement.name} is missing" for requirement in missing]
    details += [f"{requirement.name} is {found[requirement]}, not {requirement.specifier}" for requirement in outside]
    return FAIL if missing else WARN, ", ".join(details), _install(*missing, *outside)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _install(*requirements: object) -> str:
    quoted = " ".join(f'"{requirement}"' for requirement in requirements)
    return f"run %pip install {quoted} in a cell, then restart the kernel"


def pytorch() -> Result:
    """PyTorch loads. Importing it is the test: on Windows its libraries can fail to start."""
    try:
        import torch
    except (ImportError, OSError) as error:
        if "1114" in str(error):  # https://github.com/pytorch/pytorch/issues/169429
            redistributable = "the newest Microsoft Visual C++ Redistributable (x64) and restart the computer"
            return FAIL, "a library of PyTorch does not start (WinError 1114)", f"install {redistributable}"
        return FAIL, f"it does not load ({_sentence(error)})", NEW_START
    return OK, f"{torch.__version__}, {torch.get_num_threads()} threads", ""


def models() -> Result:
    """Which models are in use, and whether a choice can be kept."""
    from utils import checkpoints

    try:
        chosen = checkpoints.mode()
    except (ValueError, checkpoints.CheckpointError) as error:
        return FAIL, "the choice between mini and hub cannot be read", _sentence(error)
    file = checkpoints.settings_file()
    source = "your choice" if file.exists() else "the default"
    if os.environ.get("COURSE_MODELS"):
        source = "set by COURSE_MODELS"
    try:
        folder = next(parent for parent in file.parents if parent.exists())
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        fix = "make that folder writable, or set the variable COURSE_MODELS to mini or hub before you start"
        return WARN, f"{chosen} ({source}), but another choice cannot be kept ({error})", fix
    return OK, f"{chosen} ({source})", ""


def files() -> Result:
    """The shipped checkpoints are intact; in hub mode, the published ones are on this machine."""
    from utils import checkpoints

    if checkpoints.mode() == "hub":
        return _downloads()
    faults = {}
    for name in checkpoints.CATALOGUE:
        try:
            checkpoints.locate(name)
        except checkpoints.CheckpointError as error:
            faults[name] = _sentence(error)
    if faults:
        return FAIL, f"not usable: {', '.join(faults)}", next(iter(faults.values()))
    return OK, f"{len(checkpoints.CATALOGUE)} shipped checkpoints, every file intact", ""


def _downloads() -> Result:
    from utils import checkpoints

    absent = [row for row in checkpoints.CATALOGUE.values() if not checkpoints.downloaded(row.name)]
    if not absent:
        return OK, f"{len(checkpoints.CATALOGUE)} published checkpoints, all on this machine", ""
    detail = f"{len(absent)} of {len(checkpoints.CATALOGUE)} published checkpoints are not on this machine yet"
    fix = "a lesson downloads what it asks for; to have them before, run checkpoints.locate(name) for each name"
    return WARN, f"{detail} ({sum(row.megabytes for row in absent):,} MB)", fix


def tokenizer() -> Result:
    """RoBERTa's tokenizer makes three ids of "Hello": start, the word, end. Broken versions make more, silently."""
    from transformers import AutoTokenizer

    from utils import checkpoints

    if checkpoints.mode() == "hub" and not checkpoints.downloaded("roberta-base"):
        return WARN, "roberta-base is not downloaded yet", 'run checkpoints.locate("roberta-base"), then check again'
    ids = AutoTokenizer.from_pretrained(checkpoints.locate("roberta-base"))("Hello").input_ids
    if len(ids) == 3:
        return OK, f'"Hello" becomes {ids}', ""
    return FAIL, f'"Hello" becomes {ids}, not three ids', NEW_START


def widgets() -> Result:
    """ipywidgets is a version that the course is made for."""
    version = metadata.version("ipywidgets")
    if version.startswith(("7.7.", "8.")):
        return OK, f"ipywidgets {version}", ""
    return WARN, f"ipywidgets {version}, but the course is made for 7.7 and 8", _install("ipywidgets>=8,<9")


def memory() -> Result:
    """Memory that programs can still take, in 10^9 bytes."""
    import psutil

    free = psutil.virtual_memory().available / 1e9
    fix = "shut down the kernels of other notebooks (menu Kernel, Shut Down All Kernels) and close other programs"
    return (OK, f"{free:.1f} GB free", "") if free >= ENOUGH_GIGABYTES else (WARN, f"{free:.1f} GB free", fix)


def disk() -> Result:
    """Free space on the disk that holds the course, in 10^9 bytes."""
    free = shutil.disk_usage(ROOT).free / 1e9
    fix = "delete what you do not need, or stay with the mini models, which need no space"
    return (OK, f"{free:.1f} GB free", "") if free >= ENOUGH_GIGABYTES else (WARN, f"{free:.1f} GB free", fix)


def processor() -> Result:
    """How many processors there are; for the record."""
    return OK, f"{os.cpu_count()} logical processors", ""


CHECKS: dict[str, Callable[[], Result]] = {
    "Python": python,
    "Packages": packages,
    "PyTorch": pytorch,
    "Models": models,
    "Model files": files,
    "Tokenizer": tokenizer,
    "Widgets": widgets,
    "Memory": memory,
    "Disk": disk,
    "Processor": processor,
}
