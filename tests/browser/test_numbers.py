"""The playground's numbers in a real JupyterLab: by keyboard alone, dragged, in both themes, narrow."""

import os
import string
from functools import partial
from pathlib import Path

import pytest
from one_cell import OVERFLOWING, after, inputs, open_notebook, start, violations

FIRST = 'import sys; sys.path.insert(0, "..")\nfrom utils import playground\n'
COUNTS = FIRST + "playground.confusion()"
THRESHOLD = FIRST + "playground.threshold([1, 0, 0, 1, 0], [0.8, 0.7, 0.3, 0.2, 0.1], false_alarm=1, miss=10)"
KEYS = ["Delete", "Backspace", "Escape", "Space", "d", "d", "x", "v", "Control+Shift+ArrowUp"]


@pytest.fixture
def open_lab(course, lab_url, page):
    return partial(open_notebook, course, lab_url, page)


def picture(shown, name):
    if folder := os.environ.get("BROWSER_SCREENSHOTS"):
        shown.scroll_into_view_if_needed()
        shown.screenshot(path=Path(folder, f"{name}.png"))


def type_everything(shown, page):
    """Type every letter and KEYS on each control, and return how many controls there are."""
    controls = shown.locator(".page :is(button, input)").all()
    for control in controls:
        control.focus()
        page.keyboard.type(string.ascii_letters)
        for key in KEYS:
            control.focus()
            page.keyboard.press(key)
    return len(controls)


def said(shown):
    return shown.get_by_role("status").text_content()


def wait_for(shown, words):
    """Wait until a screen reader has heard these words: the last of several changes."""
    shown.get_by_role("status").filter(has_text=words).wait_for(timeout=30_000)


def in_focus(locator):
    return locator.evaluate("control => control === document.activeElement")


def tab_to(page, locator):
    for _ in range(30):
        if in_focus(locator):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab does not lead there")


def test_counts_are_changed_by_keyboard_alone_and_focus_and_value_stay(open_lab, page):
    cell = open_lab(COUNTS)
    shown = start(page, cell)
    before = inputs(page)
    cell.locator(".cm-content").click()
    page.keyboard.press("Escape")  # from the editor to the notebook; Tab leads on to the fields
    slider = shown.get_by_label("False positives, as a slider")
    tab_to(page, slider)
    assert after(shown, page.keyboard.press, "ArrowLeft").startswith("precision 0.904, recall 0.850")
    for key in ["ArrowLeft"] * 4:
        page.keyboard.press(key)
    wait_for(shown, "precision 0.944")
    assert shown.get_by_text("Of 90 called positive, 85 are.").is_visible()
    page.keyboard.press("Home")
    wait_for(shown, "precision 1.000")
    assert in_focus(slider) and slider.input_value() == "0"
    assert shown.get_by_label("False positives", exact=True).input_value() == "0"

    field = shown.get_by_label("True positives", exact=True)
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("5000")
    wait_for(shown, "recall 0.997")
    assert in_focus(field) and field.input_value() == "5000"
    assert shown.get_by_label("True positives, as a slider").input_value() == "5000"
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    wait_for(shown, "True positives is empty, and must be a whole number")
    assert in_focus(field)
    assert inputs(page) == before


def test_no_key_on_any_control_changes_the_cells(open_lab, page):
    shown = start(page, open_lab(COUNTS))
    before = inputs(page)
    assert type_everything(shown, page) == 12
    assert inputs(page) == before


def test_a_slider_is_dragged_and_the_page_follows_before_the_mouse_is_let_go(open_lab, page):
    shown = start(page, open_lab(COUNTS))
    slider = shown.get_by_label("True positives, as a slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 85 / 200, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    shown.locator(".metric", has_text="called positive").get_by_text("called positive, 85 are").wait_for(
        state="detached"
    )
    page.mouse.move(box["x"] + box["width"] - 1, middle, steps=10)
    wait_for(shown, "recall 0.930")
    page.mouse.up()
    assert slider.input_value() == "200" and shown.get_by_text("Of 210 called positive, 200 are.").is_visible()


