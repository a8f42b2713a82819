"""What a benchmark measures: memory at its peak, the machine's own speed, and the arithmetic of an encoder."""

import contextlib
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator

SAMPLE_SECONDS = 0.005


class Peak:
    """`megabytes`: by how much the process grew at most since the block began, in 10^6 bytes."""

    megabytes = 0.0


@contextlib.contextmanager
def peak_memory() -> Iterator[Peak]:
    """Watch the memory of this process (its resident set) while the block runs, 200 times a second."""
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


def matrix_product_speed(repeats: int = 7) -> float:
    """How fast this machine multiplies matrices in float32, in 10^9 operations a second: the best of two sizes.

    One is square and large, the other is a batch of 1,024 tokens on its way into a feed-forward layer of RoBERTa.
    """
    import torch

    speeds = []
    for rows, inner, columns in ((2048, 2048, 2048), (1024, 768, 3072)):
        left, right = torch.randn(rows, inner), torch.randn(inner, columns)
        left @ right
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            left @ right
            times.append(time.perf_counter() - start)
        speeds.append(2 * rows * inner * columns / statistics.median(times) / 1e9)
    return max(speeds)


def encoder_operations(model, lengths: Iterable[int]) -> float:
    """The operations, in 10^9, of matrix products in one pass of rows of these lengths through the encoder alone.

    PyTorch counts them on a copy of the encoder without weights. Padding, embeddings, normalisation, activation and
    the head are left out.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        encoder = type(model)(model.config).eval().base_model
    total = 0
    for length, rows in Counter(lengths).items():
        with FlopCounterMode(display=False) as counter, torch.inference_mode():
            encoder(input_ids=torch.ones(1, length, dtype=torch.long, device="meta"))
        total += rows * counter.get_total_flops()
    return total / 1e9
