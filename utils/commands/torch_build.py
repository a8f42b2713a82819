"""Which build of torch to ask for: on Linux the plain one brings gigabytes of CUDA that only an NVIDIA GPU can use."""

import shutil
import sys
import threading
import urllib.request
from pathlib import Path

from utils.workshop.platforms import CPU_INDEX

PATIENCE = 5  # seconds


def has_nvidia_gpu():
    return bool(shutil.which("nvidia-smi")) or Path("/proc/driver/nvidia").exists()


def answers(url, seconds=PATIENCE):
    """Whether `url` gives a page within `seconds`, name lookup included (a socket's own timeout leaves that out)."""
    pages = []

    def ask():
        try:
            with urllib.request.urlopen(url, timeout=seconds) as page:
                pages.append(page.status == 200)
        except (OSError, ValueError):
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return any(pages)


def choose():
    """Return (pip's extra arguments, whether CUDA may come along, the choice in words)."""
    if sys.platform != "linux":
        return [], False, "torch for the CPU, from the ordinary package index"
    if has_nvidia_gpu():
        return [], True, "torch with CUDA: this computer has an NVIDIA GPU"
    if answers(f"{CPU_INDEX}/torch/"):
        return ["--extra-index-url", CPU_INDEX], False, f"torch for the CPU, from {CPU_INDEX}: no NVIDIA GPU found"
    return (
        [],
        True,
        (
            "torch from the ordinary package index, which may bring unneeded CUDA libraries: "
            f"no NVIDIA GPU found, but {CPU_INDEX} did not answer"
        ),
    )
