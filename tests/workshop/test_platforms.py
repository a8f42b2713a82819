"""Which wheels fit which computer: our short rule says the same as the rules of packaging."""

import sys
import sysconfig

import pytest
from packaging import tags
from packaging.utils import parse_wheel_filename

from utils.commands import install
from utils.workshop import platforms

WHEELS = """
jupyterlab-4.6.6-py3-none-any.whl
six-1.17.0-py2.py3-none-any.whl
old-1.0-py2-none-any.whl
numpy-2.4.6-cp313-cp313-macosx_14_0_arm64.whl
numpy-2.4.6-cp313-cp313-win_amd64.whl
numpy-2.4.6-cp313-cp313t-win_amd64.whl
numpy-2.4.6-cp313-cp313-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl
numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl
numpy-2.4.6-cp313-cp313-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl
torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl
safetensors-0.8.0-cp310-abi3-macosx_11_0_arm64.whl
pyzmq-27.3.0-cp312-abi3-win_amd64.whl
onnx-1.23.2-cp312-abi3-macosx_13_0_universal2.whl
debugpy-1.8.22-cp313-cp313-macosx_10_13_universal2.whl
widget-1.0-py3-none-macosx_11_0_x86_64.whl
widget-1.0-py3-none-win_arm64.whl
widget-1.0-py3-none-win32.whl
""".split()


def rules(name, python):
    """The tags that packaging, and so pip, accepts for a platform and a Python."""
    version = tuple(map(int, python.split(".")))
    accepted = platforms.PLATFORMS[name].tags
    if name.startswith("macos"):
        accepted = list(tags.mac_platforms((14, 0), name.replace("macos-", "")))
    return {
        *tags.cpython_tags(version, [f"cp{python.replace('.', '')}"], accepted),
        *tags.compatible_tags(version, f"cp{python.replace('.', '')}", accepted),
    }


@pytest.mark.parametrize("python", platforms.PYTHONS)
@pytest.mark.parametrize("name", platforms.PLATFORMS)
def test_what_fits(name, python):
    expected = [wheel for wheel in WHEELS if parse_wheel_filename(wheel)[3] & rules(name, python)]
    assert [wheel for wheel in WHEELS if platforms.fits(wheel, name, python)] == expected
    assert "jupyterlab-4.6.6-py3-none-any.whl" in expected and len(expected) < len(WHEELS) / 2


def test_this_computer_takes_what_was_installed_on_it():
    from importlib.metadata import distribution

    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    for package in ("numpy", "torch", "PyYAML"):
        lines = distribution(package).read_text("WHEEL").splitlines()
        tag = next(line.removeprefix("Tag: ") for line in lines if line.startswith("Tag: "))
        assert platforms.fits(f"{package}-1.0-{tag}.whl", platforms.this(), python)


@pytest.mark.parametrize(
    ("system", "machine", "built", "name"),
    [
        ("linux", "x86_64", "linux-x86_64", "linux-x86_64"),
        ("linux", "aarch64", "linux-aarch64", "linux-arm64"),
        ("win32", "AMD64", "win-amd64", "windows-x86_64"),
        ("win32", "ARM64", "win-amd64", "windows-x86_64"),  # an x86_64 Python on Windows for ARM
        ("win32", "ARM64", "win-arm64", "windows-arm64"),
        ("win32", "AMD64", "win32", "windows-win32"),  # a 32-bit Python: no wheels for it
        ("darwin", "arm64", "macosx-10.13-universal2", "macos-arm64"),
        ("darwin", "x86_64", "macosx-10.13-universal2", "macos-x86_64"),
        ("freebsd14", "amd64", "freebsd-14-amd64", "freebsd14-x86_64"),
    ],
)
def test_the_name_of_a_computer(monkeypatch, system, machine, built, name):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platforms.platform, "machine", lambda: machine)
    monkeypatch.setattr(sysconfig, "get_platform", lambda: built)
    assert platforms.this() == name
    assert platforms.words(name) == (platforms.PLATFORMS[name].words if name in platforms.PLATFORMS else name)


def test_the_pythons_are_those_that_lab_takes():
    assert platforms.PYTHONS[-1] == ".".join(map(str, install.NEWEST))
