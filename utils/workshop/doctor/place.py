"""Where the examined Python stands. Standard library only."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
SECONDS = 120  # for what may load for the first time, from a slow disk, under a virus scanner
COMMAND = "python -m utils" if os.name == "nt" else "python3 -m utils"


def in_colab() -> bool:
    return "google.colab" in sys.modules


def in_kernel() -> bool:
    """Does a notebook run this?"""
    kernel = sys.modules.get("ipykernel.kernelapp")
    return bool(kernel and kernel.IPKernelApp.initialized())


def in_jupyter() -> bool:
    """Did a Jupyter server, such as JupyterLab's, start this kernel?"""
    return in_kernel() and bool(os.environ.get("JPY_SESSION_NAME"))


def in_venv() -> bool:
    """Is this the Python that `lab` installed?"""
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def run_python(code: str, *arguments: object, seconds: float = SECONDS) -> subprocess.CompletedProcess:
    """Run some code in a Python of its own, which may crash. Raises subprocess.TimeoutExpired."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"},
    )
