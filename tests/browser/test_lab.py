"""Each lesson, opened in JupyterLab by a headless browser and run from top to bottom."""

import json
import os
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from utils.commands.place import ROOT

LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SECONDS_TO_RUN = 600  # only to notice that one hangs
ERROR = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]:has-text("Traceback (most recent call")'
ALL_RUN = r"""() => {
    const prompts = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")].map(p => p.textContent);
    return prompts.length && prompts.every(text => /^\[\d+\]:$/.test(text));
}"""


def get_json(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def settings(lab_url, plugin):
    properties = get_json(f"{lab_url}/lab/api/settings/{plugin}")["schema"]["properties"]
    return {name: value.get("default") for name, value in properties.items()}


def test_the_settings_of_the_course_arrive(lab_url):
    popups = settings(lab_url, "@jupyterlab/apputils-extension:notification")
    assert popups["fetchNews"] == "false" and popups["checkForUpdates"] is False
    notebook = settings(lab_url, "@jupyterlab/notebook-extension:tracker")
    assert notebook["codeCellConfig"]["lineNumbers"] is True
    assert notebook["kernelShutdown"] is True and notebook["scrollPastEnd"] is False
    assert settings(lab_url, "@jupyter-widgets/jupyterlab-manager:plugin")["saveState"] is False


def test_the_root_is_the_repository_and_the_first_page_is_lesson_00(lab_url, page):
    assert {"README.md", "notebooks", "utils"} <= {
        entry["name"] for entry in get_json(f"{lab_url}/api/contents")["content"]
    }
    page.goto(lab_url)
    page.wait_for_selector(".jp-Notebook h1", timeout=60_000)
    assert urlsplit(page.url).path.endswith("/lab/tree/notebooks/00_start_here.ipynb")
    page.wait_for_timeout(2000)  # a popup would take a moment
    assert_no_popup(page)


def assert_no_popup(page):
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".Toastify__toast").count() == 0


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_to_its_end(course, lab_url, page, name):
    path = course / "notebooks" / name
    page.goto(f"{lab_url}/lab/tree/notebooks/{name}?reset")
    page.wait_for_selector(".jp-Notebook h1", timeout=60_000)
    title = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]).splitlines()[0].lstrip("# ")
    assert page.locator(".jp-Notebook h1").first.inner_text().rstrip("¶").strip() == title
    wait_until(lambda: kernel_states(lab_url, name) == ["idle"], "its kernel did not become idle")

    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    errors = page.locator(ERROR)  # JupyterLab shows a traceback as stderr, and runs no cell after it
    wait_until(lambda: errors.count() or page.evaluate(ALL_RUN), "the cells did not end", SECONDS_TO_RUN)
    take_pictures(page, path.stem)
    assert errors.all_text_contents() == []
    assert_no_popup(page)

    assert_saved_without_errors(page, path)
    page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon").first.click()
    discard = page.locator(".jp-Dialog").get_by_role("button", name="Discard")  # if a kernel told of itself since then

    def shut_down():
        if discard.is_visible():
            discard.click()
        return kernel_states(lab_url, name) == []

    wait_until(shut_down, "closing the notebook did not shut its kernel down")


def wait_until(true, complaint, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.2)


def kernel_states(lab_url, name):
    sessions = get_json(f"{lab_url}/api/sessions")
    return [session["kernel"]["execution_state"] for session in sessions if session["name"] == name]


def assert_saved_without_errors(page, path):
    """Save as a learner would, and read from the file that every code cell ran and none ended in an error."""
    page.keyboard.press("Control+s")

    def cells():
        """The code cells in the file; none while JupyterLab is writing it, when it may be empty or cut off."""
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            return []
        return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]

    def saved():
        found = cells()
        return found and all(cell["execution_count"] for cell in found)

    wait_until(saved, "the notebook was not saved")
    for cell in cells():
        for output in cell["outputs"]:
            assert output["output_type"] != "error", (cell["id"], output)


def take_pictures(page, stem):
    """The first screen and the whole notebook, where BROWSER_SCREENSHOTS names a folder."""
    folder = os.environ.get("BROWSER_SCREENSHOTS")
    if not folder:
        return
    page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    page.wait_for_timeout(1000)
    page.screenshot(path=Path(folder, f"{stem}.png"))
    height = page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollHeight")
    page.set_viewport_size({"width": 1280, "height": min(height + 200, 16_000)})
    page.wait_for_timeout(1000)
    page.screenshot(path=Path(folder, f"{stem}-whole.png"))
    page.set_viewport_size({"width": 1280, "height": 900})
