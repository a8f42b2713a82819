"""Quizzes in a real JupyterLab: by keyboard alone, by mouse, in both themes, narrow, zoomed, and without a kernel."""

import json
import os
import string
from pathlib import Path

import pytest
from one_cell import inputs, wait_for_its_end

from utils.authoring.shared_cells import METADATA
from utils.quiz import bank, face, frame, reading

QUESTIONS = Path(__file__).parents[1] / "quiz" / "99.yaml"
BANK = bank.read(QUESTIONS)
NAME = "99_counting.ipynb"
QUIZ, CARDS = 3, 4  # their cells
RIGHT = {  # for each kind: the words of what to choose, or what to type
    "single": ["two"],
    "several": ["two", "four"],
    "predict": ["True"],
    "blank": "len",
    "order": ["one", "two", "three"],
    "numeric": "4,5",
}
LETTERS = string.ascii_letters + string.digits
OTHER_KEYS = ["Delete", "Backspace", "Escape", "Home", "End", "PageDown", "PageUp", "ArrowUp", "ArrowDown", "Space"]
OTHER_KEYS += [
    "Control+Shift+ArrowUp",
    "Control+Shift+ArrowDown",
    "d",
    "d",
    "x",
    "v",
]  # move, delete, cut, paste a cell


STOP_KERNELS = """async () => {
    const headers = {"X-XSRFToken": document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? ""};
    for (const session of await (await fetch("/api/sessions")).json())
        await fetch(`/api/sessions/${session.id}`, {method: "DELETE", headers});
    const left = await (await fetch("/api/sessions")).json();
    if (left.length) throw new Error("kernels are left");
}"""
NO_KERNELS = """async () => !(await (await fetch("/api/sessions")).json()).length"""


# --- a small notebook, opened in JupyterLab


def write(course, outputs):
    """A notebook with headings, a quiz and cards. `outputs` is what a run has saved of the quiz, None for no run."""
    first = "import sys; sys.path.insert(0, '..')\nfrom utils.quiz import cards, quiz\nquiz('99')"
    sources = [
        "# Counting",
        "## One and two\n\n" + "Count.\n\n" * 40,
        "## Code that counts",
        first,
        "cards('99')",
        "End.",
    ]
    cells = [
        {"cell_type": "code" if n in (QUIZ, CARDS) else "markdown", "id": f"cell-{n}", "metadata": {}, "source": source}
        for n, source in enumerate(sources)
    ]
    cells[QUIZ] |= {"outputs": outputs or [], "execution_count": 1 if outputs else None}
    cells[CARDS] |= {"outputs": [], "execution_count": None}
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    (course / "notebooks" / NAME).write_text(json.dumps(notebook), encoding="utf-8")
    (course / "utils/quiz/questions" / QUESTIONS.name).write_bytes(QUESTIONS.read_bytes())
    return len(cells)


@pytest.fixture
def page(browser, request):
    page = browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=getattr(request, "param", 1))
    yield page
    page.close()


@pytest.fixture
def open_lab(course, lab_url, page):
    """Opens the small notebook in JupyterLab; its kernel ends with the test, or the next one would find it."""

    def show(outputs=None):
        page.number_of_cells = write(course, outputs)
        return reopen(page, lab_url)

    yield show
    page.evaluate(STOP_KERNELS)


def reopen(page, lab_url):
    page.goto(f"{lab_url}/lab/tree/notebooks/{NAME}?reset")
    page.wait_for_selector(".jp-Notebook h1", timeout=60_000)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=60_000)
    return page


def cell(page, number):
    return page.locator(".jp-Notebook .jp-Cell").nth(number)


def start(page, number=QUIZ):
    """Run a cell; returns its quiz once the first question shows."""
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    output = cell(page, number).locator('[data-turn], [data-mime-type="application/vnd.jupyter.stderr"]').first
    output.wait_for(timeout=60_000)
    assert output.get_attribute("data-turn"), output.inner_text()
    wait_for_its_end(cell(page, number))
    return cell(page, number).locator(".course-quiz")


def acting(quiz, act, *arguments):
    """Do something, and wait for the page that comes of it."""
    turn = quiz.locator("[data-turn]").get_attribute("data-turn")
    act(*arguments)
    quiz.locator(f'[data-turn]:not([data-turn="{turn}"])').wait_for()


def click(quiz, words):
    acting(quiz, quiz.get_by_role("button", name=words).click)


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def said(quiz):
    return quiz.locator("[role=status]").inner_text()


def in_focus(page):
    """The name of the control in focus: its own, or its label's text."""
    element = "const element = document.activeElement"
    name = "element.getAttribute('aria-label') ?? (element.closest('label') ?? element).innerText.trim()"
    return page.evaluate(f"() => {{ {element}; return {name}; }}")


def tab_to(page, name):
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 24:
        if in_focus(page) == name:
            return
        press(page, key)
    raise AssertionError(f"{name} cannot be reached with Tab")


