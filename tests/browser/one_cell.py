"""A notebook with one code cell in a real JupyterLab: run it, act on what it shows, see that no cell changes."""

import json
import re

import pytest

from utils.authoring.shared_cells import METADATA

NAME = "98_one_cell.ipynb"
OVERFLOWING = """quiz => {
    const edge = quiz.getBoundingClientRect();
    if (edge.left < 0 || edge.right > innerWidth) return [`from ${edge.left} to ${edge.right} in ${innerWidth}`];
    const wide = e => e.getBoundingClientRect().right > edge.right + 1 || e.scrollWidth > e.clientWidth + 1;
    const all = [quiz, ...quiz.querySelectorAll(".page *:not(input, .heard)")].filter(wide);
    return all.filter(e => getComputedStyle(e).display !== "inline").map(e => e.outerHTML.slice(0, 100));
}"""


def open_notebook(course, lab_url, page, code, outputs=None):
    """Opens the notebook and returns its code cell; `outputs` is what a run has saved, None for no run."""
    sources = ["# One cell", code, "End."]
    cells = [
        {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
        for number, (kind, source) in enumerate(zip(("markdown", "code", "markdown"), sources, strict=True))
    ]
    cells[1] |= {"outputs": outputs or [], "execution_count": 1 if outputs else None}
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    (course / "notebooks" / NAME).write_text(json.dumps(notebook), encoding="utf-8")
    page.goto(f"{lab_url}/lab/tree/notebooks/{NAME}?reset")
    page.wait_for_selector(".jp-Notebook h1", timeout=60_000)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=60_000)
    return page.locator(".jp-Notebook .jp-Cell").nth(1)


def start(page, cell):
    """Run the cell to its end; returns the frame in it."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    shown = cell.locator(".course-quiz")
    shown.locator("[data-turn]").wait_for(timeout=240_000)
    wait_for_its_end(cell)
    return shown


def wait_for_its_end(cell):
    """Wait until a cell that runs has its number: until then [*] stands beside it."""
    cell.locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]")).wait_for()


def after(shown, act, *arguments):
    """Do something, and wait for what a screen reader hears of it."""
    turn = shown.locator("[data-turn]").get_attribute("data-turn")
    act(*arguments)
    shown.locator(f'[data-turn]:not([data-turn="{turn}"])').wait_for(timeout=120_000)
    return " ".join(shown.get_by_role("status").text_content().split())


def inputs(page):
    """What the cells hold, from top to bottom."""
    return page.locator(".jp-Notebook .jp-Cell .jp-Cell-inputWrapper").all_text_contents()


def violations(page):
    """What axe-core finds wrong in the frame."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, context=".course-quiz").response["violations"]
    return [(fault["id"], node["html"][:200], node["failureSummary"]) for fault in found for node in fault["nodes"]]
