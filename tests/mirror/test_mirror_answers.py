"""What the mirror answers to browsers, to pip and to huggingface_hub, byte by byte."""

import hashlib
import json
import os

import pytest
from workshop import tiny_room
from workshop.tiny_room import CHECKPOINT, COMMIT, HUB_ID

from mirror.running import exchange, get, serving

WHEEL = "wheels/tiny_first-1.0-py3-none-any.whl"
WEIGHTS = f"/{HUB_ID}/resolve/main/model.safetensors"
CONTENT = CHECKPOINT["model.safetensors"]
ETAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("room")
    tiny_room.make(folder)
    return folder


@pytest.fixture(scope="module")
def mirror(folder):
    with serving(folder) as running:
        yield running


def test_every_listed_file_comes_whole(folder, mirror):
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert len(files) == 5
    for name, listed in files.items():
        status, headers, body = get(mirror.port, f"/{name}")
        assert status == 200 and body == (folder / name).read_bytes()
        assert int(headers["content-length"]) == len(body) == listed["bytes"]
        assert headers["etag"] == f'"{listed["sha256"]}"' and headers["connection"] == "close"
    assert get(mirror.port, "/manifest.json")[2] == (folder / "manifest.json").read_bytes()


def test_the_start_page_gives_the_lines_to_paste_with_the_address_that_was_reached(mirror):
    status, headers, page = get(mirror.port, "/")
    url = f"http://127.0.0.1:{mirror.port}"
    assert status == 200 and headers["content-type"] == "text/html; charset=utf-8"
    assert f"<pre>COURSE_FROM={url} python3 -m utils lab</pre>" in page.decode()
    assert f'<pre>$env:COURSE_FROM="{url}"; python -m utils lab</pre>' in page.decode()
    assert f"curl -O {url}/course.zip" in page.decode()
    assert f"Invoke-WebRequest {url}/course.zip" in page.decode()


def test_the_start_page_does_not_name_a_course_zip_that_is_not_there(tmp_path):
    tiny_room.make(tmp_path)
    tiny_room.list_files(tmp_path, [WHEEL])
    with serving(tmp_path) as mirror:
        assert b"course.zip" not in get(mirror.port, "/")[2]
        assert get(mirror.port, "/course.zip")[0] == 404


def test_the_page_of_wheels_links_each_with_its_checksum(folder, mirror):
    page = get(mirror.port, "/wheels/")[2].decode()
    wheels = sorted(path.name for path in (folder / "wheels").iterdir())
    digests = [hashlib.sha256((folder / "wheels" / name).read_bytes()).hexdigest() for name in wheels]
    links = [f'<a href="{name}#sha256={digest}">{name}</a>' for name, digest in zip(wheels, digests, strict=True)]
    assert len(links) == 2 and all(link in page for link in links) and page.count("<a ") == 2


def test_a_plus_in_a_wheels_name_is_escaped_in_its_link_and_found(tmp_path):
    tiny_room.make(tmp_path)
    name = "tiny_local-1.0+cpu-py3-none-any.whl"
    (tmp_path / "wheels" / name).write_bytes(tiny_room.wheel("tiny_local", "1.0+cpu"))
    tiny_room.list_files(tmp_path, [f"wheels/{name}"])
    with serving(tmp_path) as mirror:
        assert 'href="tiny_local-1.0%2Bcpu-py3-none-any.whl#' in get(mirror.port, "/wheels/")[2].decode()
        for spelling in (name, name.replace("+", "%2B")):
            assert get(mirror.port, f"/wheels/{spelling}")[0] == 200


@pytest.mark.parametrize("path", ["", "/revision/main", f"/revision/{COMMIT}", f"/revision/{COMMIT[:7]}"])
def test_model_info_tells_sizes_and_checksums(mirror, path):
    status, headers, body = get(mirror.port, f"/api/models/{HUB_ID}{path}?blobs=true")
    info = json.loads(body)
    assert status == 200 and headers["content-type"] == "application/json"
    assert (info["id"], info["sha"]) == (HUB_ID, COMMIT)
    assert {file["rfilename"]: file["size"] for file in info["siblings"]} == {k: len(v) for k, v in CHECKPOINT.items()}
    assert {file["lfs"]["sha256"] for file in info["siblings"]} == {
        hashlib.sha256(content).hexdigest() for content in CHECKPOINT.values()
    }


def test_the_tree_lists_every_file(mirror):
    listed = json.loads(get(mirror.port, f"/api/models/{HUB_ID}/tree/{COMMIT}?recursive=true&expand=false")[2])
    assert [(file["type"], file["path"], file["size"]) for file in listed] == [
        ("file", name, len(content)) for name, content in CHECKPOINT.items()
    ]
    assert [file["lfs"]["oid"] for file in listed] == [hashlib.sha256(part).hexdigest() for part in CHECKPOINT.values()]


