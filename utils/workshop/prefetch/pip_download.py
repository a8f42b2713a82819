"""`pip download` for a platform and a Python that need not be this one, and what went wrong in a sentence."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from utils.workshop import pip_output
from utils.workshop.platforms import CPU_INDEX, PLATFORMS
from utils.workshop.room import RoomError


class NoWheel(Exception):
    """There is no wheel for a platform and a Python; the message is what was asked for, as in "torch==2.13.0"."""


def run(folder: Path, platform: str, python: str, wanted: list[str], tell: Callable[[str], None]) -> None:
    """Fetch a wheel of each package in `wanted`, and none of what they need. Raises NoWheel and RoomError."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar=off", "--retries=2", f"--dest={folder}"]
    # Some packages refuse the first releases of a Python: we ask for the last.
    command += [f"--python-version={python}.99", "--implementation=cp", f"--abi=cp{python.replace('.', '')}"]
    command += [f"--platform={tag}" for tag in PLATFORMS[platform].tags]
    cpu_builds = [package for package in wanted if package.endswith("+cpu")]
    if cpu_builds:
        _run([*command, f"--extra-index-url={CPU_INDEX}", *cpu_builds], tell, f"{CPU_INDEX} or the package index")
    if others := [package for package in wanted if package not in cpu_builds]:
        _run([*command, *others], tell, "the package index")


def _run(command: list[str], tell: Callable[[str], None], place: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        log = Path(temporary, "pip.log")
        with log.open("wb") as file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
            try:
                while process.poll() is None:
                    try:
                        process.wait(1)
                    except subprocess.TimeoutExpired:
                        tell(" ".join(_lines(log)[-1:]).strip())
            except BaseException:
                process.kill()
                process.wait()
                raise
        if process.returncode:
            raise _failure("\n".join(_lines(log)), place)


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def _failure(output: str, place: str) -> Exception:
    if pip_output.shows(output, pip_output.NO_SPACE):
        return RoomError("The disk is full: free some space and run the command again, which goes on from here.")
    if pip_output.shows(output, pip_output.NO_NETWORK):
        return RoomError(
            f"pip could not reach {place}: connect to the network and run the command again, which goes on from here."
        )
    errors = " ".join(pip_output.errors(output)[-1:])
    _, sign, package = errors.partition("No matching distribution found for ")
    if sign:
        return NoWheel(package.strip())
    return RoomError(f"pip stopped ({errors}): mend that and run the command again, which goes on from here.")
