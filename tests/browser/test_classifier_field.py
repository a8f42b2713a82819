"""The field of lesson 04 in a real JupyterLab: a text is typed, and both classifiers answer."""

import json
import string

import pytest
from transformers import pipeline

from utils import checkpoints, playground
from utils.authoring.shared_cells import METADATA
from utils.quiz import frame

NAME = "98_typing.ipynb"
NAMES = {"RoBERTa": "roberta-base-SST-2", "DistilBERT": "distilbert-base-uncased-finetuned-sst-2-english"}
CODE = f"""import sys; sys.path.insert(0, "..")
from utils import checkpoints, playground
checkpoints.prepare()
from transformers import pipeline
names = {NAMES}
folders = {{short: checkpoints.locate(name) for short, name in names.items()}}
playground.classify({{short: pipeline("sentiment-analysis", folder) for short, folder in folders.items()}})
"""
CELLS = ["# Typing", CODE, "End."]


@pytest.fixture
def open_lab(course, lab_url, page):
    """`open_lab(outputs)`: a notebook with the field, opened; `outputs` is what a run has saved, None for no run."""

    def show(outputs=None):
        kinds = ("markdown", "code", "markdown")
        cells = [
            {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
            for number, (kind, source) in enumerate(zip(kinds, CELLS, strict=True))
        ]
        cells[1] |= {"outputs": outputs or [], "execution_count": 1 if outputs else None}
        notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
        (course / "notebooks" / NAME).write_text(json.dumps(notebook), encoding="utf-8")
        page.goto(f"{lab_url}/lab/tree/notebooks/{NAME}?reset")
        page.wait_for_selector(".jp-Notebook h1", timeout=60_000)
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=60_000)
        return page.locator(".jp-Notebook .jp-Cell").nth(1)

    return show


def start(page, cell):
    """Run the cell; returns the page in it once it shows."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    shown = cell.locator(".course-quiz")
    shown.locator("[data-turn]").wait_for(timeout=240_000)
    return shown


def after(shown, act, *arguments):
    """Do something, and wait for what a screen reader hears of it."""
    turn = shown.locator("[data-turn]").get_attribute("data-turn")
    act(*arguments)
    shown.locator(f'[data-turn]:not([data-turn="{turn}"])').wait_for(timeout=120_000)
    return " ".join(shown.get_by_role("status").text_content().split())


def inputs(page):
    """What the cells hold, from top to bottom."""
    return page.locator(".jp-Notebook .jp-Cell .jp-Cell-inputWrapper").all_text_contents()


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
    assert after(shown, button.click) == playground.EMPTY
    assert inputs(page) == before


def test_it_reads_without_a_kernel(open_lab, page):
    reading = frame.without_kernel(f"<p>{playground.TO_READ}</p>")
    data = {"text/html": reading, "text/plain": playground.TO_READ}
    cell = open_lab([{"output_type": "display_data", "metadata": {}, "data": data}])
    cell.get_by_text(playground.TO_READ).wait_for()
    assert "not found" not in cell.inner_text()
