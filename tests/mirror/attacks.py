"""What someone in the room might send, each with the statuses that are right; `None` stands for no answer at all."""

from pathlib import Path
from typing import NamedTuple

from workshop.tiny_room import COMMIT, HUB_ID

WHEEL = "wheels/tiny_first-1.0-py3-none-any.whl"
NOT_FOUND, BAD = {404}, {400}
LONG = {431, None}  # None: the connection is reset while the request is still on its way


class Attack(NamedTuple):
    """Bytes to send, and the statuses that may come back."""

    name: str
    request: bytes
    right: set[int | None]


def get(target: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: mirror", *headers, "", ""]).encode("latin-1")


def attacks(outside: Path) -> list[Attack]:
    """The list. `outside` is a file beside the room's folder, which none of them may bring to light."""
    up = f"../{outside.name}"
    targets = {
        "parent": f"/{up}",
        "parent of a folder": f"/wheels/../{up}",
        "parent, many times": "/" + "../" * 30 + str(outside)[1:],
        "parent, encoded": "/%2e%2e/" + outside.name,
        "parent, slash encoded": f"/wheels%2f..%2f..%2f{outside.name}",
        "parent, encoded twice": f"/%252e%252e%252f{outside.name}",
        "parent, overlong UTF-8": f"/%c0%ae%c0%ae/{outside.name}",
        "parent, fullwidth dots": f"/%ef%bc%8e%ef%bc%8e/{outside.name}",
        "parent, backslash": f"/wheels\\..\\..\\{outside.name}",
        "parent, backslash encoded": f"/wheels/..%5c..%5c{outside.name}",
        "parent without a slash": up,
        "absolute path": str(outside),
        "absolute path, two slashes": f"/{outside}",
        "absolute path, encoded": "/" + str(outside).replace("/", "%2f"),
        "absolute path behind a folder": f"/wheels/{outside}",
        "drive letter": f"/C:/{outside.name}",
        "file URL": f"file://{outside}",
        "URL of another host": f"http://example.org/{WHEEL}",
        "NUL behind a name": f"/{WHEEL}%00.txt",
        "NUL before a path": f"/%00{outside}",
        "revision of a checkpoint": f"/{HUB_ID}/resolve/..%2f..%2f..%2f..%2f/{outside.name}",
        "file of a checkpoint": f"/{HUB_ID}/resolve/main/../../../../../{outside.name}",
        "name of a checkpoint": f"/api/models/../../revision/{outside.name}",
        "file that is not listed": "/wheels/unlisted.txt",
        "file that is not listed, by the Hub": f"/{HUB_ID}/resolve/main/unlisted.txt",
        "folder": "/hub/",
        "folder of a checkpoint": f"/hub/{HUB_ID}/{COMMIT}",
        "folder of wheels, without its slash": "/wheels",
        "file as a folder": f"/{WHEEL}/",
        "other case": f"/{WHEEL.upper()}",
        "invalid escapes": "/%zz%%%2",
        "invalid UTF-8": "/%ff%fe\xff",
    }
    other_methods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "__class__"]
    raw = [
        Attack("query only", get(f"/?file={outside}"), {200}),  # the start page: what follows the ? is not looked at
        Attack("encoded slash in a listed name", get("/" + WHEEL.replace("/", "%2F")), {200}),
        Attack("parent inside the table", get("/wheels/../course.zip"), NOT_FOUND),
        Attack("request line of 60 kB", get("/" + "a" * 60_000), LONG),
        Attack("header of 1 MB", get("/", "X: " + "a" * 1_000_000), LONG),
        Attack("20,000 headers", get("/", *["X: y"] * 20_000), LONG),
        Attack("200 headers", get("/", *["X: y"] * 200), {431}),
        Attack("10 MB of one letter", b"A" * 10_000_000, LONG),
        Attack("nothing", b"", {None}),
        Attack("empty lines", b"\r\n\r\n\r\n", {None}),
        Attack("NULs", bytes(1000) + b"\r\n\r\n", BAD),
        Attack("TLS", bytes.fromhex("16030100f1010000ed0303") + b"\x01" * 240 + b"\r\n\r\n", BAD),
        Attack("one word", b"GET\r\n\r\n", BAD),
        Attack("HTTP/0.9", b"GET /\r\n\r\n", {None, 200}),
        Attack("HTTP/2.0", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}),
        Attack("version that is none", b"GET / HTTP/1.x\r\n\r\n", BAD),
        Attack("version of many digits", b"GET / HTTP/1." + b"1" * 9_000 + b"\r\n\r\n", BAD),
        Attack("header without a colon", get("/manifest.json", "what is this"), {200}),
        Attack("header of NULs", get("/manifest.json", "X: \0\0"), {200}),
        Attack("two requests in one", get("/wheels/") + get(f"/{up}"), {200}),
        Attack("a body", get("/", "Content-Length: 1000000000", method="GET") + b"x" * 1000, {200, None}),
        Attack("chunks", get("/", "Transfer-Encoding: chunked") + b"ffffffff\r\n", {200, None}),
        Attack("Expect", get("/wheels/", "Expect: 100-continue"), {100}),
        Attack("range of 3,000 parts", get(f"/{WHEEL}", "Range: bytes=" + ",".join(["0-1"] * 3000)), {200}),
        Attack("range of 9,000 digits", get(f"/{WHEEL}", f"Range: bytes={'9' * 9000}-"), {200}),
        Attack("range backwards", get(f"/{WHEEL}", "Range: bytes=9-3"), {200}),
        Attack("Host of another", get("/wheels/").replace(b"Host: mirror", b"Host: <script>"), {200}),
    ]
    return [
        *(Attack(name, get(target), NOT_FOUND) for name, target in targets.items()),
        *(Attack(f"method {method}", get("/", method=method), {501}) for method in other_methods),
        *raw,
    ]


def status(answer: bytes) -> int | None:
    """The status of an answer; None where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None
