"""The wheels that a platform and a Python need, fetched by pip into one folder.

pip can fetch for another platform, but it reads the conditions of requirements (`; sys_platform == "win32"`) for the
computer that it runs on. So it is asked for wheels alone, and what each needs is read from the wheel, for the platform
that is meant. The versions are those of constraints.txt, so there is nothing to choose between.
"""

import zipfile
from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from utils.workshop.platforms import PLATFORMS, fits
from utils.workshop.prefetch import pip_download
from utils.workshop.room import RoomError

ONE_PYTHON = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}


class Target(NamedTuple):
    """A platform by its name, as in "linux-x86_64", and a Python, as in "3.13"."""

    platform: str
    python: str

    def asks_for(self, requirement: Requirement, extras: set[str]) -> bool:
        """Whether the requirement, of a package that was asked for with `extras`, counts for this target."""
        if requirement.marker is None:
            return True
        known = {**PLATFORMS[self.platform].markers, **ONE_PYTHON, "python_version": self.python}
        versions = f"{self.python}.0", f"{self.python}.99"  # what either needs
        return any(
            requirement.marker.evaluate({**known, "python_full_version": version, "extra": extra})
            for version in versions
            for extra in ["", *extras]
        )


def read_requirements(file: Path) -> list[Requirement]:
    """The requirements in a file that holds nothing else."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def collect(
    folder: Path, target: Target, wanted: list[Requirement], pins: list[Requirement], tell: Callable[[str], None]
) -> list[Path]:
    """The wheels in `folder` that install the requirements `wanted` on the target; what is missing is fetched.

    Raises pip_download.NoWheel, and RoomError for what the network, the disk or pip did.
    """
    pinned = {canonicalize_name(pin.name): pin.specifier for pin in pins}
    if target.platform.startswith("linux") and "torch" in pinned:
        pinned["torch"] = SpecifierSet(f"{pinned['torch']}+cpu")  # the plain one brings gigabytes of CUDA
    chosen: dict[str, Path] = {}
    seen: set[str] = set()
    while wanted:
        asked: dict[str, SpecifierSet] = {}
        for requirement in wanted:
            name = canonicalize_name(requirement.name)
            if name not in chosen:
                asked[name] = pinned.get(name, asked.get(name, SpecifierSet()) & requirement.specifier)
        found = _present(folder, asked, target)
        missing = [f"{name}{versions}" for name, versions in asked.items() if name not in found]
        if missing:
            pip_download.run(folder, *target, missing, tell)
            found = _present(folder, asked, target)
        for name, versions in asked.items():
            if name not in found:
                raise RoomError(f"pip did not leave a whole wheel of {name}{versions}: run the command again.")
        chosen |= found

        needed: list[Requirement] = []
        for requirement in wanted:
            wheel = chosen[canonicalize_name(requirement.name)]
            _check_version(requirement, wheel)
            needed += [need for need in needs(wheel) if target.asks_for(need, requirement.extras)]
        wanted = [need for need in needed if str(need) not in seen]
        seen |= {str(need) for need in wanted}
    return sorted(chosen.values())


def needs(wheel: Path) -> list[Requirement]:
    """What a wheel says that it needs. Raises BadZipFile or KeyError for a torn one."""
    with zipfile.ZipFile(wheel) as archive:
        members = [member for member in archive.namelist() if member.endswith(".dist-info/METADATA")]
        if not members:
            raise KeyError("METADATA")
        metadata = PathDistribution(zipfile.Path(archive, members[0].removesuffix("METADATA")))
        return [Requirement(line) for line in metadata.requires or []]


def _present(folder: Path, asked: dict[str, SpecifierSet], target: Target) -> dict[str, Path]:
    """For each name the newest wheel in `folder` that serves. A torn one, left by a full disk, is deleted."""
    found = defaultdict(list)
    for path in folder.glob("*.whl"):
        try:
            name, version, _, _ = parse_wheel_filename(path.name)
        except InvalidWheelFilename:
            continue
        if name in asked and asked[name].contains(version, prereleases=True) and fits(path.name, *target):
            try:
                needs(path)
                found[name].append((version, path))
            except (zipfile.BadZipFile, KeyError):
                path.unlink()
    return {name: max(wheels)[1] for name, wheels in found.items()}


def _check_version(requirement: Requirement, wheel: Path) -> None:
    """Raise RoomError where two packages ask for different versions: pip would refuse the room later."""
    version = parse_wheel_filename(wheel.name)[1]
    if not requirement.specifier.contains(version, prereleases=True):
        raise RoomError(f"{wheel.name} does not serve {requirement}, which another package needs: pin a version of it.")
