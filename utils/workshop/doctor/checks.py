"""The checks of the machine, the packages and the models: each gives None, or a fault with a detail and a fix.

Standard library only outside the functions; a check that needs a package is not made before there is one.
"""

import hashlib
import http.client
import importlib.util
import json
import os
import platform
import re
import shutil
import struct
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from utils.workshop.doctor import faults, place
from utils.workshop.doctor.faults import Fault
from utils.workshop.doctor.place import ROOT, run_python

REQUIREMENTS = ROOT / "requirements.txt"
MINIS = ROOT / "utils/minis"
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)
ENOUGH_GIGABYTES = 2  # of memory, and of disk; a kernel with one full-size model takes about 1 of memory
INSTALL_GIGABYTES = 4
LONGEST_ROOT = 63  # characters: torch 2.13 adds 196 below it (.venv, a licence in dist-info), and Windows takes 259
CLOUDS = re.compile(r"[\\/](OneDrive|Dropbox|Google Drive|Mobile Documents)\b", re.IGNORECASE)
LIBRARIES = ("numpy", "pandas", "scipy.stats", "sklearn.metrics", "matplotlib.pyplot", "onnxruntime", "ipywidgets")

COLAB_LACKS = {  # what lesson 08 and the recall cards need there; a newer onnx would replace the protobuf of others
    "onnx": "onnx>=1.18,<1.23",
    "onnxruntime": "onnxruntime>=1.21",
    "onnxscript": "onnxscript>=0.5",
    "fsrs": "fsrs>=6.3,<7",
}
COLAB_RUNTIME = "choose menu Runtime, Change runtime type, another Runtime version"


class Result(NamedTuple):
    """What a check says: no fault, or one; where `fix` is empty the fault's own is meant."""

    fault: Fault | None
    detail: str = ""
    fix: str = ""


def ok(detail: str) -> Result:
    return Result(None, detail)


def _installed() -> bool:
    return importlib.util.find_spec("torch") is not None


# --- the machine --------------------------------------------------------------------------------------------


def python() -> Result:
    """Python itself is one for which the packages are made."""
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return Result(faults.PYTHON_OLD, version)
    if not _installed():
        if sys.version_info[:2] > NEWEST_PYTHON:
            return Result(faults.PYTHON_NEW, f"{version} is {faults.PYTHON_NEW.says}")
        if struct.calcsize("P") < 8:
            return Result(faults.PYTHON_32_BIT)
        if (sys.platform, platform.machine()) == ("darwin", "x86_64"):
            return Result(faults.PYTHON_INTEL_MAC)
        if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
            return Result(faults.PYTHON_VENV)
    return ok(f"{version}, on {platform.system()} ({platform.machine()})")


def folder() -> Result:
    """The folder of the course is whole, can be written to, and is no trouble for the install."""
    if not REQUIREMENTS.is_file():
        return Result(faults.FOLDER_INCOMPLETE)
    try:
        for name in ("notebooks", "exercises"):
            with tempfile.TemporaryFile(dir=ROOT / name):
                pass
    except FileNotFoundError:
        return Result(faults.FOLDER_INCOMPLETE)
    except OSError as error:
        return Result(faults.FOLDER_READ_ONLY, f"{faults.FOLDER_READ_ONLY.says} in it ({error.strerror})")
    if CLOUDS.search(str(ROOT)):
        return Result(faults.FOLDER_SYNCED)
    if len(str(ROOT)) > LONGEST_ROOT and not _long_paths():
        return Result(faults.FOLDER_LONG)
    return ok("whole, and notebooks can be saved")


def _long_paths() -> bool:
    """Does the system take paths of more than 260 characters?"""
    try:
        import winreg
    except ImportError:
        return True
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
        return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])


def memory() -> Result | None:
    """Memory that programs can still take, in 10^9 bytes."""
    try:
        import psutil
    except ImportError:  # before the install
        return None
    free = min([psutil.virtual_memory().available, *_container_memory()]) / 1e9
    return Result(faults.LITTLE_MEMORY if free < ENOUGH_GIGABYTES else None, f"{free:.1f} GB free")


def _container_memory(group: Path = Path("/sys/fs/cgroup")) -> list[float]:
    """What is free of the memory that a container or a JupyterHub gives to this learner."""
    limits = [float("inf"), float(os.environ.get("MEM_LIMIT") or "inf")]  # the variable is JupyterHub's
    try:
        total = float((group / "memory.max").read_text().replace("max", "inf"))
        pages = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        limits.append(total - int((group / "memory.current").read_text()) + int(pages["inactive_file"]))
    except OSError:  # no container
        pass
    return limits


