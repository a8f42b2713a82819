"""The web server: GET and HEAD of what the table of routes holds, one request a connection, one thread each.

Threads of the standard library: each waits for its own slow learner, and writing to a socket can be given a time in
which it must end, which bounds how slowly anyone may read.
"""

import io
import os
import re
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO
from urllib.parse import unquote

from utils.workshop.mirror.files import Changed, Listed, Page
from utils.workshop.mirror.pages import ZIP, start_page
from utils.workshop.mirror.routes import Route, Routes

CONNECTIONS = 300  # answered at a time: thirty learners, for whom huggingface_hub opens eight connections each
WAITING = 512  # held by the system until one of those ends
HEAD_BYTES = 16 * 1024  # of a request with its headers; pip and huggingface_hub send less than 1,000
HEAD_SECONDS = 5  # in which they must be here; who waits behind silent connections gives up after 10
CHUNK = 64 * 1024  # bytes of a file on their way at a time
CHUNK_SECONDS = 60  # in which they must be gone: 1 kB/s at least
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
CHANGED = "This file changed on the laptop that serves it: ask your instructor to start the mirror again."


class Counts:
    """What was served so far; `changed` are the files that are not served any more."""

    def __init__(self):
        self._lock = threading.Lock()
        self.addresses: set[str] = set()
        self.changed: set[str] = set()
        self.connections = self.files = self.bytes = self.refused = self.broken_off = 0

    def add(self, **numbers: int) -> None:
        with self._lock:
            for name, number in numbers.items():
                setattr(self, name, getattr(self, name) + number)


class Mirror(ThreadingHTTPServer):
    """Listens at `address`, a pair of an IP address (empty for all of this machine) and a port (0 for any).

    Who connects before `serve_forever` waits. Raises OSError where the port cannot be had.
    """

    daemon_threads = True  # Ctrl-C waits for nobody
    block_on_close = False
    request_queue_size = WAITING
    allow_reuse_address = os.name != "nt"  # on Windows it would let two mirrors have one port
    allow_reuse_port = False

    def __init__(self, address: tuple[str, int]):
        self.counts = Counts()
        self.places = threading.Semaphore(_places())
        super().__init__(address, Request)

    def offer(self, routes: Routes, what: str) -> None:
        """Say what there is to serve; `what` is a sentence on it for the start page."""
        self.routes, self.what = routes, what

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer's own would ask the network for this machine's name

    @property
    def port(self) -> int:
        return self.server_address[1]

    def process_request(self, request, client_address):
        self.places.acquire()  # the next connection waits until one ends
        try:
            super().process_request(request, client_address)
        except BaseException:
            self.places.release()
            raise

    def process_request_thread(self, request, client_address):
        self.counts.add(connections=1)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.counts.add(connections=-1)
            self.places.release()

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # those are connections that broke off
            print(f"\nAn answer to {client_address[0]} failed: {error!r}", file=sys.stderr)


