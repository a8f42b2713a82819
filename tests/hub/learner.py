"""A learner in this process, for whom the only Hub there is is the local one."""

import os
import socket

import pytest


def begin(monkeypatch: pytest.MonkeyPatch, address: str, cache) -> None:
    """Hub mode at `address`, with `cache` for the downloads, and nothing set that keeps from asking."""
    for name in [*os.environ]:
        if name.startswith(("HF_", "TRANSFORMERS_", "COURSE_FROM")):
            monkeypatch.delenv(name)
    for name, value in {"HF_ENDPOINT": address, "HF_HUB_CACHE": cache, "COURSE_MODELS": "hub", "NO_PROXY": "*"}.items():
        monkeypatch.setenv(name, str(value))


def without_network(monkeypatch: pytest.MonkeyPatch) -> list:
    """From now on no socket of this process connects. Returns the list of tries."""
    tries = []

    def connect(self, address):
        tries.append(address)
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tries