def disk() -> Result:
    """Free space on the disk that holds the course, in 10^9 bytes."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if not _installed() and free < INSTALL_GIGABYTES:
        return Result(faults.NO_ROOM_TO_INSTALL, f"{free:.1f} GB free, and the install needs {INSTALL_GIGABYTES}")
    return Result(faults.LITTLE_DISK if free < ENOUGH_GIGABYTES else None, f"{free:.1f} GB free")


def processor() -> Result:
    """How many processors the course may use; for the record."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ok(f"{count} logical processors")


# --- the packages -------------------------------------------------------------------------------------------


def packages() -> Result:
    """Every package of requirements.txt is there (else FAIL), in its range (else WARN: it may still work)."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    wanted = {re.match(r"[\w.-]+", line)[0]: line for line in lines if line.strip() and not line.startswith("#")}
    if place.in_colab():  # it brings a notebook program of its own
        wanted.pop("jupyterlab", None)
    found = {name: _version(name) for name in wanted}
    missing = [name for name, version in found.items() if version is None]
    if not _installed() and len(missing) > len(wanted) / 2:
        if place.VENV.exists() and not place.in_venv():
            return Result(faults.VENV_BROKEN)
        return Result(faults.NOT_INSTALLED, f"{len(missing)} of {len(wanted)} are not installed yet")
    outside = [name for name, version in found.items() if version and not _in_range(wanted[name], version)]
    if not missing + outside:
        return ok(f"all {len(wanted)} of requirements.txt, in their ranges")
    details = [f"{name} is missing" for name in missing]
    details += [f"{name} is {found[name]}, not {wanted[name].removeprefix(name)}" for name in outside]
    if place.in_colab() and not outside and set(missing) <= set(COLAB_LACKS):
        wanted = {name: COLAB_LACKS[name] for name in missing}
        return Result(faults.PACKAGES_LATER, ", ".join(details), f"run {_pip(wanted.values())} in a cell")
    fault = faults.PACKAGES_MISSING if missing else faults.PACKAGES_RANGE
    return Result(fault, ", ".join(details), _install(*(wanted[name] for name in missing + outside)))


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _in_range(requirement: str, version: str) -> bool:
    try:
        from packaging.requirements import Requirement
    except ImportError:  # it is among the missing ones then
        return True
    return Requirement(requirement).specifier.contains(version, prereleases=True)


def _install(*requirements: str) -> str:
    """How to install packages: on Colab, in a notebook, in the .venv that `lab` made, or in another Python."""
    if place.in_colab():
        return COLAB_RUNTIME  # Colab's own torch, numpy and ipywidgets must stay
    if place.in_kernel():
        return f"run {_pip(requirements)} in a cell, then restart the kernel"
    return "" if place.in_venv() else f"run {_pip(requirements, f'{sys.executable} -m pip')}"


def _pip(requirements: Iterable[str], pip: str = "%pip") -> str:
    return f"{pip} install " + " ".join(f'"{requirement}"' for requirement in requirements)


def pytorch() -> Result:
    """PyTorch loads. Importing it is the test: on Windows its libraries can fail to start."""
    code = """if True:
        try:
            import torch
            assert hasattr(torch, "__version__"), f"{torch.__file__} hides it"
            print(torch.__version__, torch.get_num_threads())
        except BaseException as error:
            print(type(error).__name__, error)
            raise SystemExit(3)
    """
    run = run_python(code)
    said = run.stdout.strip()
    if run.returncode == 0:
        version, threads = said.split()[-2:]
        return ok(f"{version}, {threads} threads")
    if run.returncode != 3:
        return Result(faults.TORCH_CRASHES, f"{faults.TORCH_CRASHES.says} (status {run.returncode})")
    if said.endswith("hides it"):
        return Result(faults.TORCH_HIDDEN, said.removeprefix("AssertionError "))
    if "1114" in said or ("WinError 126" in said and "torch" in said):  # github.com/pytorch/pytorch/issues/169429
        return Result(faults.TORCH_DLL, f"a library of PyTorch does not start ({said})")
    return Result(faults.TORCH_BROKEN, f"{faults.TORCH_BROKEN.says} ({said})")


def libraries() -> Result:
    """The other large packages load; most of them bring libraries of their own that can fail to start."""
    code = """if True:
        import importlib, sys
        for name in sys.argv[1:]:
            print(name, flush=True)
            try:
                importlib.import_module(name)
            except BaseException as error:
                print(f"{name} ({type(error).__name__}: {error})".replace("\\n", " "), file=sys.stderr)
        print("end")
    """
    here = [name for name in LIBRARIES if importlib.util.find_spec(name.partition(".")[0])]  # else it is missing above
    run = run_python(code, *here)
    begun = run.stdout.split()
    broken = [line for line in run.stderr.splitlines() if line.startswith(tuple(f"{name} (" for name in here))]
    if begun[-1:] != ["end"]:
        broken.append(f"{''.join(begun[-1:])} (it kills Python)")
    if broken:
        return Result(faults.LIBRARIES_BROKEN, f"these do not load: {'; '.join(broken)}")
    return ok(f"{', '.join(name.partition('.')[0] for name in here)} load")


def widgets() -> Result:
    """ipywidgets is a version that the course is made for."""
    version = metadata.version("ipywidgets")
    if version.startswith(("7.7.", "8.")):
        return ok(f"ipywidgets {version}")
    detail = f"ipywidgets {version}, but the course is made for 7.7 and 8"
    return Result(faults.WIDGETS_VERSION, detail, _install("ipywidgets>=8,<9"))


# --- the models ---------------------------------------------------------------------------------------------


def models() -> Result:
    """Which models are in use, and whether a choice can be kept."""
    from utils import checkpoints

    try:
        chosen = checkpoints.mode()
    except (ValueError, checkpoints.CheckpointError) as error:
        return Result(faults.CHOICE_UNREADABLE, fix=str(error))
    file = checkpoints.settings_file()
    source = "your choice" if file.exists() else "the default"
    if os.environ.get("COURSE_MODELS"):
        source = "set by COURSE_MODELS"
    try:
        folder = next(parent for parent in file.parents if parent.exists())
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Result(faults.CHOICE_NOT_KEPT, f"{chosen} ({source}), but another choice cannot be kept ({error})")
    return ok(f"{chosen} ({source})")


def files() -> Result:
    """Every file of the shipped checkpoints is intact."""
    try:
        lines = (MINIS / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except OSError:
        return Result(faults.MINIS_DAMAGED, "the list of checksums in utils/minis is missing")
    digests = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    bad = [name for name, digest in digests.items() if _sha256(MINIS / name) != digest]
    if bad:
        return Result(faults.MINIS_DAMAGED, f"damaged or missing in utils/minis: {', '.join(bad)}")
    checkpoints = {name.partition("/")[0] for name in digests if "/" in name}
    return ok(f"{len(checkpoints)} shipped checkpoints, every file intact")


def _sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def downloads() -> Result | None:
    """In hub mode: the published checkpoints are on this machine."""
    from utils import checkpoints

    if checkpoints.mode() != "hub":
        return None
    rows = checkpoints.CATALOGUE.values()
    absent = [row for row in rows if not checkpoints.downloaded(row.name)]
    if not absent:
        return ok(f"{len(rows)} published checkpoints, all on this machine")
    detail = f"{len(absent)} of {len(rows)} published checkpoints are not on this machine yet"
    return Result(faults.NOT_DOWNLOADED, f"{detail} ({sum(row.megabytes for row in absent):,} MB)")


def tokenizer() -> Result:
    """RoBERTa's tokenizer makes three ids of "Hello": start, the word, end. Broken versions make more, silently."""
    from utils import checkpoints

    published = checkpoints.downloaded("roberta-base") if checkpoints.mode() == "hub" else None
    code = """if True:
        import sys
        try:
            from transformers import AutoTokenizer
            print(AutoTokenizer.from_pretrained(sys.argv[1])("Hello").input_ids)
        except BaseException as error:
            print(type(error).__name__, error)
            raise SystemExit(3)
    """
    run = run_python(code, published or MINIS / "roberta-base")
    said = run.stdout.strip().rpartition("\n")[2]
    if run.returncode:
        return Result(faults.TOKENIZER_BROKEN, f"it does not load ({said or f'status {run.returncode}'})")
    wrong = len(json.loads(said)) != 3
    return Result(faults.TOKENIZER_WRONG if wrong else None, f'"Hello" becomes {said}{", not three ids" * wrong}')


