"""A learner resets the exercise that is open in JupyterLab."""

import subprocess
import sys

import pytest

NAMES = {"all of it saved": "exercises/02_tokens_and_inputs", "more typed since": "exercises/03_hidden_states"}


def run(course, *arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=course, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("case", NAMES)
def test_a_notebook_that_is_open_can_be_reset_and_reloaded(course, lab_url, page, case):
    run(course, "-c", "from utils.workshop import pristine; pristine.keep()")
    path = course / f"{NAMES[case]}.ipynb"
    untouched = path.read_bytes()
    page.set_default_timeout(60_000)
    page.goto(f"{lab_url}/lab/tree/{NAMES[case]}.ipynb?reset")
    editor = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    editor.click()
    page.keyboard.type("# my work\n")
    page.keyboard.press("Control+s")
    for _ in range(60):  # seconds, until it is saved
        if b"my work" in path.read_bytes():
            break
        page.wait_for_timeout(1000)
    worked = path.read_bytes()
    if case == "more typed since":
        page.keyboard.type("# not saved\n")

    said = run(course, "-m", "utils", "reset", NAMES[case])
    (mine,) = path.parent.glob(f"{path.stem}_mine_*.ipynb")
    assert path.read_bytes() == untouched and b"my work" in worked and mine.read_bytes() == worked
    assert (
        "choose File, Reload Notebook from Disk (if it asks, first copy" in said
        and "then Kernel, Restart Kernel." in said
    )

    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name="Reload Notebook from Disk", exact=True).click()
    asks = page.locator(".jp-Dialog").get_by_role("button", name="Reload")
    mine_is_gone = "!document.querySelector('.jp-Notebook').textContent.includes('my work')"
    page.wait_for_function(f"() => {mine_is_gone} || document.querySelector('.jp-Dialog')")
    if case == "more typed since" or asks.is_visible():  # a kernel that starts late leaves something unsaved, too
        asks.click()
    page.wait_for_function(f"() => {mine_is_gone}")
    assert path.read_bytes() == untouched
