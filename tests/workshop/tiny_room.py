"""A room folder of a few kilobytes: two wheels that pip installs, a checkpoint of invented bytes, a course.zip."""

import io
import zipfile
from pathlib import Path

from utils.workshop import room

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUB_ID = "FacebookAI/roberta-base"
CHECKPOINT = {"config.json": b'{"model_type": "roberta"}\n', "model.safetensors": bytes(range(256)) * 8}


def make(folder: Path, pythons=("3.11", "3.12", "3.13", "3.14"), platforms=("linux-x86_64",)) -> room.Room:
    """Fill `folder` and read it back. The wheels: tiny_first 1.0, which needs tiny_second 2.0."""
    files = {
        "wheels/tiny_first-1.0-py3-none-any.whl": wheel("tiny_first", "1.0", needs=["tiny_second"]),
        "wheels/tiny_second-2.0-py3-none-any.whl": wheel("tiny_second", "2.0"),
        "course.zip": zipped({"course/README.md": "A course.\n"}),
    }
    files |= {f"hub/{HUB_ID}/{COMMIT}/{name}": content for name, content in CHECKPOINT.items()}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    list_files(folder, files, pythons, platforms)
    return room.read(folder)


def list_files(folder: Path, names, pythons=("3.11",), platforms=("linux-x86_64",)) -> None:
    """Write the manifest of `folder` as if it held just the files `names`."""
    checkpoints = {HUB_ID: room.Checkpoint("main", COMMIT, tuple(CHECKPOINT))}
    if not all(f"hub/{HUB_ID}/{COMMIT}/{name}" in names for name in CHECKPOINT):
        checkpoints = {}
    files = {name: room.measure(folder / name) for name in names}
    room.write(folder, room.Manifest("unknown", "2026-11-21", tuple(pythons), tuple(platforms), checkpoints, files))


def wheel(name: str, version: str, needs=(), tag: str = "py3-none-any") -> bytes:
    """The bytes of a wheel with one module, `name`, whose `VERSION` is the version."""
    info = f"{name}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {need}" for need in needs]
    members = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = "".join(f"{member},,\n" for member in [*members, f"{info}/RECORD"])
    return zipped({**members, f"{info}/RECORD": record})


def zipped(members: dict[str, str]) -> bytes:
    """The bytes of a zip file, the same at every call."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()