# --- the workshop -------------------------------------------------------------------------------------------


def source() -> Result | None:
    """Where COURSE_FROM is set: the folder or the address of a workshop is really there."""
    given = os.environ.get("COURSE_FROM", "").strip().rstrip("/")
    if not given:
        return None
    if "://" not in given:
        from utils.workshop import room

        try:
            found = room.read(Path(given))
        except (room.RoomError, OSError) as error:
            return Result(faults.SOURCE_BAD, f"COURSE_FROM is {given}: {error}")
        return ok(f"the folder {given}, {len(found.files)} files")
    answer = _answer(f"{given}/manifest.json")
    if answer is None:
        return Result(faults.SOURCE_SILENT, f"{given} (COURSE_FROM) does not answer")
    try:
        return ok(f"{given}, {len(json.loads(answer)['files'])} files")
    except (ValueError, KeyError, TypeError):
        return Result(faults.SOURCE_BAD, f"{given} (COURSE_FROM) answers, but is no mirror of the course")


def _answer(url: str, seconds: float = 3) -> bytes | None:
    """What `url` gives within some seconds, name lookup included; no proxy is asked for a machine in the same room."""
    pages = []

    def ask() -> None:
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=seconds) as page:
                pages.append(page.read())
        except (OSError, ValueError, http.client.HTTPException):
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return pages[0] if pages else None
