"""Writes a checkpoint folder as a Hub repository has it, with half-precision weights, and its check sums."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase

SUMS = "SHA256SUMS"


def export(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Saves model and tokenizer into `folder`; raises ValueError where the folder does not load back whole.

    The weights are halved on disk, yet the config says "float32": a plain `from_pretrained` then computes in it.
    """
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    weights = {key: value.half() for key, value in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _rewrite(folder / "config.json", ("_name_or_path",), dtype="float32")  # half precision is slow on CPUs
    _rewrite(folder / "tokenizer_config.json", ("is_local", "local_files_only"))
    _, found = type(model).from_pretrained(folder, output_loading_info=True)
    broken = {kind: keys for kind, keys in found.items() if keys}
    if broken:
        raise ValueError(f"{folder} does not load back whole: {broken}")


def _rewrite(path: Path, without: tuple[str, ...], **fields: str) -> None:
    """Drops from a JSON file what tells of the machine that wrote it, and sets the given fields."""
    config = json.loads(path.read_text(encoding="utf-8")) | fields
    kept = {key: value for key, value in config.items() if key not in without}
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def write_sums(home: Path, names: list[str]) -> Path:
    """`SHA256SUMS` in `home`: a line per file of the named folders, as the sha256sum command writes it."""
    files = sorted(path for name in names for path in (home / name).iterdir())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(home).as_posix()}\n" for path in files
    ]
    (home / SUMS).write_text("".join(lines), encoding="utf-8")
    return home / SUMS
