"""The field of lesson 04 in a real JupyterLab: a text is typed, and both classifiers answer."""

import string
from functools import partial

import pytest
from one_cell import after, inputs, open_notebook, start
from transformers import pipeline

from utils import checkpoints
from utils.playground import classifying
from utils.quiz import frame

NAMES = {"RoBERTa": "roberta-base-SST-2", "DistilBERT": "distilbert-base-uncased-finetuned-sst-2-english"}
CODE = f"""import sys; sys.path.insert(0, "..")
from utils import checkpoints, playground
checkpoints.prepare()
from transformers import pipeline
names = {NAMES}
folders = {{short: checkpoints.locate(name) for short, name in names.items()}}
playground.classify({{short: pipeline("sentiment-analysis", folder) for short, folder in folders.items()}})
"""


@pytest.fixture
def open_lab(course, lab_url, page):
    return partial(open_notebook, course, lab_url, page, CODE)


def test_a_text_is_typed_and_both_answers_are_heard_and_seen(open_lab, page):
    shown = start(page, open_lab())
    before, text = inputs(page), "This film is awful, and dad hated it."
    field = shown.get_by_label("Your text")
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)  # its letters are JupyterLab's commands: a and b add a cell, d d deletes it
    heard = after(shown, page.keyboard.press, "Enter")
    for short, name in NAMES.items():
        for row in pipeline("sentiment-analysis", checkpoints.locate(name))(text, top_k=None):
            assert f"{row['label']} {row['score']:.2f}" in heard
        assert f"{short} says " in heard and shown.locator("p", has_text=f"{short} says ").is_visible()
    assert field.input_value() == text and field.evaluate("field => field === document.activeElement")

    button = shown.get_by_role("button", name="Classify")
    button.focus()
    page.keyboard.type(string.ascii_letters + "dd")
    assert inputs(page) == before
    field.fill("")
    assert after(shown, button.click) == classifying.EMPTY
    assert inputs(page) == before


def test_it_reads_without_a_kernel(open_lab, page):
    reading = frame.without_kernel(f"<p>{classifying.TO_READ}</p>")
    data = {"text/html": reading, "text/plain": classifying.TO_READ}
    cell = open_lab([{"output_type": "display_data", "metadata": {}, "data": data}])
    cell.get_by_text(classifying.TO_READ).wait_for()
    assert "not found" not in cell.inner_text()
