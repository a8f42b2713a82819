"""A web server on 127.0.0.1 that answers what huggingface_hub asks when it downloads a model.

with LocalHub({"owner/name": Repository(folder, commit)}) as hub:
    ...  # a process started with HF_ENDPOINT=hub.url sees these repositories and no others
    hub.requests  # what it asked for, in order

Answered: model_info (`/api/models/ID/revision/REV`), the file list (`/api/models/ID/tree/REV`) and the files
themselves (`/ID/resolve/REV/FILE`), with the headers and error codes that the library reads. Nothing more.
"""

import hashlib
import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

API = re.compile(r"^/api/models/(?P<id>[^/]+/[^/]+)/(?P<route>revision|tree)/(?P<revision>[^/]+)$")
FILE = re.compile(r"^/(?P<id>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)$")


@dataclass(frozen=True)
class Repository:
    """A folder of files, the commit (40 hex digits) that it stands for, and what `main` therefore means."""

    folder: Path
    commit: str

    def files(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


class LocalHub:
    """The server. `requests` lists "METHOD /path"; set `fault` at any time.

    missing: no repository exists (404).  error: every answer is 500.  silent: connections are accepted and never
    answered.  cut: no byte after the first half of a weights file ever arrives.  A refused connection: `stop()`.
    """

    def __init__(self, repositories: dict[str, Repository]):
        self.repositories = repositories
        self.requests: list[str] = []
        self.fault: str | None = None
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        if not self._closing.is_set():
            self.stop()

    def stop(self) -> None:
        """Stop listening: from now on a connection is refused."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        """Return when the server stops; how the fault `silent` keeps a connection open."""
        self._closing.wait()


def _handler(hub: LocalHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = urlsplit(self.path).path
            hub.requests.append(f"{self.command} {path}")
            if hub.fault == "silent":
                return hub.wait()
            if hub.fault == "error":
                return self._fail(500, "InternalError")
            api, file = API.match(path), FILE.match(path)
            asked = api or file
            repository = hub.repositories.get(asked["id"]) if asked else None
            if repository is None or hub.fault == "missing":
                return self._fail(404, "RepoNotFound")
            if asked["revision"] not in (repository.commit, "main"):
                return self._fail(404, "RevisionNotFound")
            return self._api(repository, api) if api else self._file(repository, file["file"])

        do_HEAD = do_GET

        def _api(self, repository: Repository, asked: re.Match):
            if asked["route"] == "tree":
                answer = [_tree_entry(repository.folder, file) for file in repository.files()]
            else:
                siblings = [{"rfilename": file} for file in repository.files()]
                answer = {"id": asked["id"], "sha": repository.commit, "siblings": siblings}
            self._send(json.dumps(answer).encode(), {"Content-Type": "application/json"})

        def _file(self, repository: Repository, file: str):
            if file not in repository.files():
                return self._fail(404, "EntryNotFound", {"X-Repo-Commit": repository.commit})
            content = (repository.folder / file).read_bytes()
            etag = hashlib.sha256(content).hexdigest()
            last = len(content) // 2 if hub.fault == "cut" and file.startswith(("model.", "pytorch_model.")) else None
            self._send(content, {"X-Repo-Commit": repository.commit, "ETag": f'"{etag}"'}, last)

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
                self.wfile.write(content[start:last])

        def _fail(self, status: int, code: str, headers: dict[str, str] | None = None):
            self.send_response(status)
            for name, value in ((headers or {}) | {"X-Error-Code": code, "Content-Length": "0"}).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass  # `requests` is the log

    return Handler


def _tree_entry(folder: Path, file: str) -> dict:
    content = (folder / file).read_bytes()
    return {"type": "file", "path": file, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
