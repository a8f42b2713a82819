"""Which build of torch is asked for."""

import http.server
import shutil
import socket
import sys
import threading

import pytest

from utils.commands import torch_build


@pytest.fixture
def local_index():
    """The address of a server that answers every request with a page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_no_gpu_takes_the_cpu_index_where_it_answers(monkeypatch, local_index):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch_build, "has_nvidia_gpu", lambda: False)
    monkeypatch.setattr(torch_build, "CPU_INDEX", local_index)
    arguments, cuda, choice = torch_build.choose()
    assert arguments == ["--extra-index-url", local_index] and not cuda and "no NVIDIA GPU found" in choice


def test_no_gpu_takes_the_ordinary_index_where_the_other_is_silent(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(torch_build, "has_nvidia_gpu", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert torch_build.answers(url, seconds=0.5) is False
    monkeypatch.setattr(torch_build, "CPU_INDEX", url)  # closed by now
    arguments, cuda, choice = torch_build.choose()
    assert arguments == [] and cuda and "did not answer" in choice


def test_a_gpu_and_other_systems_take_the_ordinary_index(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/nvidia-smi" if name == "nvidia-smi" else None)
    assert torch_build.choose() == ([], True, "torch with CUDA: this computer has an NVIDIA GPU")
    for system in ("darwin", "win32"):
        monkeypatch.setattr(sys, "platform", system)
        assert torch_build.choose()[:2] == ([], False)
