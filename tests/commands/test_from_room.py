"""`lab --from`: what comes from a room folder or a mirror, and the one sentence when it cannot."""

import functools
import http.server
import json
import os
import shlex
import shutil
import socket
import sys
import threading
from pathlib import Path

import pytest
from mirror.running import serving
from workshop import tiny_room

from utils import commands
from utils.commands import from_room, lab, pip
from utils.commands.place import Problem
from utils.workshop import platforms, room

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
FIRST = "wheels/tiny_first-1.0-py3-none-any.whl"


@pytest.fixture
def folder(tmp_path):
    """A tiny room for this computer, in a folder with a space, an accent and a sign that means something in a URL."""
    folder = tmp_path / "my #1 café room"
    tiny_room.make(folder, platforms=[platforms.this()])
    return folder


@pytest.fixture
def mirror(folder):
    """The address of a server of that folder, at this computer's own address on its network where it has one."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path != "/wheels/":
                return super().do_GET()
            listed = room.read(folder)
            links = (
                f"<a href='{name}#sha256={listed.files[f'wheels/{name}'].sha256}'>x</a>" for name in listed.wheels()
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write("".join(links).encode())

        def log_message(self, *_):
            pass

    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer((own_address(), 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{server.server_address[0]}:{server.server_port}"
        server.shutdown()


def own_address():
    """pip trusts this computer itself, and no other without being told, so 127.0.0.1 would prove little."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        try:
            outward.connect(("192.0.2.1", 9))  # sends nothing
            return outward.getsockname()[0]
        except OSError:
            return "127.0.0.1"


def install_into(site, source):
    """Install tiny_first, and what it needs, with the real pip into the folder `site`."""
    wanted, constraints = site.parent / "wanted.txt", site.parent / "constraints.txt"
    wanted.write_text("tiny_first\n")
    constraints.write_text("tiny_first==1.0\ntiny_second==2.0\n")
    pip.pip_install(Path(sys.executable), constraints, [wanted], ["--target", str(site)], source)


@pytest.fixture
def site(clone, monkeypatch):
    """Where to install to; settings of pip lead nowhere, so that only a room can serve."""
    (clone / ".venv").mkdir()
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", str(clone / "nothing"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    return clone / "site"


def test_install_from_a_folder(folder, site):
    (folder / "wheels/tiny_second-9.0-py3-none-any.whl").write_bytes(
        tiny_room.wheel("tiny_second", "9.0")
    )  # not listed
    install_into(site, from_room.find(str(folder), PYTHON))
    assert {path.name for path in site.glob("*.dist-info")} == {"tiny_first-1.0.dist-info", "tiny_second-2.0.dist-info"}
    page = (pip.VENV / from_room.PAGE).read_text()
    assert "tiny_second-2.0" in page and "tiny_second-9.0" not in page


def test_install_from_a_mirror(mirror, site):
    install_into(site, from_room.find(mirror, PYTHON))
    assert (site / "tiny_second.py").read_text() == "VERSION = '2.0'\n"


def test_install_from_the_mirror_that_the_course_has(folder, site):
    with serving(folder, own_address()) as mirror:
        address = f"http://{own_address()}:{mirror.port}"
        source = from_room.find(address, PYTHON)
        install_into(site, source)
        assert (site / "tiny_second.py").read_text() == "VERSION = '2.0'\n"
        shutil.rmtree(site)
        (folder / FIRST).write_bytes(b"another file")  # which the mirror does not serve any more
        with pytest.raises(Problem, match="is not served any more: tell your instructor"):
            install_into(site, source)


def test_a_damaged_wheel_is_refused_before_anything_is_made(folder, clone, sentence):
    content = (folder / FIRST).read_bytes()
    (folder / FIRST).write_bytes(content[:-1] + b"x")
    assert sentence("lab", "--from", str(folder)).startswith(f"{FIRST} in {folder} is damaged: its SHA-256 ")
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("kind", ["folder", "mirror"])
def test_pip_itself_refuses_a_wheel_that_changed_after_the_check(kind, folder, site, request):
    source = from_room.find(request.getfixturevalue("mirror") if kind == "mirror" else str(folder), PYTHON)
    (folder / FIRST).write_bytes(tiny_room.wheel("tiny_first", "1.0") + b" ")
    with pytest.raises(Problem, match="arrived damaged: run the command again"):
        install_into(site, source)
    assert not list(site.glob("tiny_first*"))


def test_a_room_for_another_version_of_the_course(folder, site):
    (folder / "wheels/tiny_second-2.0-py3-none-any.whl").unlink()
    tiny_room.list_files(folder, [FIRST], [PYTHON], [platforms.this()])
    with pytest.raises(Problem, match="made for another version of the course, so take that from there too") as problem:
        install_into(site, from_room.find(str(folder), PYTHON))
    assert str(folder) in str(problem.value) and "tiny_second" in pip.LOG.read_text()


