"""`prefetch` with tiny wheels in a folder for an index: the real pip, no network."""

import json
import shutil
import subprocess
import zipfile

import pytest

from utils import commands
from utils.workshop import platforms, prefetch, room
from utils.workshop.prefetch import course, pip_download
from workshop import tiny_room

PLATFORMS = "linux-x86_64,windows-x86_64"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder of wheels that pip takes for the index, and a course in a folder of its own that needs some of them."""
    index, home = tmp_path / "index", tmp_path / "course"
    index.mkdir()
    home.mkdir()
    first = [
        "tiny_second",
        'tiny_windows; sys_platform == "win32"',
        "tiny_extras[more]>=1",
        'old; python_version < "3"',
    ]
    wheels = {
        "tiny_first-1.0-py3-none-any": tiny_room.wheel("tiny_first", "1.0", first),
        "tiny_second-1.0-py3-none-any": tiny_room.wheel("tiny_second", "1.0"),
        "tiny_second-2.0-py3-none-any": tiny_room.wheel("tiny_second", "2.0"),  # constraints.txt says 1.0
        "tiny_windows-1.0-py3-none-win_amd64": tiny_room.wheel("tiny_windows", "1.0", ["tiny_deep<2"]),
        "tiny_deep-1.0-py3-none-any": tiny_room.wheel("tiny_deep", "1.0"),
        "tiny_deep-2.0-py3-none-any": tiny_room.wheel("tiny_deep", "2.0"),
        "tiny_extras-1.5-py3-none-any": tiny_room.wheel("tiny_extras", "1.5", ['tiny_more; extra == "more"']),
        "tiny_more-1.0-cp313-cp313-win_amd64": tiny_room.wheel("tiny_more", "1.0"),
        "tiny_more-1.0-cp312-abi3-manylinux_2_17_x86_64": tiny_room.wheel("tiny_more", "1.0"),
    }
    for name, content in wheels.items():
        (index / f"{name}.whl").write_bytes(content)
    (home / "requirements.txt").write_text("# What a learner needs\n\ntiny_first>=1\n")
    (home / "constraints.txt").write_text("tiny_first==1.0\ntiny_second==1.0\n")
    (home / ".gitignore").write_text("# not ours\n.venv\n__pycache__/\nclass-*.png\n")
    monkeypatch.setattr(prefetch, "ROOT", home)
    monkeypatch.setattr(prefetch, "REQUIREMENTS", home / "requirements.txt")
    monkeypatch.setattr(prefetch, "CONSTRAINTS", home / "constraints.txt")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index


@pytest.fixture
def no_pip(monkeypatch):
    """Any call of pip fails the test."""

    def refuse(*arguments):
        raise AssertionError(f"pip was asked for {arguments}")

    monkeypatch.setattr(pip_download, "run", refuse)


def prefetched(folder, *options):
    return commands.main(["prefetch", str(folder), "--pythons", "3.13", *options])


def in_room(folder):
    return {name.removeprefix("wheels/").rpartition(".")[0] for name in room.read(folder).files}


FOR_ALL = {"course", "tiny_first-1.0-py3-none-any", "tiny_second-1.0-py3-none-any", "tiny_extras-1.5-py3-none-any"}
FOR_LINUX = {"tiny_more-1.0-cp312-abi3-manylinux_2_17_x86_64"}
FOR_WINDOWS = {
    "tiny_more-1.0-cp313-cp313-win_amd64",
    "tiny_windows-1.0-py3-none-win_amd64",
    "tiny_deep-1.0-py3-none-any",
}


def test_each_platform_gets_what_it_needs(index, tmp_path, capsys):
    folder = tmp_path / "my café room"
    assert prefetched(folder, "--platforms", PLATFORMS) == 0
    made = room.read(folder)
    assert in_room(folder) == FOR_ALL | FOR_LINUX | FOR_WINDOWS
    assert (made.pythons, made.platforms) == (("3.13",), ("linux-x86_64", "windows-x86_64"))
    for name in made.files:
        made.check(name)
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "wheels", "course.zip"}
    printed = capsys.readouterr().out
    assert "Linux (x86_64), Python 3.13: 4 wheels" in printed and "Windows (x86_64), Python 3.13: 6 wheels" in printed
    assert "at most 0.90 GB of packages" in printed and "GB of disk space is free" in printed


def test_run_again_it_goes_on(index, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "room"
    with monkeypatch.context() as broken:

        def interrupt(*_, **__):
            raise KeyboardInterrupt

        broken.setattr(course, "pack", interrupt)
        assert prefetched(folder, "--platforms", "linux-x86_64") == 130
    assert not (folder / "manifest.json").exists()
    torn = folder / "wheels/tiny_second-1.0-py3-none-any.whl"
    torn.write_bytes(torn.read_bytes()[:100])  # as a full disk leaves it

    asked = []
    real = pip_download.run
    monkeypatch.setattr(pip_download, "run", lambda *given: asked.append(given[3]) or real(*given))
    assert prefetched(folder, "--platforms", "linux-x86_64") == 0
    assert asked == [["tiny-second==1.0"]]
    assert in_room(folder) == FOR_ALL | FOR_LINUX


def test_a_whole_room_needs_no_pip_and_loses_what_is_not_asked_for(index, tmp_path, request):
    folder = tmp_path / "room"
    assert prefetched(folder, "--platforms", PLATFORMS) == 0
    before = room.read(folder)
    mine = folder / "wheels/mine-1.0-py3-none-any.whl"
    mine.write_bytes(b"not listed, so not ours to delete")
    request.getfixturevalue("no_pip")
    assert prefetched(folder, "--platforms", "linux-x86_64") == 0
    assert in_room(folder) == FOR_ALL | FOR_LINUX and room.read(folder).platforms == ("linux-x86_64",)
    on_disk = {path.name.removesuffix(".whl") for path in (folder / "wheels").iterdir()}
    assert on_disk == (FOR_ALL | FOR_LINUX | {"mine-1.0-py3-none-any"}) - {"course"}
    assert len(before.files) - len(room.read(folder).files) == len(FOR_WINDOWS)


def test_a_platform_without_a_wheel_is_left_out_by_name(index, tmp_path, capsys):
    folder = tmp_path / "room"
    assert prefetched(folder, "--platforms", "linux-x86_64,macos-x86_64") == 1
    assert room.read(folder).platforms == ("linux-x86_64",) and in_room(folder) == FOR_ALL | FOR_LINUX
    left_out = "macOS (Intel) is left out: there is no wheel of tiny-more for Python 3.13 on macOS (Intel)."
    assert capsys.readouterr().out.strip().endswith(left_out)


def test_nothing_that_can_be_made(index, tmp_path, capsys):
    assert prefetched(tmp_path / "room", "--platforms", "macos-x86_64") == 1
    assert capsys.readouterr().err.startswith("Nothing was made: macOS (Intel) is left out: there is no wheel of ")
    assert not (tmp_path / "room/manifest.json").exists()


def test_two_packages_that_disagree(index, tmp_path, capsys):
    (index / "tiny_windows-1.0-py3-none-win_amd64.whl").write_bytes(
        tiny_room.wheel("tiny_windows", "1.0", ["tiny_second>=2"])
    )
    assert prefetched(tmp_path / "room", "--platforms", "windows-x86_64") == 1
    told = "tiny_second-1.0-py3-none-any.whl does not serve tiny_second>=2, which another package needs"
    assert capsys.readouterr().err.startswith(told)


def test_torch_for_linux_is_the_one_without_cuda(index, tmp_path, monkeypatch):
    home = prefetch.ROOT
    (home / "requirements.txt").write_text("torch>=2\n")
    (home / "constraints.txt").write_text("torch==2.13.0\n")
    (index / "torch-2.13.0-py3-none-any.whl").write_bytes(tiny_room.wheel("torch", "2.13.0"))
    (index / "torch-2.13.0+cpu-py3-none-any.whl").write_bytes(tiny_room.wheel("torch", "2.13.0+cpu"))
    monkeypatch.setattr(pip_download, "CPU_INDEX", "http://127.0.0.1:9")  # PIP_NO_INDEX keeps pip from asking it
    assert prefetched(tmp_path / "linux", "--platforms", "linux-x86_64") == 0
    assert in_room(tmp_path / "linux") == {"course", "torch-2.13.0+cpu-py3-none-any"}
    assert prefetched(tmp_path / "mac", "--platforms", "macos-arm64") == 0
    assert len(in_room(tmp_path / "mac")) == 2


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (
            "WARNING: Retrying after NewConnectionError\nERROR: No matching distribution found for x",
            "connect to the network",
        ),
        ("ERROR: [Errno 28] No space left on device", "The disk is full: free some space"),
        ("ERROR: something else", "pip stopped (ERROR: something else)"),
    ],
)
def test_what_pip_says_in_a_sentence(index, tmp_path, capsys, monkeypatch, output, told):
    real = subprocess.Popen
    code = f"import sys; sys.stderr.write({output!r}); sys.exit(1)"
    monkeypatch.setattr(
        pip_download.subprocess, "Popen", lambda command, **rest: real([command[0], "-c", code], **rest)
    )
    assert prefetched(tmp_path / "room", "--platforms", "linux-x86_64") == 1
    said = capsys.readouterr().err.strip()
    assert told in said and "run the command again, which goes on from here" in said and len(said.splitlines()) == 1


def test_no_network_at_all(index, tmp_path, capsys, monkeypatch):
    """The real pip, with an index that refuses every connection."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert prefetched(tmp_path / "room", "--platforms", "linux-x86_64") == 1
    assert "pip could not reach the package index: connect to the network" in capsys.readouterr().err


