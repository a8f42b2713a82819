"""A learner's notebook: given back as it came, and theirs never lost, whatever goes wrong on the way."""

import errno
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from utils import commands
from utils.workshop import pristine, reset

NAMES = [f"{folder}/{stem}.ipynb" for folder in ("exercises", "notebooks") for stem in ("01_loading", "02_tokens")]
UNTOUCHED, WORK = '{"cells": []}\n', '{"cells": ["my work"]}\n'
MINE = re.compile(r"01_loading_mine_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d+)?\.ipynb")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A downloaded course in a folder with a space in its name, first opened with `lab`; the learner stands in it."""
    root = tmp_path / "my course"
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(UNTOUCHED)
    (root / "version.txt").write_text("version one")
    monkeypatch.setattr(pristine, "ROOT", root)
    monkeypatch.setattr(pristine, "KEPT", root / ".pristine")
    monkeypatch.setattr(pristine, "VERSION", root / "version.txt")
    pristine.keep()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def run(capsys):
    """Run the command; give its status and all that it printed."""

    def command(*arguments):
        status = commands.main(["reset", *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return command


def works(course) -> list[str]:
    """What is in each file of the folder of exercises that holds lesson 01, sorted."""
    return sorted(path.read_text() for path in (course / "exercises").iterdir() if "01_loading" in path.name)


@pytest.fixture
def worked(course) -> Path:
    """The exercise of lesson 01, with the learner's work in it."""
    path = course / "exercises/01_loading.ipynb"
    path.write_text(WORK)
    return path


# --- nothing is lost ----------------------------------------------------------------------------------------


def test_the_notebook_is_as_it_came_and_theirs_is_beside_it(course, worked, run):
    status, printed = run("exercises/01_loading.ipynb")
    (mine,) = (path for path in worked.parent.iterdir() if MINE.fullmatch(path.name))
    assert (status, worked.read_text(), mine.read_text()) == (0, UNTOUCHED, WORK)
    assert f"exercises/{mine.name}" in printed and "Reload Notebook from Disk" in printed
    assert not list(course.glob("*/*.ipynb.*"))


def test_a_second_reset_in_the_same_second_overwrites_no_copy(course, worked, run):
    for number in range(3):
        worked.write_text(f'{{"cells": [{number}]}}')
        run("exercises/01")
    assert set(works(course)) == {UNTOUCHED, *(f'{{"cells": [{number}]}}' for number in range(3))}


def test_an_untouched_notebook_stays_alone(course, worked, run):
    for text in (UNTOUCHED, UNTOUCHED.replace("\n", "\r\n")):  # as git writes it on Windows
        worked.write_bytes(text.encode())
        status, printed = run("exercises/01")
        assert status == 0 and "already as it came" in printed and "Reload" not in printed
        assert len(works(course)) == 1


def test_a_deleted_notebook_comes_back(course, worked, run):
    shutil.rmtree(worked.parent)
    status, printed = run("exercises/01")
    assert status == 0 and "There was none of yours." in printed
    assert works(course) == [UNTOUCHED]


def no_space(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def no_permission(*_):
    raise PermissionError(errno.EACCES, "Permission denied")


def no_links(*_):
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize(
    "function, fault, says",
    [("fsync", no_space, "the disk is full"), ("replace", no_permission, "Close other programs")],
)
def test_a_fault_leaves_everything_as_it_was(function, fault, says, links, course, worked, run, monkeypatch):
    monkeypatch.setattr(reset.os, function, fault)
    if not links:
        monkeypatch.setattr(reset.os, "link", no_links)
    status, printed = run("exercises/01")
    assert status == 1 and "was left as it is" in printed and says in printed
    assert [path.name for path in sorted(worked.parent.iterdir())] == ["01_loading.ipynb", "02_tokens.ipynb"]
    assert worked.read_text() == WORK


def test_a_disk_without_links(course, worked, run, monkeypatch):
    monkeypatch.setattr(reset.os, "link", no_links)
    for number in range(2):
        worked.write_text(f'{{"cells": [{number}]}}')
        assert run("exercises/01")[0] == 0
    assert set(works(course)) == {UNTOUCHED, '{"cells": [0]}', '{"cells": [1]}'}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="for root no folder is read-only")
