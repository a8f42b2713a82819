"""The computers that a workshop meets: what pip and a requirement's marker call each. Standard library only."""

import platform
import re
import sys
import sysconfig
from typing import NamedTuple

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"  # on Linux the ordinary index gives torch with gigabytes of CUDA


class Platform(NamedTuple):
    """What a platform is called in words and in markers (os_name …), and the platform tags of the wheels it takes."""

    words: str
    tags: tuple[str, ...]
    markers: dict[str, str]


def _linux(machine: str) -> Platform:
    # glibc 2.28 is of 2018: every Linux that is still looked after has it, and torch needs it.
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(28, 4, -1)]
    tags += [f"{old}_{machine}" for old in ("manylinux2014", "manylinux2010", "manylinux1", "linux")]
    markers = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": machine}
    return Platform(f"Linux ({machine})", tuple(tags), markers)


def _windows(machine: str, tag: str, words: str) -> Platform:
    markers = {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": machine}
    return Platform(words, (tag,), markers)


def _macos(machine: str, words: str) -> Platform:
    # macOS 14 is the oldest for which torch and ONNX Runtime have wheels. pip adds the tags of older ones by itself.
    markers = {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": machine}
    return Platform(words, (f"macosx_14_0_{machine}",), markers)


PLATFORMS = {
    "linux-x86_64": _linux("x86_64"),
    "linux-arm64": _linux("aarch64"),
    "windows-x86_64": _windows("AMD64", "win_amd64", "Windows (x86_64)"),
    "windows-arm64": _windows("ARM64", "win_arm64", "Windows (ARM)"),
    "macos-arm64": _macos("arm64", "macOS (Apple silicon)"),
    "macos-x86_64": _macos("x86_64", "macOS (Intel)"),
}
WHEEL_MACHINES = {"x86_64": ("x86_64", "amd64"), "arm64": ("arm64", "aarch64")}
WHEEL_SYSTEMS = {"linux": ("linux", "manylinux"), "windows": ("win_",), "macos": ("macosx",)}


def this() -> str:
    """The name of this computer's platform as this Python sees it; a name outside `PLATFORMS` where it is no such."""
    system = {"linux": "linux", "win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    # An x86_64 Python runs on Windows for ARM too, so there ask what Python was built for.
    machine = sysconfig.get_platform().removeprefix("win-") if system == "windows" else platform.machine()
    return f"{system}-{ {'amd64': 'x86_64', 'aarch64': 'arm64'}.get(machine.lower(), machine.lower()) }"


def words(name: str) -> str:
    """A platform's name for people."""
    return PLATFORMS[name].words if name in PLATFORMS else name


def fits(wheel: str, name: str, python: str) -> bool:
    """Whether the wheel with this file name can be installed on the platform `name` under `python`, as in "3.13"."""
    pythons, abis, platforms = (part.split(".") for part in wheel.removesuffix(".whl").split("-")[-3:])
    minor = int(python.split(".")[1])
    right_python = "py3" in pythons or f"cp3{minor}" in pythons or f"py3{minor}" in pythons
    if not right_python and "abi3" in abis:
        oldest = [int(match[1]) for match in map(re.compile(r"cp3(\d+)").fullmatch, pythons) if match]
        right_python = any(old <= minor for old in oldest)
    right_abi = bool({"none", "abi3", f"cp3{minor}"} & set(abis))
    return right_python and right_abi and any(_runs(tag, name) for tag in platforms)


def _runs(tag: str, name: str) -> bool:
    system, _, machine = name.partition("-")
    machines = (*WHEEL_MACHINES.get(machine, (machine,)), *(["universal2"] if system == "macos" else []))
    return tag == "any" or (tag.startswith(WHEEL_SYSTEMS.get(system, system)) and tag.endswith(machines))
