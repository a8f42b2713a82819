"""What a model takes in memory: its weights, and what it computes on the way. Lesson 08."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from utils.benchmarking.inputs import named, ready

SAMPLE_SECONDS = 0.005


def memory(models, batch: int = 8, tokens: int = 128, *, inputs=None):
    """Megabytes of a model, as a DataFrame with one row for each name. Lesson 08.

    `models` is a model, or a dict of models by their names. Columns: `weights` (parameters and buffers), and what a
    pass needs beyond them at its peak: `inference_mode` under `torch.inference_mode()`, and `with graph` as PyTorch
    does it unless it is told otherwise, keeping all that a later `backward()` would need. On a CPU the tensors are
    counted (what an operation takes for itself inside is not seen), on a GPU PyTorch's own count is read. Neither
    depends on what else the computer does. Models and inputs are those of `latency`.
    Raises ValueError for what is no PyTorch model, and for what it cannot read.
    """
    import pandas as pd
    import torch

    rows = {}
    for name, model in named(models).items():
        if not (isinstance(model, torch.nn.Module) and any(True for _ in model.parameters())):
            raise ValueError(
                f"{name} ({type(model).__name__}) has no weights in PyTorch, so they cannot be counted. Give a PyTorch "
                "model; of one in an ONNX file, look at the size of the file."
            )
        with ready({name: model}, batch, tokens, inputs) as runs:
            inference = _peak(runs[name], model)
        with ready({name: model}, batch, tokens, inputs, graph=True) as runs:
            graph = _peak(runs[name], model)
        rows[name] = {"weights": _weights(model), "inference_mode": inference, "with graph": graph}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _weights(model) -> float:
    """Megabytes of all parameters and buffers, those that are shared counted once."""
    tensors = [*model.parameters(), *model.buffers()]
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}
    return sum(storages.values()) / 1e6


def _peak(run: Callable, model) -> float:
    """Megabytes that a call has taken at most beyond what was there before."""
    import torch

    device = next((tensor.device for tensor in model.parameters()), torch.device("cpu"))
    if device.type == "cuda":
        run()  # the first call loads libraries that stay
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run()
        return (torch.cuda.max_memory_allocated(device) - before) / 1e6
    from utils.benchmarking.tensors_alive import TensorsAlive

    with TensorsAlive() as alive:
        run()
    return alive.peak / 1e6


class Peak:
    """`megabytes`: by how much the process grew at most since the block began, in 10^6 bytes."""

    megabytes = 0.0


@contextlib.contextmanager
def peak_memory() -> Iterator[Peak]:
    """Watch the memory of this process (its resident set) while the block runs, 200 times a second.

    For a whole engine in a process of its own; memory that the process kept from before is not seen.
    """
    import psutil

    process, peak, done = psutil.Process(), Peak(), threading.Event()
    before = process.memory_info().rss

    def watch():
        while not done.wait(SAMPLE_SECONDS):
            peak.megabytes = max(peak.megabytes, (process.memory_info().rss - before) / 1e6)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