def test_a_preset_fills_the_fields_and_keeps_the_focus(open_lab, page):
    shown = start(page, open_lab(COUNTS))
    fraud = shown.get_by_role("button", name="98 % right on fraud")
    fraud.focus()
    assert "accuracy 0.980" in after(shown, page.keyboard.press, "Enter")
    assert in_focus(fraud)
    for label, count in {"True positives": "3", "True negatives": "1222"}.items():
        assert shown.get_by_label(label, exact=True).input_value() == count
        assert shown.get_by_label(f"{label}, as a slider").input_value() == count
    assert after(shown, shown.get_by_role("button", name="Always negative").click).startswith("precision undefined")


def test_a_page_that_is_loaded_again_has_the_numbers_of_the_kernel(open_lab, page):
    shown = start(page, open_lab(COUNTS))
    after(shown, shown.get_by_label("True negatives", exact=True).fill, "400")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(2000)
    page.reload()
    shown.locator("[data-turn]").wait_for(timeout=60_000)
    assert shown.get_by_label("True negatives", exact=True).input_value() == "400"
    assert shown.get_by_label("True negatives, as a slider").input_value() == "400"
    assert "recall 0.840" in after(shown, shown.get_by_label("True positives", exact=True).fill, "79")


@pytest.mark.parametrize("theme", ["Light", "Dark"], indirect=True)
def test_axe_finds_nothing(open_lab, page, theme):
    shown = start(page, open_lab(COUNTS))
    assert page.locator("body").get_attribute("data-jp-theme-light") == str(theme == "Light").lower()
    picture(shown, f"counts-{theme}")
    assert violations(page) == []
    after(shown, shown.get_by_role("button", name="Always negative").click)
    picture(shown, f"counts-{theme}-undefined")
    assert violations(page) == []
    after(shown, shown.get_by_label("True positives", exact=True).fill, "")
    picture(shown, f"counts-{theme}-note")
    assert violations(page) == []
    shown = start(page, open_lab(THRESHOLD))
    picture(shown, f"threshold-{theme}")
    assert violations(page) == []


@pytest.mark.parametrize("name, code", [("counts", COUNTS), ("threshold", THRESHOLD)])
def test_a_narrow_page_needs_no_scrolling_sideways(open_lab, page, name, code):
    shown = start(page, open_lab(code))
    if page.locator(".jp-FileBrowser").is_visible():
        page.keyboard.press("Control+b")
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_timeout(1000)
    assert shown.evaluate(OVERFLOWING) == []
    picture(shown, f"{name}-360")


def test_the_threshold_moves_by_keyboard_and_its_cost_is_heard(open_lab, page):
    shown = start(page, open_lab(THRESHOLD))
    before = inputs(page)
    slider = shown.get_by_label("Threshold, as a slider")
    slider.focus()
    assert after(shown, page.keyboard.press, "ArrowRight").startswith("threshold 0.51, ")
    for key in ["ArrowRight"] * 14:
        page.keyboard.press(key)
    wait_for(shown, "threshold 0.65, precision 0.500, recall 0.500, cost 11; cheapest 0.2, cost 2")
    assert in_focus(slider) and slider.input_value() == "0.65"
    price = shown.get_by_label("A miss costs")
    price.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("1")
    wait_for(shown, "cost 2; cheapest 0.8, cost 1")
    type_everything(shown, page)
    assert inputs(page) == before
    field = shown.get_by_label("Threshold", exact=True)
    field.fill("0.9")
    price.fill("1")  # the arrow above has raised it
    cheapest = shown.get_by_role("button", name="Go to the cheapest")
    cheapest.focus()
    wait_for(shown, "threshold 0.9, precision undefined")
    page.keyboard.press("Enter")
    wait_for(shown, "threshold 0.8, ")
    assert in_focus(cheapest) and field.input_value() == slider.input_value() == "0.8"