class Request(BaseHTTPRequestHandler):
    """One request and its answer."""

    server: Mirror
    protocol_version = "HTTP/1.1"
    default_request_version = request_version = "HTTP/1.1"  # so that an answer always has a status and headers
    command = requestline = ""  # until they are read
    disable_nagle_algorithm = True

    def handle(self):
        self.server.counts.addresses.add(self.client_address[0])
        head = _read_head(self.connection)
        self.connection.settimeout(CHUNK_SECONDS)
        if head is None:
            return self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self.rfile = io.BytesIO(head)
        self.handle_one_request()

    def do_GET(self):
        path = unquote(self.path.partition("?")[0])
        route = self._start() if path == "/" else self.server.routes.find(path)
        if route is None:
            return self._refuse(HTTPStatus.NOT_FOUND, self.server.routes.missing(path))
        try:
            file = route.answer.open()
        except Changed as changed:
            self.server.counts.changed.add(str(changed))
            return self._refuse(HTTPStatus.GONE, {"X-Error-Message": CHANGED})
        with file:
            self._answer(route, file)

    do_HEAD = do_GET

    def _start(self) -> Route:
        """The start page, with the address that this learner reached."""
        host, port = self.connection.getsockname()
        page = start_page(f"http://{host}:{port}", self.server.what, self.server.routes.find(f"/{ZIP}") is not None)
        return Route(Page(page.encode()))

    def _answer(self, route: Route, file: BinaryIO) -> None:
        size, etag = route.answer.bytes, f'"{route.answer.sha256}"'
        headers = route.headers | {"ETag": etag, "Accept-Ranges": "bytes", "Content-Type": route.answer.kind}
        if etag in self.headers.get("If-None-Match", ""):  # pip has it in its cache
            return self._head(HTTPStatus.NOT_MODIFIED, headers)
        asked = self.headers.get("Range", "") if self.headers.get("If-Range", etag) == etag else ""
        span = _span(asked, size)
        if span is None:
            return self._refuse(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, {"Content-Range": f"bytes */{size}"})
        headers["Content-Length"] = str(len(span))
        if len(span) < size:
            headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
        self._head(HTTPStatus.PARTIAL_CONTENT if len(span) < size else HTTPStatus.OK, headers)
        if self.command == "GET":
            self._send(file, span)
            self.server.counts.add(files=isinstance(route.answer, Listed))

    def _send(self, file: BinaryIO, span: range) -> None:
        file.seek(span.start)
        left = len(span)
        while left:
            chunk = file.read(min(CHUNK, left))
            try:
                if not chunk:
                    raise ConnectionAbortedError("the file became shorter")
                self.wfile.write(chunk)
            except OSError:
                self.server.counts.add(broken_off=1)
                raise
            left -= len(chunk)
            self.server.counts.add(bytes=len(chunk))

    def _head(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Connection": "close"}).items():
            self.send_header(name, value)
        self.end_headers()

    def _refuse(self, status: HTTPStatus, headers: dict[str, str] | None = None) -> None:
        if status != HTTPStatus.NOT_FOUND:  # libraries ask for many files that a checkpoint may lack
            self.server.counts.add(refused=1)
        text = f"{status.value} {status.phrase}\n".encode()
        self._head(status, (headers or {}) | {"Content-Type": "text/plain", "Content-Length": str(len(text))})
        if self.command != "HEAD":
            self.wfile.write(text)

    def send_error(self, code, message=None, explain=None):
        self._refuse(HTTPStatus(code))  # what the base class found wrong with a request, without repeating it

    def version_string(self):
        return "course-mirror"

    def log_message(self, *_):
        pass  # the counts are the log


def _read_head(connection: socket.socket) -> bytes | None:
    """A request up to its empty line; empty if it never comes, None if it is too long. Raises TimeoutError."""
    head, end = b"", time.monotonic() + HEAD_SECONDS
    while b"\r\n\r\n" not in head:
        if len(head) > HEAD_BYTES:
            return None
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        received = connection.recv(4096)
        if not received:
            return b""
        head += received
    return head


def _span(header: str, size: int) -> range | None:
    """The bytes that a Range header asks for: all where it makes no sense, None where there are none there."""
    asked = RANGE.fullmatch(header)
    if not asked or asked[0] == "bytes=-":
        return range(size)
    first, last = asked.groups()
    if not first:
        return range(max(0, size - int(last)), size) if int(last) and size else None
    if last and int(last) < int(first):
        return range(size)
    return range(int(first), min(size, int(last or size) + 1)) if int(first) < size else None


def _places() -> int:
    """How many connections can be answered at a time, where each needs a socket and a file."""
    try:
        import resource
    except ImportError:  # Windows sets no such limit
        return CONNECTIONS
    wanted = 2 * CONNECTIONS + 100
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:  # macOS allows 256 unless it is asked
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, (soft - 100) // 2))
