"""A Jupyter Server as `lab` starts it, asked over its REST API, and stopped with all that it started."""

import asyncio
import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from utils.commands.place import ROOT, Problem

PATIENCE = 120  # seconds for the server to answer


class Server:
    """`address` (without http://), `headers` that let us in, and the process."""

    def __init__(self, port: int, token: str, process: subprocess.Popen):
        self.address, self.process = f"127.0.0.1:{port}", process
        self.headers = {"Authorization": f"token {token}"}
        self.client = AsyncHTTPClient(force_instance=True, max_clients=1_000)  # a class asks all at once

    async def ask(self, method: str, path: str, body: dict | None = None):
        """What the REST API answers, read from its JSON."""
        answer = await self.client.fetch(
            f"http://{self.address}/api/{path}",
            method=method,
            headers=self.headers,
            body=json.dumps(body) if body is not None else None,
            request_timeout=PATIENCE,
        )
        return json.loads(answer.body) if answer.body else None

    def kernel(self, kernel_id: str) -> psutil.Process:
        """The process of a kernel, which the API does not tell. Raises ProcessLookupError where there is none."""
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if any(f"kernel-{kernel_id}" in word for word in process.cmdline()):
                    return process
        raise ProcessLookupError(f"The server has no process of the kernel {kernel_id}.")


@contextlib.asynccontextmanager
async def started(threads: int | None = None) -> AsyncIterator[Server]:
    """A server with the course's settings on a free port, for the block. Raises Problem where it does not start.

    `threads` is what OMP_NUM_THREADS says to its kernels; None leaves that to the libraries.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        token, log = secrets.token_hex(16), Path(folder, "server.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "utils", "lab", "--no-browser", "--port", str(port)],
                cwd=ROOT,
                env=environment(folder, token, threads),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # so that Ctrl-C stops this command, which then stops the server
            )
        server = Server(port, token, process)
        try:
            await answers(server, log)
            yield server
        finally:
            await stop(server)


def environment(folder: str, token: str, threads: int | None) -> dict[str, str]:
    """What a learner's server has, apart from the settings and the progress of whoever measures."""
    apart = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "COURSE_SETTINGS")
    names = {**os.environ, **{name: str(Path(folder, name.lower())) for name in apart}}
    names.pop("OMP_NUM_THREADS", None)
    if threads:
        names["OMP_NUM_THREADS"] = str(threads)
    names.setdefault("COURSE_MODELS", "mini")
    return {**names, "COURSE_PROGRESS": "off", "JUPYTER_TOKEN": token}


async def answers(server: Server, log: Path) -> None:
    """Wait until the server answers."""
    for _ in range(PATIENCE * 5):
        with contextlib.suppress(OSError, HTTPClientError):
            await server.ask("GET", "status")
            return
        if server.process.poll() is not None:
            break
        await asyncio.sleep(0.2)
    last = log.read_text(errors="replace").strip().splitlines()[-1:]
    raise Problem(f"The Jupyter Server did not start ({' '.join(last)}): try python3 -m utils lab.")


async def stop(server: Server) -> None:
    """End the server and its kernels: politely, and those that stay all the same."""
    try:
        root = psutil.Process(server.process.pid)
        processes = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    try:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(server.ask("POST", "shutdown", {}), 10)
        _, processes = psutil.wait_procs(processes, timeout=10)
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        server.process.wait()
