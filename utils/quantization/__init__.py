"""A model outside PyTorch, in ONNX Runtime, there in 8-bit integers: a quarter of the size, often faster. Lesson 08.

`export` writes a file, `quantize` writes a smaller one from it, `load` runs either. Nothing here prints.
"""

import os
from pathlib import Path

from utils.quantization.exporting import export
from utils.quantization.files import need
from utils.quantization.integers import quantize

__all__ = ["export", "load", "quantize"]

# ONNX Runtime 1.29 and later tell Microsoft of the models they load, unless this is set before they are imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def load(path: str | Path, threads: int | None = None):
    """The model in an ONNX file that `export` or `quantize` wrote, run by ONNX Runtime on the CPU. Lesson 08.

    It is called as the model was that it came from: `model(**tokenizer(texts, return_tensors="pt")).logits`, and
    `evaluation.classify` and `benchmarking.latency` take it too. It computes with `threads` threads (None: as many as
    PyTorch uses now).
    Raises ValueError for a file that is missing, damaged, or written by something else, and RuntimeError where a
    package is missing (with the line that installs it).
    """
    need("onnx", "onnxruntime")
    from utils.quantization.running import load

    return load(path, threads)
