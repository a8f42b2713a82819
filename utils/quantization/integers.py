"""From an ONNX file in float32 to one in 8-bit integers. Lesson 08."""

from pathlib import Path

from utils.quantization.files import need, new_file, quiet, read


def quantize(path: str | Path, to: str | Path) -> Path:
    """Write the ONNX model at `path` with its weights as 8-bit integers, and return the new path. Lesson 08.

    Dynamic quantization: each column of a weight matrix is kept as integers of 8 bits and one scale, the tables of
    embeddings too; what goes into a matrix product is rounded to 8 bits while the model runs, with a scale of its own
    each time, so no example texts are needed. Weights use 7 of the 8 bits: processors without instructions for it
    (VNNI) add two products in 16 bits, which would overflow.
    Raises ValueError for a file that `export` did not write, RuntimeError where a package is missing (with the line
    that installs it), and OSError where the file cannot be written, with nothing left behind.
    """
    need("onnx", "onnxruntime")
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = read(path)
    del graph.graph.value_info[:]  # the exporter's notes on shapes, at which the quantizer stops: it makes its own
    with new_file(to) as partial, quiet():
        quantize_dynamic(graph, partial, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    return Path(to)
