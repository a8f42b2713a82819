"""How fast this machine multiplies matrices, and how much of that speed a model reaches. Lesson 08."""

import contextlib
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Mapping

from utils import last_layer
from utils.benchmarking.inputs import synchronise, threads_of

# Square and large; and a batch of 1,024 tokens on its way into a feed-forward layer of RoBERTa, and out of it.
SHAPES = ((2048, 2048, 2048), (1024, 768, 3072), (1024, 3072, 768))


def matmul_limit(repeats: int = 9, threads: int | None = None, device: str = "cpu") -> float:
    """The most that this machine reaches multiplying float32 matrices, in 10^9 operations a second. Lesson 08.

    The fastest of the repeats at the best of three shapes: no model's matrix products run faster. A product of
    (rows, inner) and (inner, columns) takes 2 x rows x inner x columns operations. Under two seconds on two cores.
    """
    with threads_of(threads):
        return max(max(_product_speeds(shape, repeats, device)) for shape in SHAPES)


def matrix_product_speed(repeats: int = 7) -> float:
    """How fast this machine usually multiplies float32 matrices now, in 10^9 operations a second.

    The median of the repeats at the better of two shapes: what the machine gives while it also does other work.
    """
    return max(statistics.median(_product_speeds(shape, repeats, "cpu")) for shape in SHAPES[:2])


def operations(model, batch: int = 1, tokens: int = 128) -> float:
    """The operations, in 10^9, of all matrix products in one pass of the model at (batch, tokens). Lesson 08.

    PyTorch counts them on a copy without weights. Embeddings (a look-up), normalisation and activation are left out.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    copy = without_weights(model)
    input_ids = torch.ones(batch, tokens, dtype=torch.long, device="meta")
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        copy(input_ids=input_ids)
    return counter.get_total_flops() / 1e9


def limit_shares(table, models: Mapping, limit: float):
    """The share of `limit` that each row of `sweep` reaches, from 0 to 1, indexed as (model, batch, tokens). Lesson 08.

    Its operations over its median time, over what `matmul_limit` returned. Raises ValueError for a model that is
    not in `models`.
    """
    import pandas as pd

    missing = set(table["model"]) - set(models)
    if missing:
        raise ValueError(f"The table has {sorted(missing)[0]!r} and models has not. Give all models of the table.")
    shares = {}
    for row in table.itertuples():
        per_second = operations(models[row.model], row.batch, row.tokens) / (row.median / 1_000)
        shares[row.model, row.batch, row.tokens] = per_second / limit
    return pd.Series(shares, name="share").rename_axis(["model", "batch", "tokens"])


def encoder_operations(model, lengths: Iterable[int], one_position: bool = False) -> float:
    """The operations, in 10^9, of matrix products in one pass of rows of these lengths through the encoder alone.

    With `one_position` the last layer is computed at one token only, as `scoring` does it (utils/last_layer.py).
    """
    import torch

    encoder, total = without_weights(model).base_model, 0.0
    first = torch.zeros(1, dtype=torch.long, device="meta")
    for length, rows in Counter(lengths).items():
        with last_layer.only_at(encoder, first) if one_position else contextlib.nullcontext():
            total += rows * operations(encoder, 1, length)
    return total


def without_weights(model):
    """The same architecture on the meta device: shapes and no memory."""
    import torch

    if getattr(model, "device", None) == torch.device("meta"):
        return model
    with torch.device("meta"):
        return type(model)(model.config).eval()


def _product_speeds(shape: tuple[int, int, int], repeats: int, device: str) -> list[float]:
    """The speed of each repeat, in 10^9 operations a second."""
    import torch

    rows, inner, columns = shape
    left, right = torch.randn(rows, inner, device=device), torch.randn(inner, columns, device=device)
    left @ right
    speeds = []
    for _ in range(repeats):
        synchronise()
        start = time.perf_counter()
        left @ right
        synchronise()
        speeds.append(2 * rows * inner * columns / (time.perf_counter() - start) / 1e9)
    return speeds