def test_a_file_of_the_hub_has_the_headers_that_the_library_needs(mirror):
    status, headers, body = get(mirror.port, WEIGHTS, method="HEAD")
    assert (status, body) == (200, b"")
    assert headers["x-repo-commit"] == COMMIT and headers["etag"] == ETAG
    assert int(headers["content-length"]) == len(CONTENT)
    assert get(mirror.port, WEIGHTS.replace("main", COMMIT))[2] == CONTENT


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/models/nobody/nothing", "RepoNotFound"),
        ("/nobody/nothing/resolve/main/config.json", "RepoNotFound"),
        (f"/api/models/{HUB_ID}/revision/{'f' * 40}", "RevisionNotFound"),
        (f"/{HUB_ID}/resolve/v9/config.json", "RevisionNotFound"),
        (f"/{HUB_ID}/resolve/main/vocab.json", "EntryNotFound"),
        (f"/api/models/{HUB_ID}/tree/main/additional_chat_templates?recursive=false", "EntryNotFound"),
        ("/favicon.ico", None),
    ],
)
def test_what_is_missing_is_named_as_the_hub_names_it(mirror, path, code):
    status, headers, _ = get(mirror.port, path)
    assert status == 404 and headers.get("x-error-code") == code
    assert headers.get("x-repo-commit") == (COMMIT if code == "EntryNotFound" else None)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-", 100, 2047),
        ("bytes=100-199", 100, 199),
        ("bytes=2000-999999", 2000, 2047),
        ("bytes=-10", 2038, 2047),
    ],
)
def test_a_range_is_a_part(mirror, asked, first, last):
    for method, body in (("GET", CONTENT[first : last + 1]), ("HEAD", b"")):
        status, headers, found = get(mirror.port, WEIGHTS, method, Range=asked)
        assert (status, found) == (206, body)
        assert headers["content-range"] == f"bytes {first}-{last}/2048"
        assert int(headers["content-length"]) == last - first + 1


@pytest.mark.parametrize("asked", ["bytes=-", "bytes=9-3", "bytes=0-1,5-6", "lines=1-2", "bytes=" + "9" * 30 + "-"])
def test_a_range_that_makes_no_sense_is_the_whole(mirror, asked):
    status, headers, body = get(mirror.port, WEIGHTS, Range=asked)
    assert (status, body) == (200, CONTENT) and "content-range" not in headers


@pytest.mark.parametrize("asked", ["bytes=2048-", "bytes=-0", "bytes=99999-100000"])
def test_a_range_behind_the_end_is_refused(mirror, asked):
    status, headers, _ = get(mirror.port, WEIGHTS, Range=asked)
    assert (status, headers["content-range"]) == (416, "bytes */2048")


def test_what_the_other_side_has_is_not_sent_again(mirror):
    assert get(mirror.port, WEIGHTS, If_None_Match=ETAG)[::2] == (304, b"")
    assert get(mirror.port, WEIGHTS, If_None_Match='"other"')[0] == 200
    assert get(mirror.port, WEIGHTS, Range="bytes=5-", If_Range=ETAG)[0] == 206
    assert get(mirror.port, WEIGHTS, Range="bytes=5-", If_Range='"other"')[::2] == (200, CONTENT)


def test_a_head_has_no_body_also_where_it_is_refused(mirror):
    for path in ("/", "/wheels/", "/nothing"):
        assert get(mirror.port, path, method="HEAD")[2] == b""


def test_a_changed_file_is_served_no_more(tmp_path):
    tiny_room.make(tmp_path)
    path = tmp_path / WHEEL
    content, times = path.read_bytes(), path.stat()
    with serving(tmp_path) as mirror:
        assert get(mirror.port, f"/{WHEEL}")[0] == 200
        path.write_bytes(content)  # the same bytes, written later
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
        status, headers, body = get(mirror.port, f"/{WHEEL}")
        assert (status, body) == (410, b"410 Gone\n") and "ask your instructor" in headers["x-error-message"]
        path.write_bytes(content + b"x")  # another size, dated back
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert get(mirror.port, f"/{WHEEL}")[0] == 410
        path.unlink()
        assert get(mirror.port, f"/{WHEEL}")[0] == 410
        assert mirror.counts.changed == {str(path)}
        path.write_bytes(content)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert get(mirror.port, f"/{WHEEL}")[::2] == (200, content)


def test_the_counts(tmp_path):
    tiny_room.make(tmp_path)
    with serving(tmp_path) as mirror:
        get(mirror.port, f"/{WHEEL}", method="HEAD")
        get(mirror.port, "/nothing")
        assert (mirror.counts.files, mirror.counts.bytes, mirror.counts.refused) == (0, 0, 0)
        sent = len(get(mirror.port, f"/{WHEEL}")[2])
        exchange(mirror.port, b"POST / HTTP/1.1\r\n\r\n")
        assert (mirror.counts.files, mirror.counts.bytes, mirror.counts.refused) == (1, sent, 1)
        assert mirror.counts.addresses == {"127.0.0.1"}
