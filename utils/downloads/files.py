"""A file of a checkpoint, which of them are needed, and whether the bytes are the right ones."""

import fnmatch
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

SMALL_FILES = ["README.md", "config.json", "tokenizer*.json", "vocab.*", "merges.txt", "special_tokens_map.json"]
WEIGHTS = ["model.safetensors", "pytorch_model.bin"]  # the first of them that there is
COMMIT = re.compile(r"[0-9a-f]{40}")
DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")


@dataclass(frozen=True)
class File:
    """One file. `digest` is its SHA-256 (64 hex digits) or, of small files, the SHA-1 that git gives it (40)."""

    name: str
    bytes: int
    digest: str


@dataclass(frozen=True)
class Listing:
    """The needed files of one commit of a repository of the Hub."""

    hub_id: str
    commit: str
    files: list[File]

    @property
    def bytes(self) -> int:
        """How much there is to download, where nothing is on this machine yet."""
        return sum(file.bytes for file in self.files)


def needed(names: list[str]) -> list[str]:
    """What a checkpoint needs to be loaded: its config, tokenizer and card, and its weights in one format."""
    plain = [name for name in names if not re.search(r"[/\\]", name)]
    small = [name for name in plain if any(fnmatch.fnmatchcase(name, pattern) for pattern in SMALL_FILES)]
    return small + [name for name in WEIGHTS if name in plain][:1]


def loadable(names: list[str]) -> bool:
    """True if these files are enough to load a model and its tokenizer."""
    tokenizer = any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in ("tokenizer.json", "vocab.*"))
    return tokenizer and "config.json" in names and any(name in names for name in WEIGHTS)


def is_intact(path: Path, digest: str) -> bool:
    """True if the file at `path` has this digest. Reads all of it: 500 MB take about a second."""
    sha256 = len(digest) == 64
    found = hashlib.sha256() if sha256 else hashlib.sha1(f"blob {path.stat().st_size}\0".encode())
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return found.hexdigest() == digest
