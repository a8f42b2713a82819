"""Do kernels share the weights of a checkpoint? RoBERTa at its published size, with weights of chance, tells.

transformers reads a safetensors file in place where the type on disk is the type in use, as in the published
checkpoints, and its pages are then shared. Another type on disk, as in the minis, must be converted, which is a copy.
"""

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

from utils import checkpoints
from utils.commands.bench.classroom import memory
from utils.commands.place import ROOT

NAME, PROCESSES = "roberta-base", 3
ON_DISK = ("float32", "float16")


def measure() -> dict:
    """Megabytes of a process: `weights` (in float32), and for each type on disk what is `unique` and what `mapped`.

    `unique` is what it has to itself beyond a process without a checkpoint.
    """
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", f"from {__name__} import save; save({folder!r})"], cwd=ROOT, check=True)
        empty, _ = held("")
        found = {"weights": (Path(folder, "float32") / "model.safetensors").stat().st_size / 1e6}
        for dtype in ON_DISK:
            unique, mapped = held(str(Path(folder, dtype)))
            found[dtype] = {"unique": max(0, unique - empty), "mapped": mapped}
    return found


def held(folder: str) -> tuple[float, float]:
    """The mean of the unique and of the mapped megabytes of processes that have loaded the checkpoint at once."""
    command = [sys.executable, "-c", f"from {__name__} import hold; hold({folder!r})"]
    with contextlib.ExitStack() as stack:
        processes = []
        for _ in range(PROCESSES):
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            stack.enter_context(process)
            stack.callback(process.terminate)
            processes.append(process)
        for process in processes:
            if not process.stdout.readline():
                raise RuntimeError("A process ended before it had loaded the checkpoint.")
        uniques = [memory.of(process.pid).unique for process in processes]
        mapped = [memory.mapped(process.pid, ".safetensors") for process in processes]
        return sum(uniques) / PROCESSES, sum(mapped) / PROCESSES


def save(folder: str) -> None:
    """Write the checkpoint once in each type."""
    import torch

    checkpoints.prepare()
    with contextlib.redirect_stdout(None):
        model = checkpoints.blueprint(NAME, device="cpu")
    for dtype in ON_DISK:
        model.to(getattr(torch, dtype)).save_pretrained(Path(folder, dtype))


def hold(folder: str) -> None:
    """Load the checkpoint as a lesson does, use all of it, and wait to be ended."""
    import torch

    checkpoints.prepare()
    from transformers.models.roberta import RobertaModel

    if folder:
        model = RobertaModel.from_pretrained(folder, dtype=torch.float32)
        for weight in model.parameters():
            weight.sum()
    print("ready", flush=True)
    sys.stdin.read()
