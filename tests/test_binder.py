"""The files for repo2docker: what its steps do, by hand and without Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from utils.commands.install import NEWEST
from utils.commands.place import ROOT
from utils.commands.torch_build import CPU_INDEX

BINDER = ROOT / ".binder"
bash = pytest.mark.skipif(not shutil.which("bash") or os.name == "nt", reason="repo2docker's images run Linux")


def test_the_python_is_named_since_the_default_is_too_old():
    version = re.fullmatch(r"python-3\.(\d+)\n", (BINDER / "runtime.txt").read_text())
    assert 11 <= int(version[1]) <= NEWEST[1]


def test_the_requirements_are_those_of_the_course_without_cuda():
    lines = [line for line in (BINDER / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    options = dict(line.split(" ", 1) for line in lines)
    assert options["--extra-index-url"] == CPU_INDEX
    files = {name: (BINDER / options[name]).resolve() for name in ("--constraint", "--requirement")}
    assert files == {"--constraint": ROOT / "utils/constraints.txt", "--requirement": ROOT / "requirements.txt"}


@bash
@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_the_scripts_can_be_executed(name):
    assert os.access(BINDER / name, os.X_OK)
    assert subprocess.run(["bash", "-n", BINDER / name]).returncode == 0


@bash
def test_the_settings_of_jupyterlab_go_where_the_image_reads_them(tmp_path):
    prefix, calls = tmp_path / "conda env", tmp_path / "calls"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/python").symlink_to(sys.executable)
    pip = prefix / "bin/pip"
    pip.write_text(f'#!/bin/sh\necho "$@" > "{calls}"\n')
    pip.chmod(0o755)
    subprocess.run([BINDER / "postBuild"], cwd=ROOT, env={**os.environ, "NB_PYTHON_PREFIX": str(prefix)}, check=True)
    assert re.search(r"--constraint utils/constraints.txt nbgitpuller==\d", calls.read_text())
    placed = {
        "etc/jupyter/jupyter_lab_config.json": ".jupyter/jupyter_lab_config.json",
        "share/jupyter/lab/settings/overrides.json": ".jupyter/labconfig/default_setting_overrides.json",
    }
    for there, here in placed.items():
        assert json.loads((prefix / there).read_text()) == json.loads((ROOT / here).read_text())


@bash
def test_outside_an_image_nothing_is_installed():
    environment = {name: value for name, value in os.environ.items() if name != "NB_PYTHON_PREFIX"}
    run = subprocess.run([BINDER / "postBuild"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode and "NB_PYTHON_PREFIX: only for repo2docker" in run.stderr


def started_with(variables, folder=None):
    """The environment of a server that `start` starts for somebody who is not root."""
    names = ("OMP_NUM_THREADS", "HF_HUB_CACHE", "HF_HUB_OFFLINE")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory() as place:  # root can write everywhere, and nobody else read a folder of root's
        os.chmod(place, 0o755)
        script = shutil.copy(BINDER / "start", place)
        run = subprocess.run(
            [script, "env"],
            env={**environment, **variables},
            cwd=place,
            capture_output=True,
            text=True,
            check=True,
            **({"user": 65534} if root else {}),
        )
    return dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)


@bash
def test_a_server_has_one_thread_unless_the_hub_says_otherwise():
    assert started_with({})["OMP_NUM_THREADS"] == "1"
    assert started_with({"OMP_NUM_THREADS": "4"})["OMP_NUM_THREADS"] == "4"


@bash
def test_only_a_shared_cache_turns_the_network_off():
    assert "HF_HUB_OFFLINE" not in started_with({})
    assert "HF_HUB_OFFLINE" not in started_with({"HF_HUB_CACHE": "/not/there"})
    with tempfile.TemporaryDirectory() as cache:
        os.chmod(cache, 0o777)
        assert "HF_HUB_OFFLINE" not in started_with({"HF_HUB_CACHE": cache})
        os.chmod(cache, 0o555)
        assert started_with({"HF_HUB_CACHE": cache})["HF_HUB_OFFLINE"] == "1"
        os.chmod(cache, 0o755)


@bash
def test_the_server_gets_its_arguments_as_they_are(tmp_path):
    run = subprocess.run(
        [BINDER / "start", "printf", "%s|", "a b", "$HOME"], capture_output=True, text=True, check=True
    )
    assert run.stdout == "a b|$HOME|"
    assert Path(BINDER / "start").read_text().endswith('exec "$@"\n')