def test_a_folder_that_may_not_be_written_to(course, worked, run):
    worked.parent.chmod(0o555)
    status, printed = run("exercises/01")
    worked.parent.chmod(0o755)
    assert status == 1 and "copy the course to a folder of your own" in printed
    assert works(course) == [WORK]


@pytest.mark.parametrize("content", [b"", b'{"cells"', b"\x00\xff"])
def test_a_damaged_untouched_copy_replaces_nothing(content, course, worked, run):
    (course / ".pristine/exercises/01_loading.ipynb").write_bytes(content)
    status, printed = run("exercises/01")
    assert status == 1 and "untouched copy cannot be read" in printed
    assert works(course) == [WORK]


# --- what can be typed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "exercises/01_loading.ipynb",
        "./exercises/../exercises/01_loading.ipynb",
        "exercises/01_loading",
        "exercises\\01_loading.ipynb",
        "exercises/01",
        "Exercises/1",
        "course/exercises/01_loading.ipynb",
        "{root}/exercises/01_loading.ipynb",
    ],
)
def test_a_path_in_many_ways(typed, course):
    assert reset.find(typed.format(root=course), NAMES) == "exercises/01_loading.ipynb"


def test_from_another_folder(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course / "exercises")
    assert reset.find("01_loading.ipynb", NAMES) == "exercises/01_loading.ipynb"
    assert reset.find("../notebooks/01_loading.ipynb", NAMES) == "notebooks/01_loading.ipynb"
    (tmp_path / "way in").symlink_to(course)
    monkeypatch.chdir(tmp_path)
    assert reset.find("way in/exercises/01_loading.ipynb", NAMES) == "exercises/01_loading.ipynb"


@pytest.mark.parametrize(
    "typed, says",
    [
        ("01", "can be exercises/01_loading.ipynb or notebooks/01_loading.ipynb: type one of these."),
        ("exercises/01_laoding.ipynb", "Did you mean exercises/01_loading.ipynb?"),
        ("exercises/01_loading_mine_2026-01-02_03-04-05.ipynb", "Did you mean exercises/01_loading.ipynb?"),
        ("mine.ipynb", f"There is no notebook mine.ipynb in the course. There are: {', '.join(NAMES)}."),
        ("exercises/99", "There are: exercises/01_loading.ipynb, exercises/02_tokens.ipynb."),
        ("", f"There are: {', '.join(NAMES)}."),
    ],
)
def test_a_name_that_does_not_fit_is_answered_with_names_that_do(typed, says, course):
    with pytest.raises(reset.ResetError, match=re.escape(says)):
        reset.find(typed, NAMES)


def test_a_notebook_of_another_copy_of_the_course_is_left_alone(course, tmp_path):
    other = tmp_path / "other/exercises/01_loading.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text(WORK)
    with pytest.raises(reset.ResetError, match="is not in this copy of the course"):
        reset.find(str(other), NAMES)


def test_several_at_once_and_a_wrong_one_stops_none(course, worked, run):
    (course / "notebooks/02_tokens.ipynb").write_text(WORK)
    status, printed = run("exercises/01", "nonsense", "exercises/01_loading.ipynb", "notebooks/02")
    assert status == 1 and "no notebook nonsense" in printed and printed.count("already as it came") == 1
    assert works(course) == [WORK, UNTOUCHED]
    assert (course / "notebooks/02_tokens.ipynb").read_text() == UNTOUCHED


# --- where the untouched notebook comes from ----------------------------------------------------------------


def git(root, *arguments):
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", root, *identity, "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(course, tmp_path, monkeypatch):
    """A course that the learner cloned; nothing was kept by `lab`."""
    if not shutil.which("git"):
        pytest.skip("no git on this machine")
    shutil.rmtree(course / ".pristine")
    git(course, "init", "-q", "-b", "main")
    git(course, "add", ".")
    git(course, "commit", "-q", "-m", "the course")
    git(tmp_path, "clone", "-q", course, "clone")
    root = tmp_path / "clone"
    monkeypatch.setattr(pristine, "ROOT", root)
    monkeypatch.setattr(pristine, "KEPT", root / ".pristine")
    monkeypatch.setattr(pristine, "VERSION", root / "version.txt")
    monkeypatch.chdir(root)
    return root


def commit(root, text):
    (root / "exercises/01_loading.ipynb").write_text(text)
    git(root, "commit", "-q", "-am", "a change")


def test_a_learners_own_commits_do_not_count(clone, run):
    commit(clone, WORK)
    assert run("exercises/01")[0] == 0
    assert works(clone) == [WORK, UNTOUCHED]