def picture(quiz, name):
    if folder := os.environ.get("BROWSER_SCREENSHOTS"):
        quiz.scroll_into_view_if_needed()
        quiz.screenshot(path=Path(folder, f"{name}.png"))


# --- tests


def choose_by_keyboard(page, question):
    """Give the right answer with arrows, space and letters; the focus is on the first control."""
    right = RIGHT[question.kind]
    if question.kind in ("blank", "numeric"):
        page.keyboard.type(right)
    elif question.kind == "order":
        for words in right:  # each to the end, one after another
            tab_to(page, f"Down: {words}")
            press(page, *["ArrowDown"] * len(right))
        tab_to(page, "Check")
    elif question.kind == "several":
        for _ in question.options:
            if in_focus(page) in right:
                press(page, "Space")
            press(page, "ArrowDown")
    else:
        press(page, "Space")
        while in_focus(page) not in right:
            press(page, "ArrowDown")


def test_a_whole_quiz_by_keyboard_alone(open_lab, page):
    quiz = start(open_lab())
    cell(page, QUIZ).locator(".cm-content").click()
    press(page, "Escape")  # from the editor to the notebook; Tab leads on to the quiz
    while not page.evaluate("() => document.activeElement.closest('.course-quiz') !== null"):
        press(page, "Tab")
    for question in BANK.questions:
        assert quiz.get_by_role("group", name=question.stem.replace("`", "")).count() == 1
        assert page.evaluate("() => document.activeElement.closest('fieldset') !== null")
        choose_by_keyboard(page, question)
        acting(quiz, press, page, "Enter")
        assert said(quiz).startswith("✓ Right."), (question.kind, said(quiz))
        assert in_focus(page) in ("Next", "See the result")
        acting(quiz, press, page, "Enter")
    assert "6 of 6 right at the first try" in said(quiz)
    assert page.locator(".jp-Notebook .jp-Cell").count() == page.number_of_cells


def test_a_whole_quiz_by_mouse(open_lab, page):
    quiz = start(open_lab())
    for question in BANK.questions:
        right = RIGHT[question.kind]
        click(quiz, "Hint (3 left)")
        if question.kind in ("blank", "numeric"):
            click(quiz, "Check")
            assert " first." in said(quiz)
            quiz.get_by_role("textbox").fill(right)
        elif question.kind == "order":
            for words in right:
                for _ in right:
                    quiz.get_by_role("button", name=f"Down: {words}", exact=True).click()
            assert said(quiz) == "Now 3 of 3"
        else:
            for words in right:
                quiz.get_by_label(words, exact=True).check()
        click(quiz, "Check")
        assert said(quiz).startswith("✓ Right.")
        click(quiz, "See the result" if question is BANK.questions[-1] else "Next")
    assert "6 of 6 right at the first try" in said(quiz)
    assert page.locator(".jp-Notebook .jp-Cell").count() == page.number_of_cells


def test_cards_by_keyboard_alone(open_lab, page):
    start(open_lab())  # imports what the cards need
    cards = start(page, CARDS)
    tab_to(page, "Turn the card")
    acting(cards, press, page, "Enter")
    assert said(cards) == "two, because counting adds one."
    assert in_focus(page).startswith("Good")
    press(page, "ArrowRight")
    assert in_focus(page).startswith("Easy")
    acting(cards, press, page, "Enter")
    for key in ("Enter", "Enter"):  # turn the second card; it is good
        acting(cards, press, page, key)
    assert said(cards) == "2 cards reviewed. No card is due now. Come back tomorrow."
    assert page.locator(".jp-Notebook .jp-Cell").count() == page.number_of_cells


def test_a_link_leads_to_the_section_to_reread(open_lab, page):
    quiz = start(open_lab())
    for _ in BANK.questions:
        click(quiz, "Show the answer")
        acting(quiz, quiz.locator("button.first").click)
    quiz.get_by_role("link", name="99 Counting: One and two").click()
    heading = page.get_by_role("heading", name="One and two")
    page.wait_for_function(
        "e => { const y = e.getBoundingClientRect().y; return 0 < y && y < 300; }", arg=heading.element_handle()
    )
    assert NAME in page.url


def type_everything(page, quiz):
    """Every letter, digit and some more, on every control; the cells stay what and where they are."""
    before = inputs(page)
    for control in quiz.locator(".page :is(button, input, a, [tabindex])").all():
        control.focus()
        page.keyboard.type(LETTERS)
        for key in OTHER_KEYS:
            control.focus()
            if not (key == "Space" and control.evaluate("element => element.tagName") == "BUTTON"):
                press(page, key)
    assert inputs(page) == before


