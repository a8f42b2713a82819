"""What a process takes of the memory, as Linux tells it in /proc. Megabytes are 10^6 bytes."""

import re
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
KILOBYTES = re.compile(r"^(\w+):\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Memory:
    """`unique`: its own pages. `shared`: pages that others use as well, libraries above all. `pss`: its own and its
    part of the shared ones. `peak`: all pages, its own and shared, when they were most."""

    unique: float
    shared: float
    pss: float
    peak: float


def told() -> bool:
    """Whether this system tells it: Linux does, and some containers forbid it."""
    try:
        return bool((PROC / "self/smaps_rollup").read_text())
    except OSError:
        return False


def of(pid: int) -> Memory:
    """The memory of a process. Raises OSError where it has ended."""
    now = _megabytes(PROC / f"{pid}/smaps_rollup")
    unique = now["Private_Clean"] + now["Private_Dirty"]
    return Memory(unique, now["Rss"] - unique, now["Pss"], _megabytes(PROC / f"{pid}/status")["VmHWM"])


def mapped(pid: int, ending: str) -> float:
    """Megabytes of the files with this `ending` that the process reads in place and does not copy."""
    megabytes, counts = 0.0, False
    for line in (PROC / f"{pid}/smaps").read_text(errors="replace").splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            counts = line.endswith(ending)
        elif counts and line.startswith("Rss:"):
            megabytes += int(line.split()[1]) * 1024 / 1e6
    return megabytes


def free() -> float:
    """Megabytes that new processes can still have."""
    return _megabytes(PROC / "meminfo")["MemAvailable"]


def total() -> float:
    """Megabytes that the machine has."""
    return _megabytes(PROC / "meminfo")["MemTotal"]


def _megabytes(file: Path) -> dict[str, float]:
    return {name: int(kilobytes) * 1024 / 1e6 for name, kilobytes in KILOBYTES.findall(file.read_text())}
