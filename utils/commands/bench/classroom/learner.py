"""A learner, as the server sees one: opens a notebook in a kernel of its own and runs it cell by cell."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from jupyter_client.session import Session, json_default
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from utils.commands.bench.classroom.server import Server
from utils.commands.place import ROOT

CELL_SECONDS = 900  # a full class on few cores takes its time
SHOWS = ("stream", "display_data", "execute_result")
GONE = ("restarting", "autorestarting", "dead")
SHARED_CELL = "first-cell"  # in each notebook: it only finds the course, and is no result


class CellError(Exception):
    """A cell failed; the message says which, and how."""


@dataclass
class Lesson:
    """What one learner saw of a lesson: seconds since it was opened, and what went wrong.

    `before_first` and `computing` are the seconds that its kernel had a core, up to the first result and to the end.
    """

    kernel: psutil.Process | None = None
    kernel_id: str = ""
    first: float | None = None
    end: float | None = None
    before_first: float | None = None
    computing: float | None = None
    error: str = ""


async def run(server: Server, path: Path) -> Lesson:
    """Open the notebook at `path` and run it; the kernel stays. What fails is in `error`."""
    lesson, start = Lesson(), time.monotonic()
    session = Session()
    try:
        model = {"name": "python3", "path": path.relative_to(ROOT).as_posix()}
        lesson.kernel_id = (await server.ask("POST", "kernels", model))["id"]
        lesson.kernel = server.kernel(lesson.kernel_id)
        address = f"ws://{server.address}/api/kernels/{lesson.kernel_id}/channels?session_id={session.session}"
        socket = await websocket_connect(HTTPRequest(address, headers=server.headers, request_timeout=CELL_SECONDS))
        try:
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type != "code":
                    continue
                shown = await asyncio.wait_for(run_cell(socket, session, cell), CELL_SECONDS)
                if lesson.first is None and shown and cell.id != SHARED_CELL:
                    lesson.first, lesson.before_first = shown - start, computing(lesson.kernel)
            lesson.end, lesson.computing = time.monotonic() - start, computing(lesson.kernel)
        finally:
            socket.close()
    except CellError as error:
        lesson.error = str(error)
    except TimeoutError:
        lesson.error = f"a cell ran past {CELL_SECONDS} seconds"
    except (OSError, HTTPClientError, psutil.Error) as error:
        lesson.error = f"the kernel cannot be reached ({error})"
    return lesson


async def run_cell(socket, session: Session, cell) -> float | None:
    """Run a cell to its end; when it first showed something, or None. Raises CellError."""
    content = {"code": cell.source, "silent": False, "store_history": True, "user_expressions": {}}
    request = session.msg("execute_request", {**content, "allow_stdin": False, "stop_on_error": True})
    await socket.write_message(json.dumps({**request, "channel": "shell"}, default=json_default))
    shown, waiting = None, {"reply", "idle"}  # they come on two channels, in any order
    while waiting:
        text = await socket.read_message()
        if text is None:
            raise CellError(f"cell {cell.id}: the server closed the connection")
        message = json.loads(text)
        kind, content = message["header"]["msg_type"], message["content"]
        state = content.get("execution_state") if kind == "status" else None
        if state in GONE:
            raise CellError(f"cell {cell.id}: the kernel died, most often for lack of memory")
        if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
            continue
        if kind == "error":
            raise CellError(f"cell {cell.id}: {content['ename']}: {content['evalue']}")
        if kind in SHOWS:
            shown = shown or time.monotonic()
        elif kind == "execute_reply":
            waiting.discard("reply")
        elif state == "idle":
            waiting.discard("idle")
    return shown


def computing(kernel: psutil.Process) -> float:
    """Seconds that the kernel has had a core."""
    times = kernel.cpu_times()
    return times.user + times.system
