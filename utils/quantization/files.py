"""Files that are there whole or not at all, and libraries that keep to themselves."""

import contextlib
import importlib.util
import io
import json
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

FACTS = "course"  # where a file says what load() must know


# Asked for at once, and so that pip leaves the other packages alone: onnx 1.23 would replace the protobuf of Colab.
INSTALL = {"onnx": '"onnx<1.23"', "onnxruntime": "onnxruntime", "onnxscript": "onnxscript"}


def need(*packages: str) -> None:
    """Raise RuntimeError where packages are missing, with the line that installs all that lesson 08 lacks."""
    lacking = [package for package in INSTALL if importlib.util.find_spec(package) is None]
    if missing := [package for package in packages if package in lacking]:
        install = " ".join(INSTALL[package] for package in lacking)
        raise RuntimeError(f"{' and '.join(missing)} is missing. In a cell, run: %pip install {install}")


@contextlib.contextmanager
def new_file(path: str | Path) -> Iterator[Path]:
    """Where to write what will be the file at `path`; after an error nothing is left, and an older file is as it was.

    OSError says what to do.
    """
    path = Path(path)
    partial = path.with_name(f"{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        if not path.parent.is_dir():
            raise FileNotFoundError(f"There is no folder {path.parent}. Make it first.")
        yield partial
        partial.replace(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OSError(
            error.errno, f"{path.name} cannot be written ({error.strerror}). Free some space, or choose another folder."
        ) from None
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the notes of the exporter and the quantizer, which are not for learners, off the screen."""
    before, root, silent = logging.root.manager.disable, logging.getLogger(), logging.NullHandler()
    logging.disable(logging.CRITICAL)
    root.addHandler(silent)  # without any, the quantizer's first warning would set up one that stays
    try:
        nowhere = io.StringIO()
        with redirect_stdout(nowhere), redirect_stderr(nowhere), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.removeHandler(silent)
        logging.disable(before)


def read(path: str | Path):
    """The ONNX model in a file that `export` or `quantize` wrote. Raises ValueError for any other, or a damaged one."""
    import onnx

    if not Path(path).is_file():
        raise ValueError(f"There is no file {Path(path).name} there. quantization.export(model, path) writes one.")
    content = Path(path).read_bytes()
    try:
        model = onnx.load_model_from_string(content)
    except Exception:  # protobuf has one of its own for it
        raise ValueError(f"{Path(path).name} is damaged or no ONNX file. Write it again with export.") from None
    if FACTS not in {entry.key for entry in model.metadata_props}:
        raise ValueError(f"{Path(path).name} was not written by quantization.export, so its labels are not known.")
    return model


def facts_of(path: str | Path) -> dict:
    """What `export` noted in the file. Raises ValueError as `read` does."""
    return next(json.loads(entry.value) for entry in read(path).metadata_props if entry.key == FACTS)
