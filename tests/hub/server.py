"""A web server on 127.0.0.1 that answers as the Hugging Face Hub does when a model is downloaded.

with LocalHub(published()) as hub:
    ...  # a process started with HF_ENDPOINT=hub.url sees the minis under the published names, and no others
    hub.requests  # what it asked for, in order
    hub.sent  # the bytes of content it was sent, piece by piece

Answered: model_info (`/api/models/ID` and `…/revision/REV`, with sizes and digests for `?blobs=true`), the file list
(`…/tree/REV`) and the files (`/ID/resolve/REV/FILE`, by HEAD and GET, with Range), with the headers and error codes
that huggingface_hub reads. As on the Hub, weights are large files (LFS): known by their SHA-256, and answered with a
redirection to another place; the other files are known by the SHA-1 that git gives them.
"""

import hashlib
import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from utils.checkpoints import CATALOGUE, MINIS

API = re.compile(r"^/api/models/(?P<id>[^/]+/[^/]+)(?:/(?P<route>revision|tree)/(?P<revision>[^/]+)(?P<below>/.*)?)?$")
FILE = re.compile(r"^/(?P<id>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)$")
STORAGE = re.compile(r"^/storage/(?P<id>[^/]+/[^/]+)/(?P<file>.+)$")
WEIGHTS = (".safetensors", ".bin", ".h5", ".msgpack", ".ot", ".onnx")
STATUSES = {"401": "", "404": "RepoNotFound", "429": "", "500": "InternalError", "503": ""}
COMMIT_OF_MAIN = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Repository:
    """A folder of files, the commit (40 hex digits) that it stands for, and what `main` therefore means."""

    folder: Path
    commit: str

    def files(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


def published() -> dict[str, Repository]:
    """The course's minis under the names and commits of the published checkpoints."""
    return {
        row.hub_id: Repository(MINIS / row.name, COMMIT_OF_MAIN if row.revision == "main" else row.revision)
        for row in CATALOGUE.values()
    }


class LocalHub:
    """The server. `requests` lists "METHOD /path"; set `fault` at any time, and `times` to how many requests it lasts.

    401, 404, 429, 500, 503: every answer has this status (429 with `Retry-After: {retry_after}`).
    silent: connections are accepted and never answered.  slow: every answer comes at 1 kB/s.
    cut: the connection closes after the first half of a weights file.  stuck: it stays open after that half.
    broken: cut, until a request asks for the rest.  short: a weights file of another length.
    wrong: the same length, one byte is another.  portal: the login page of a Wi-Fi in place of every answer.
    A refused connection: `stop()`.
    """

    def __init__(self, repositories: dict[str, Repository]):
        self.repositories = repositories
        self.requests: list[str] = []
        self.sent: list[int] = []
        self.fault: str | None = None
        self.times: int | None = None
        self.retry_after = 300
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{port}"
        self.storage = f"http://localhost:{port}"  # another host, to which no token may go

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()  # stops at once
        return self

    def __exit__(self, *_):
        if not self._closing.is_set():
            self.stop()

    def stop(self) -> None:
        """Stop listening: from now on a connection is refused."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def fault_now(self) -> str | None:
        """The fault of the next request."""
        if self.times is None:
            return self.fault
        self.times -= 1
        return self.fault if self.times >= 0 else None

    def wait(self, seconds: float | None = None) -> bool:
        """Return when the server stops, or after `seconds`; True if it stops."""
        return self._closing.wait(seconds)


def _handler(hub: LocalHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            hub.requests.append(f"{self.command} {url.path}")
            self.fault = hub.fault_now()
            if self.fault == "silent":
                return hub.wait()
            if self.fault == "portal":
                return self._send(b"<html>Log in to use this Wi-Fi", {"Content-Type": "text/html"})
            if self.fault in STATUSES:
                wait = {"Retry-After": str(hub.retry_after)} if self.fault == "429" else {}
                return self._fail(int(self.fault), STATUSES[self.fault], wait)
            asked = API.match(url.path) or FILE.match(url.path) or STORAGE.match(url.path)
            repository = hub.repositories.get(asked["id"]) if asked else None
            if repository is None:
                return self._fail(404, "RepoNotFound")
            if asked.re is STORAGE:
                return self._content(repository, asked["file"])
            if (asked["revision"] or "main") not in (repository.commit, "main"):
                return self._fail(404, "RevisionNotFound")
            if asked.re is FILE:
                return self._file(repository, asked["id"], asked["file"])
            return self._api(repository, asked, "blobs" in parse_qs(url.query))

        do_HEAD = do_GET

        def _api(self, repository: Repository, asked: re.Match, with_sizes: bool):
            if asked["below"]:  # a folder that no checkpoint of the course has
                return self._fail(404, "EntryNotFound")
            if asked["route"] == "tree":
                answer = [_tree_entry(repository.folder, file) for file in repository.files()]
            else:
                siblings = [{"rfilename": file} for file in repository.files()]
                if with_sizes:
                    siblings = [_sibling(repository.folder, file) for file in repository.files()]
                answer = {"id": asked["id"], "sha": repository.commit, "siblings": siblings}
            self._send(json.dumps(answer).encode(), {"Content-Type": "application/json"})

        def _file(self, repository: Repository, hub_id: str, file: str):
            commit = {"X-Repo-Commit": repository.commit}
            if file not in repository.files():
                return self._fail(404, "EntryNotFound", commit)
            entry = _sibling(repository.folder, file)
            if "lfs" not in entry:
                return self._content(repository, file, commit | {"ETag": f'"{entry["blobId"]}"'})
            self.send_response(302)
            linked = {"X-Linked-Etag": f'"{entry["lfs"]["sha256"]}"', "X-Linked-Size": str(entry["size"])}
            here = {"Location": f"{hub.storage}/storage/{hub_id}/{file}", "Content-Length": "0"}
            for name, value in (commit | linked | here).items():
                self.send_header(name, value)
            self.end_headers()

        def _content(self, repository: Repository, file: str, headers: dict[str, str] | None = None):
            content = (repository.folder / file).read_bytes()
            last = None
            if file.endswith(WEIGHTS):
                headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
                if self.fault == "wrong":
                    content = content[:-1] + bytes([content[-1] ^ 1])
                if self.fault == "short":
                    content = content[:-1000]
                last = len(content) // 2 if self.fault in ("cut", "stuck") else None
                if self.fault == "broken" and "Range" not in self.headers:
                    last = len(content) // 2
            self._send(content, headers or {}, last)

        def _send(self, content: bytes, headers: dict[str, str], last: int | None = None):
            """Send `content`, from where a Range header asks for; bytes from number `last` on get lost on the way."""
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
            self.send_response(206 if start else 200)
            if start:
                headers = headers | {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            for name, value in (headers | {"Content-Length": str(len(content) - start)}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self._write(content[start:last])
                if self.fault == "stuck" and last:
                    hub.wait()

        def _write(self, content: bytes):
            sent = hub.sent  # a test that begins a new list does not want the rest of an older answer in it
            step = 250 if self.fault == "slow" else 1 << 16
            try:
                for start in range(0, len(content), step):
                    sent.append(self.wfile.write(content[start : start + step]))
                    if self.fault == "slow" and hub.wait(0.25):
                        return
            except (BrokenPipeError, ConnectionResetError):
                pass  # the other side has given up

        def _fail(self, status: int, code: str, headers: dict[str, str] | None = None):
            self.send_response(status)
            for name, value in ((headers or {}) | {"X-Error-Code": code, "Content-Length": "0"}).items():
                if value:
                    self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass  # `requests` is the log

    return Handler


def _sibling(folder: Path, file: str) -> dict:
    """A file in model_info's list."""
    content = (folder / file).read_bytes()
    git = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
    entry = {"rfilename": file, "size": len(content), "blobId": git}
    if file.endswith(WEIGHTS):
        entry["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
    return entry


def _tree_entry(folder: Path, file: str) -> dict:
    """The same file in the tree's list, which uses other words."""
    entry = _sibling(folder, file)
    large = (
        {"lfs": {"oid": entry["lfs"]["sha256"], "size": entry["size"], "pointerSize": 134}} if "lfs" in entry else {}
    )
    return {"type": "file", "path": file, "size": entry["size"], "oid": entry["blobId"]} | large