def test_after_a_pull_the_newest_version_that_was_pulled_counts(clone, course, run):
    newer = '{"cells": ["newer"]}\n'
    (clone / "notebooks/02_tokens.ipynb").write_text(WORK)
    git(clone, "commit", "-q", "-am", "mine")
    commit(course, newer)
    git(clone, "pull", "-q", "--no-rebase", "--no-edit")
    (clone / "exercises/01_loading.ipynb").write_text(WORK)
    status, printed = run("exercises/01")
    assert status == 0 and git(course, "rev-parse", "--short=7", "HEAD") in printed
    assert works(clone) == [WORK, newer]


def test_a_tag_is_enough(clone, run):
    git(clone, "tag", "v1.0")
    git(clone, "remote", "remove", "origin")
    commit(clone, WORK)
    assert run("exercises/01")[0] == 0
    assert works(clone) == [WORK, UNTOUCHED]


def test_without_remotes_the_last_commit_counts_and_an_older_one_can_be_named(clone, run):
    first = git(clone, "rev-parse", "HEAD")
    git(clone, "remote", "remove", "origin")
    commit(clone, WORK)
    status, printed = run("exercises/01")
    assert status == 0 and "already as it came (commit " in printed
    assert run("exercises/01", "--commit", first)[0] == 0
    assert works(clone) == [WORK, UNTOUCHED]
    status, printed = run("exercises/01", "--commit", "nonsense")
    assert status == 1 and "The commit nonsense cannot be read: git knows no commit nonsense." in printed


def test_a_download_that_was_put_under_git_later_has_its_kept_copy(course, worked, run):
    git(course, "init", "-q")
    git(course, "add", ".")
    git(course, "commit", "-q", "-m", "my homework")
    assert run("exercises/01")[0] == 0
    assert works(course) == [WORK, UNTOUCHED]


def test_a_clone_on_a_machine_without_git(clone, worked, run, monkeypatch):
    monkeypatch.setenv("PATH", "")
    status, printed = run("exercises/01")
    assert status == 1 and "(git is not installed): download the course again" in printed


def test_a_download_that_was_never_opened_says_what_to_do(course, worked, run):
    shutil.rmtree(course / ".pristine")
    status, printed = run("exercises/01")
    assert status == 1 and printed.startswith("There is no untouched copy of the notebooks here: download")
    assert works(course) == [WORK]
    assert "came without git" in run("exercises/01", "--commit", "v1.0")[1]


# --- the copy that `lab` keeps ------------------------------------------------------------------------------


def test_work_never_gets_into_the_kept_copy(course, worked, run):
    run("exercises/01")
    pristine.keep()
    worked.write_text(WORK)
    pristine.keep()
    assert {path.relative_to(course / ".pristine").as_posix() for path in course.glob(".pristine/*/*")} == set(NAMES)
    assert pristine.source().read("exercises/01_loading.ipynb").decode() == UNTOUCHED


def test_a_new_version_of_the_course_is_kept_anew(course, worked):
    (course / "version.txt").write_text("version two")
    (course / "exercises/01_loading_mine_2026-01-02_03-04-05.ipynb").write_text(WORK)
    newer = json.dumps({"cells": ["newer"]})
    worked.write_text(newer)
    pristine.keep()
    assert pristine.source().read("exercises/01_loading.ipynb").decode() == newer
    assert pristine.source().names == NAMES
    assert sorted(path.name for path in course.iterdir() if path.name.startswith(".")) == [".pristine"]


def test_a_copy_that_cannot_be_kept_stops_nobody(course, monkeypatch):
    shutil.rmtree(course / ".pristine")
    monkeypatch.setattr(pristine.shutil, "copyfile", no_space)
    pristine.keep()
    assert [path for path in course.iterdir() if path.name.startswith(".")] == []


def test_a_git_checkout_keeps_no_copy(clone):
    pristine.keep()
    assert not (clone / ".pristine").exists()


def test_an_archive_made_by_git_names_its_commit():
    root = Path(__file__).parents[2]
    if not (root / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    archive = ["git", "archive", "--format=tar", "HEAD", "utils/data/version.txt"]
    tar = subprocess.run(archive, cwd=root, check=True, capture_output=True).stdout
    assert git(root, "rev-parse", "HEAD").encode() in tar