def test_a_mirror_that_goes_away():
    output = "WARNING: Retrying after connection broken by 'NewConnectionError(…)'\nERROR: No matching distribution"
    told = pip.explain_room(output, "the mirror at X")
    assert told.startswith("The connection to the mirror at X broke off: check that this computer is on the workshop's")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"platforms": ["macos-arm64", "windows-x86_64"]},
            "for macOS (Apple silicon) and Windows (x86_64), and this is",
        ),
        (
            {"pythons": ["3.8", "3.9"]},
            f"for Python 3.8 and 3.9 and this is Python {PYTHON}: start the course with one of",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "mirror"])
def test_a_room_for_others(fields, told, kind, folder, clone, sentence, request, monkeypatch):
    monkeypatch.setattr(platforms, "this", lambda: "linux-x86_64")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "platforms": ["linux-x86_64"], **fields}))
    place = request.getfixturevalue("mirror") if kind == "mirror" else str(folder)
    message = sentence("lab", "--from", place)
    assert told in message and place in message
    if "pythons" in fields:
        assert f"for example: python3.9 -m utils lab --from {shlex.quote(place)}" in message
    assert not (clone / ".venv").exists()


def test_no_room_there(clone, sentence, tmp_path):
    assert "is not a folder" in sentence("lab", "--from", str(tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    assert "not a finished room folder" in sentence("lab", "--from", str(tmp_path / "empty"))
    message = sentence("lab", "--from", "http://127.0.0.1:9")
    assert message.startswith("The mirror at http://127.0.0.1:9 does not answer (") and "network" in message


def test_another_server_there(folder, mirror, clone, sentence):
    (folder / "manifest.json").write_text("<html>Sign in to the Wi-Fi</html>")
    assert "answers, but is not a mirror of this course: open it in a browser" in sentence("lab", "--from", mirror)
    (folder / "manifest.json").unlink()
    assert "answers, but is not a mirror of this course: open it in a browser" in sentence("lab", "--from", mirror)


@pytest.fixture
def started(monkeypatch):
    """Let `lab` come to its end; the environment that JupyterLab gets is recorded."""
    environments = []
    monkeypatch.setattr(lab, "become", lambda command, env: environments.append(env))
    monkeypatch.setattr(lab.pristine, "keep", lambda: None)
    return environments


def test_from_reaches_pip_and_the_kernels(folder, clone, pip_calls, started, monkeypatch, capsys):
    monkeypatch.chdir(folder.parent)
    commands.main(["lab", "--from", folder.name])  # a relative path: JupyterLab starts in another folder
    assert started[0]["COURSE_FROM"] == str(folder)
    assert pip_calls[0][4].wheels == ["tiny_first-1.0-py3-none-any.whl", "tiny_second-2.0-py3-none-any.whl"]
    assert f"all packages from the room folder {folder}, with no network" in capsys.readouterr().out


def test_the_variable_serves_as_well(mirror, clone, pip_calls, started, monkeypatch):
    monkeypatch.setenv("COURSE_FROM", f" {mirror}/ ")
    commands.main(["lab"])
    assert started[0]["COURSE_FROM"] == mirror and pip_calls[0][4].address == mirror
    assert pip_calls[0][4].pip_arguments(clone)[-2:] == ["--trusted-host", mirror.removeprefix("http://")]


def test_a_later_start_asks_nothing_though_the_room_is_gone(folder, clone, pip_calls, started, monkeypatch):
    commands.main(["lab", "--from", str(folder)])
    folder.rename(folder.with_name("moved"))
    monkeypatch.setattr(from_room, "find", None)
    commands.main(["lab", "--from", str(folder)])
    commands.main(["lab"])
    assert len(pip_calls) == 1 and [bool(env.get("COURSE_FROM")) for env in started] == [True, True, False]


def test_without_a_room_all_is_as_ever(clone, pip_calls, started, monkeypatch):
    monkeypatch.setenv("COURSE_FROM", "")
    commands.main(["lab"])
    assert pip_calls[0][4] is None and "COURSE_FROM" not in {k for k, v in started[0].items() if v}


def test_pip_gets_no_proxy_for_the_room(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "example.org")
    variables = from_room.Source("the mirror", None, [], "http://192.168.1.20:8765").pip_environment()
    assert variables["NO_PROXY"] == variables["no_proxy"] == "example.org,192.168.1.20"
    assert variables["PIP_CONFIG_FILE"] == os.devnull
