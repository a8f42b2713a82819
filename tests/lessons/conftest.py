"""What the tests of lessons look at: what a notebook printed, and what a check says of an answer."""

from pathlib import Path

import nbformat
import pytest
import transformers

ROOT = Path(__file__).parents[2]


@pytest.fixture
def printed():
    """`printed("notebooks/00_start_here")`: all that the code cells of the committed notebook have printed."""

    def read(name: str) -> str:
        cells = nbformat.read(ROOT / f"{name}.ipynb", 4).cells
        outputs = (output for cell in cells for output in cell.get("outputs", []))
        return "".join(output.text for output in outputs if output.output_type == "stream")

    return read


@pytest.fixture
def verdict(capsys):
    """`verdict(lesson, number, answer)`: what the check of an exercise says, on one line."""
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)  # as in the exercises

    def check(lesson, number: int, answer) -> str:
        capsys.readouterr()
        lesson.check(number, answer)
        return " ".join(capsys.readouterr().out.split())

    return check


def pytest_generate_tests(metafunc):
    """Give the tests of both_ways.py the answers of the module that imports them."""
    if "right" in metafunc.fixturenames:
        metafunc.parametrize("number, right", metafunc.module.RIGHT)
    if "wrong" in metafunc.fixturenames:
        metafunc.parametrize("number, wrong, message", metafunc.module.WRONG)