def test_places_that_are_no_room(index, tmp_path, capsys, no_pip, monkeypatch):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/to Ada.txt").touch()
    for folder, told in [
        ("letters", "holds something else (to Ada.txt): name a new or an empty folder"),
        ("letters/to Ada.txt", "is a file: name a new folder"),
        ("letters/to Ada.txt/deeper", "cannot be written (Not a directory)"),
    ]:
        assert prefetched(tmp_path / folder) == 1
        said = capsys.readouterr().err.strip()
        assert told in said and len(said.splitlines()) == 1
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["to Ada.txt"]


def test_too_little_space_is_told_first(index, tmp_path, capsys, no_pip, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**12, 0, 10**9))
    assert prefetched(tmp_path / "room") == 1
    assert "This needs up to 1.5 GB more and 1.0 GB is free: free some space" in capsys.readouterr().err


def test_a_disk_that_becomes_full(index, tmp_path, capsys, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(course, "pack", fail)
    assert prefetched(tmp_path / "room", "--platforms", "linux-x86_64") == 1
    assert capsys.readouterr().err.strip().startswith("The disk is full: free some space and run the command again")
    assert not (tmp_path / "room/manifest.json").exists()


@pytest.mark.parametrize("option", [("--platforms", "mac"), ("--pythons", "3.9"), ("--platforms", ",")])
def test_a_word_that_is_not_known(tmp_path, capsys, option):
    with pytest.raises(SystemExit):
        commands.main(["prefetch", str(tmp_path / "room"), *option])
    known = platforms.PLATFORMS if option[0] == "--platforms" else platforms.PYTHONS
    assert f"choose from {', '.join(known)}, with commas between" in capsys.readouterr().err
    assert not (tmp_path / "room").exists()


# --- course.zip ---------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    """A course with files that belong to it, and files that do not."""
    home = tmp_path / "home"
    files = ["README.md", "utils/a.py", ".jupyter/settings.json", "notebooks/00 café.ipynb"]
    not_ours = [".venv/x", "utils/__pycache__/a.pyc", "class-01.png", "room/wheels/x.whl"]
    for name in [*files, *not_ours]:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    (home / ".gitignore").write_text(".venv\n__pycache__/\nclass-*.png\n")
    return home


EXPECTED = {".gitignore", "README.md", "utils/a.py", ".jupyter/settings.json", "notebooks/00 café.ipynb"}


def zipped(file):
    with zipfile.ZipFile(file) as archive:
        return {name.removeprefix("course/") for name in archive.namelist() if not name.endswith("/")}


def test_a_downloaded_course_is_packed_without_git(home, tmp_path):
    assert course.pack(home, tmp_path / "course.zip", leave_out=home / "room") == "unknown"
    assert zipped(tmp_path / "course.zip") == EXPECTED and not course.changed(home)
    assert not (tmp_path / "course.zip.part").exists()


@pytest.mark.skipif(not shutil.which("git"), reason="no git on this machine")
def test_a_checkout_is_packed_as_committed(home, tmp_path):
    def git(*arguments):
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        return subprocess.run(["git", "-C", home, *who, *arguments], check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    assert course.pack(home, tmp_path / "course.zip", leave_out=home / "room") == "unknown"  # no commit yet
    git("add", *(EXPECTED - {"room"}))
    git("commit", "-q", "-m", "All")
    (home / "notebooks/mine.ipynb").touch()
    commit = course.pack(home, tmp_path / "course.zip", leave_out=home / "room")
    assert commit == git("rev-parse", "HEAD").strip() and zipped(tmp_path / "course.zip") == EXPECTED
    assert not course.changed(home)
    (home / "README.md").write_text("changed")
    assert course.changed(home)
    inner = home / "downloaded"  # a course without git inside another checkout
    shutil.copytree(home / "utils", inner / "utils")
    (inner / ".gitignore").write_text("__pycache__\n")
    assert course.pack(inner, tmp_path / "inner.zip", leave_out=tmp_path) == "unknown"
    assert zipped(tmp_path / "inner.zip") == {".gitignore", "utils/a.py"}


def test_the_manifest_names_the_commit(index, tmp_path, monkeypatch):
    monkeypatch.setattr(course, "pack", lambda root, target, leave_out: target.write_bytes(b"zip") and "c0ffee")
    assert prefetched(tmp_path / "room", "--platforms", "linux-x86_64") == 0
    assert json.loads((tmp_path / "room/manifest.json").read_text())["course"] == "c0ffee"
