"""Run all checks and print what they found. Standard library only."""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from utils.workshop.doctor import checks, codes, jupyter, place
from utils.workshop.doctor.checks import Result
from utils.workshop.doctor.faults import FAIL, NOT_INSTALLED, OK, SKIPPED, VENV_BROKEN, WARN, Fault, slow, stopped

CHECKS: dict[str, Callable[[], Result | None]] = {
    "Python": checks.python,
    "Course folder": checks.folder,
    "Memory": checks.memory,
    "Disk": checks.disk,
    "Processor": checks.processor,
    "Packages": checks.packages,
    "PyTorch": checks.pytorch,
    "Libraries": checks.libraries,
    "Models": checks.models,
    "Model files": checks.files,
    "Downloads": checks.downloads,
    "Tokenizer": checks.tokenizer,
    "Widgets": checks.widgets,
    "JupyterLab": jupyter.lab,
    "Kernel": jupyter.kernel,
    "Browser": jupyter.browser,
    "Course from": checks.source,
}
NEED_PACKAGES = ("PyTorch", "Libraries", "Models", "Downloads", "Tokenizer", "Widgets", "JupyterLab", "Kernel")
AT_ONCE = 2  # checks; most of them wait for a process of their own


@dataclass(frozen=True)
class Finding:
    """What one check found. `status` is "OK", "WARN" (the course runs), "FAIL", or empty where it could not be made.

    `fix` and `fault` are set where something is wrong.
    """

    status: str
    what: str
    detail: str = ""
    fix: str = ""
    fault: Fault | None = None


def examine() -> Iterator[Finding]:
    """Examine this computer: a finding a check, in the order of `CHECKS`, each as soon as it is there. Lesson 00.

    Never raises, and asks no network but the address in COURSE_FROM, where that variable is set.
    """
    packages = _examine("Packages")
    bare = packages.fault in (NOT_INSTALLED, VENV_BROKEN)

    def one(what: str) -> Finding | None:
        if what == "Packages":
            return packages
        return Finding(SKIPPED, what) if bare and what in NEED_PACKAGES else _examine(what)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from filter(None, pool.map(one, CHECKS))


def _examine(what: str) -> Finding | None:
    try:
        result = CHECKS[what]()
    except subprocess.TimeoutExpired:
        result = Result(slow(what))
    except Exception as error:  # a check that breaks is a finding too
        fault = stopped(what)
        detail = f"{fault.says} with {type(error).__name__}: {_sentence(str(error))}"
        return Finding(fault.status, what, detail, fault.fix, fault)
    if result is None:
        return None
    fault, detail, fix = result
    if fault is None:
        return Finding(OK, what, _sentence(detail))
    return Finding(fault.status, what, _sentence(detail or fault.says), _sentence(fix or fault.fix), fault)


def _sentence(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().rstrip(".")


def report(findings: Iterable[Finding], name: str = "") -> list[Finding]:
    """Print the findings, one line each, whether the course can start, and a code for a workshop's chat. Lesson 00.

    The code tells what is wrong, the system and the version of Python, and the `name` if one is given: no more.
    """
    seen = []
    for finding in findings:
        seen.append(finding)
        if finding.status != SKIPPED:
            fix = f". Fix: {finding.fix}." if finding.fix else ""
            print(f"{f'[{finding.status}]':<6} {finding.what}: {finding.detail}{fix}", flush=True)
    if skipped := [finding.what for finding in seen if finding.status == SKIPPED]:
        print(f"Not checked before that is fixed: {', '.join(skipped)}.")
    statuses = {finding.status for finding in seen}
    if FAIL in statuses:
        again = "restart the kernel and check again" if place.in_kernel() else "and check again"
        print(f"Not ready yet: fix each [FAIL] line, {again}.")
    else:
        print("Ready, with the warnings above." if WARN in statuses else "Ready.")
    print(f"For a workshop's chat: {codes.encode([finding.fault for finding in seen if finding.fault], name)}")
    return seen
