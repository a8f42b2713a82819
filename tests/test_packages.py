"""What the first cell says of packages that do not fit."""

import sys
import types
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from utils import packages
from utils.commands.place import ROOT
from utils.packages import REQUIREMENTS

VERSION = metadata.version


@pytest.fixture
def installed(monkeypatch):
    """Say which versions are there in place of the true ones; None: not there."""

    def pretend(**versions):
        def version(name):
            if name in versions and versions[name] is None:
                raise metadata.PackageNotFoundError(name)
            return versions.get(name) or VERSION(name)

        monkeypatch.setattr(metadata, "version", version)

    return pretend


def test_the_tested_versions_need_no_word():
    assert packages.complaint() == ""


def test_colabs_versions_need_no_word(installed):
    installed(transformers="5.15.0", huggingface_hub="1.27.0", torch="2.11.0+cu128", numpy="2.1.3", pandas="2.2.3")
    assert packages.complaint() == ""


def test_an_old_and_a_missing_package_are_named_with_the_fix(installed):
    installed(transformers="4.57.6", seaborn=None)
    said = packages.complaint()
    assert "transformers 4.57.6" in said and "seaborn is missing" in said and "the course needs" in said
    assert 'run %pip install "transformers<6,>=5.15" "seaborn>=0.13" in a cell and restart the kernel.' in said


def test_a_package_that_is_too_new_is_named(installed):
    installed(ipywidgets="9.0.0")
    assert "ipywidgets 9.0.0; the course needs ipywidgets<9,>=7.7." in packages.complaint()


def test_on_colab_nothing_is_to_be_installed(installed, monkeypatch):
    installed(transformers="4.53.2", torch="2.5.1")
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    said = packages.complaint()
    assert "pip" not in said and said.endswith("choose another Runtime version, then run this cell again.")


def test_what_one_lesson_needs_alone_is_not_asked_for(installed):
    installed(onnx=None, onnxruntime=None, onnxscript=None, fsrs=None, jupyterlab=None)
    assert packages.complaint() == ""


def test_every_name_has_a_range():
    given = {line.partition(">")[0].partition("<")[0] for line in REQUIREMENTS.read_text().splitlines()}
    assert set(packages.EVERY_LESSON) <= given


def test_every_range_holds_on_the_list_that_colab_publishes():
    published = (ROOT / "tests/colab/packages.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in published if "==" in line and not line.startswith("#"))
    needs = [Requirement(line) for line in REQUIREMENTS.read_text().splitlines() if line and not line.startswith("#")]
    lacking = {need.name for need in needs if need.name not in pins}
    assert lacking == {"onnx", "onnxruntime", "onnxscript", "fsrs", "jupyterlab"}
    assert [need for need in needs if need.name in pins and not need.specifier.contains(pins[need.name])] == []