def test_no_key_on_any_control_changes_the_cells(open_lab, page):
    quiz = start(open_lab())
    for question in BANK.questions:
        type_everything(page, quiz)
        click(quiz, "Show the answer")
        if question is BANK.questions[0]:  # all answers have the same controls
            type_everything(page, quiz)
        click(quiz, "See the result" if question is BANK.questions[-1] else "Next")
    type_everything(page, quiz)
    shown = start(page, CARDS)
    click(shown, "Turn the card")
    type_everything(page, shown)


def violations(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, context=".course-quiz").response["violations"]
    return [(fault["id"], node["html"][:200], node["failureSummary"]) for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("theme", ["Light", "Dark"], indirect=True)
def test_axe_finds_nothing(open_lab, page, theme):
    quiz, word = start(open_lab()), theme.lower()
    assert page.locator("body").get_attribute("data-jp-theme-light") == str(theme == "Light").lower()
    for question in BANK.questions:
        kind = question.kind
        picture(quiz, f"{word}-{kind}-open")
        click(quiz, "Hint (3 left)")
        if kind in ("single", "predict", "several"):
            quiz.get_by_label(question.options[1].text.strip("`"), exact=True).check()
        elif kind in ("blank", "numeric"):
            quiz.get_by_role("textbox").fill("7")
        click(quiz, "Check")
        assert said(quiz).startswith("✗ Not right yet.")
        picture(quiz, f"{word}-{kind}-wrong")
        assert violations(page) == []
        click(quiz, "Show the answer")
        picture(quiz, f"{word}-{kind}-done")
        assert violations(page) == []
        click(quiz, "See the result" if question is BANK.questions[-1] else "Next")
    picture(quiz, f"{word}-summary")
    assert violations(page) == []
    shown = start(page, CARDS)
    click(shown, "Turn the card")
    picture(shown, f"{word}-card")
    assert violations(page) == []


OVERFLOWING = """quiz => {
    const edge = quiz.getBoundingClientRect();
    if (edge.left < 0 || edge.right > innerWidth) return [`from ${edge.left} to ${edge.right} in ${innerWidth}`];
    const all = [quiz, ...quiz.querySelectorAll("[data-turn] *")];
    const wide = all.filter(e => e.getBoundingClientRect().right > edge.right + 1 || e.scrollWidth > e.clientWidth + 1);
    return wide.filter(e => getComputedStyle(e).display !== "inline").map(e => e.outerHTML.slice(0, 100));
}"""


# Zoom doubles the pixels of everything, so half as much fits into a screen of 1280 by 900.
@pytest.mark.parametrize(
    "page, width, height", [(1, 360, 740), (2, 640, 450)], indirect=["page"], ids=["360 px", "200 %"]
)
def test_narrow_and_zoomed_pages_need_no_scrolling_sideways(open_lab, page, width, height):
    quiz = start(open_lab())
    if page.locator(".jp-FileBrowser").is_visible():
        press(page, "Control+b")  # as one would on a small screen
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(1000)
    for question in BANK.questions:
        click(quiz, "Hint (3 left)")
        assert quiz.evaluate(OVERFLOWING) == []
        picture(quiz, f"{width}-{question.kind}")
        click(quiz, "Show the answer")
        assert quiz.evaluate(OVERFLOWING) == []
        click(quiz, "See the result" if question is BANK.questions[-1] else "Next")
    assert quiz.evaluate(OVERFLOWING) == []


def assert_reads(page):
    """All questions show, with their answers folded, and nothing of a dead widget."""
    output = cell(page, QUIZ).locator(".jp-OutputArea")
    output.get_by_text("Which numbers are even?").wait_for()
    for question in BANK.questions:
        stem = output.locator("li", has_text=question.stem.replace("`", ""))
        assert stem.first.is_visible()
    answer = output.get_by_text("Three is less than four.").first
    assert not answer.is_visible() and "not found" not in output.inner_text()
    output.locator("summary").nth(2).click()
    assert answer.is_visible()


def test_a_published_quiz_reads_without_running_it(open_lab, page):
    page_to_read = frame.without_kernel(reading.quiz_html(BANK, face.orders(BANK.questions)))
    data = {"text/html": page_to_read, "text/plain": reading.quiz_text(BANK)}
    open_lab([{"output_type": "display_data", "metadata": {}, "data": data}])
    assert_reads(page)
    picture(cell(page, QUIZ), "reading")
    quiz = start(page)
    assert quiz.is_visible() and not cell(page, QUIZ).locator(".course-quiz-reading").is_visible()


def test_a_learners_own_notebook_reads_when_opened_again(open_lab, lab_url, course, page):
    quiz = start(open_lab())
    click(quiz, "Hint (3 left)")
    press(page, "Control+s")
    saved = course / "notebooks" / NAME
    deadline = 300
    while frame.WIDGET_VIEW not in saved.read_text(encoding="utf-8"):
        page.wait_for_timeout(100)
        deadline -= 1
        assert deadline, "the notebook was not saved"
    page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon").first.click()
    page.wait_for_function(NO_KERNELS)  # its kernel stops with it
    reopen(page, lab_url)
    assert_reads(page)
