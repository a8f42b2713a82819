"""Slides in a real browser at 1280 by 720: nothing is cut off, nothing is too small to read, keys and fingers work."""

import os

import nbformat
import pytest

from utils.authoring import notebook_files
from utils.workshop.slides import deck

SMALLEST = 16  # pixels of a letter on a slide of 1280 by 720
# What of a slide does not fit on it, and each slide's smallest letters.
FAULTS = """smallest => [...document.querySelectorAll(".slide")].flatMap((slide, index) => {
    const body = slide.children[1], edge = slide.getBoundingClientRect(), found = [];
    const tell = words => found.push(`slide ${index + 1}: ${words}`);
    if (body.scrollHeight > body.clientHeight) tell(`${body.scrollHeight - body.clientHeight} px too tall`);
    if (body.scrollWidth > body.clientWidth) tell(`${body.scrollWidth - body.clientWidth} px too wide`);
    if (!body.children.length) tell("empty");
    for (const element of slide.querySelectorAll("*")) {
        const box = element.getBoundingClientRect(), size = parseFloat(getComputedStyle(element).fontSize);
        const words = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (words && size < smallest) tell(`letters of ${size} px: ${element.textContent.slice(0, 40)}`);
        if (box.right > edge.right + 1 || box.bottom > edge.bottom + 1)
            if (!element.closest(".part")) tell(`sticks out: ${element.outerHTML.slice(0, 80)}`);
    }
    return found;
})"""
# How many slides show a figure smaller than drawn, with no larger halves on the next two.
SMALL_FIGURES = """() => [...document.querySelectorAll(".slide:has(.output img:not(.formula))")].filter(slide => {
    const image = slide.querySelector(".output img");
    return image.clientWidth < 0.9 * image.naturalWidth && !slide.nextSibling.querySelector(".part");
}).length"""


@pytest.fixture
def deck_page(browser, tmp_path):
    """`deck_page(notebook, path)`: its slides, laid out; no slide may ask the network for anything, or complain."""
    opened = []

    def show(notebook, path, width=1280, height=720, **options):
        file = tmp_path / "slides.html"
        file.write_text(deck.page(notebook, path), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        opened.append((page, []))
        asked = opened[-1][1]
        page.on("request", lambda request: asked.append(request.url) if "http" in request.url else None)
        page.on("console", lambda message: asked.append(message.text))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.goto(file.as_uri())
        page.wait_for_function("document.documentElement.dataset.ready || innerWidth < 640")
        return page

    yield show
    for page, asked in opened:
        page.close()
        assert asked == []


def of_course(name):
    [path] = (notebook_files.ROOT / "notebooks").glob(f"{name}_*.ipynb")
    return notebook_files.read(path), path


def notebook(*cells):
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_markdown_cell(cell) if isinstance(cell, str) else nbformat.v4.new_code_cell(**cell)
        for cell in cells
    ]
    return made


def printed(text):
    return {"source": "run()", "outputs": [nbformat.v4.new_output("stream", name="stdout", text=text)]}


def shown(html):
    data = {"text/html": html, "text/plain": "words"}
    return {"source": "show()", "outputs": [nbformat.v4.new_output("display_data", data=data)]}


# The quick run takes the lesson with the tallest figure; SLIDES_ALL=1 takes all of them.
@pytest.mark.parametrize("lesson", [f"{n:02}" for n in range(9)] if os.environ.get("SLIDES_ALL") else ["03"])
def test_nothing_of_a_lesson_is_cut_off_or_too_small(deck_page, lesson):
    source, path = of_course(lesson)
    page = deck_page(source, path)
    assert page.evaluate(FAULTS, SMALLEST) == []
    assert page.evaluate(SMALL_FIGURES) == 0
    figures = sum("<img" in str(o.get("data", {}).get("text/html")) for c in source.cells for o in c.get("outputs", []))
    alts = page.evaluate("[...document.querySelectorAll('.output img')].filter(i => i.alt.length > 20).length")
    assert alts == figures > 0
    headings = [line for c in source.cells if c.cell_type == "markdown" for line in c.source.splitlines()]
    headings = [line.lstrip("# ") for line in headings if line.startswith("#")]
    fresh = page.evaluate("[...document.querySelectorAll('.slide:not(.goes-on) > header')].map(h => h.textContent)")
    assert fresh == headings  # each begins a slide, in order


LONG = "\n".join(f"{n:>4} " + "words " * 14 for n in range(120))
ROWS = "".join(f"<tr><td>{n}</td><td>{'much text ' * 12}</td><td>{n}</td></tr>" for n in range(40))
WIDE = "<table><tbody><tr>" + "".join(f"<td>column{n}word</td>" for n in range(30)) + "</tr></tbody></table>"


def test_what_is_too_long_goes_on_and_nothing_is_lost(deck_page):
    many = "".join(f"- point {n} of a list\n" for n in range(60))
    source = notebook(
        "# Long things\n\nAn introduction.",
        "## A text\n\nWhat is printed?",
        printed(LONG),
        "## A table",
        shown(f"<table><thead><tr><th>a</th><th>b</th><th>c</th></tr></thead><tbody>{ROWS}</tbody></table>"),
        "## A wide one",
        shown(WIDE),
        "## A list\n\n" + many,
        "## A long line",
        printed("x" * 700),
    )
    page = deck_page(source, notebook_files.ROOT / "notebooks/long.ipynb")
    assert page.evaluate(FAULTS, SMALLEST) == []
    text = page.evaluate("[...document.querySelectorAll('.output pre')].map(pre => pre.textContent).join('')")
    assert text.splitlines()[:-1] == LONG.splitlines() and text.splitlines()[-1] == "x" * 700
    assert page.locator(".output tbody tr").count() == 41
    heads = page.locator(".slide:has(thead)").count()
    assert heads > 1 and page.locator(".slide:has(tbody):has(td:nth-child(3):last-child)").count() == heads
    assert page.locator("li").count() == 60


def test_an_output_waits_for_a_key_and_so_does_what_stands_below_it(deck_page):
    page = deck_page(notebook("# One", "Guess!", printed("42"), "So it is."), notebook_files.ROOT / "x.ipynb")
    answer, meaning = page.locator(".output"), page.get_by_text("So it is.")
    assert page.get_by_text("Guess!").is_visible() and not answer.is_visible() and not meaning.is_visible()
    page.keyboard.press("ArrowRight")
    assert answer.is_visible() and meaning.is_visible() and page.url.endswith("#1")


def current(page):
    return page.locator(".slide.current").get_attribute("aria-label")


def test_keys_buttons_fingers_and_links(deck_page):
    source = notebook("# One\n\n[to three](#Three)", "## Two", "Words.", "## Three", "## Four")
    page = deck_page(source, notebook_files.ROOT / "x.ipynb", has_touch=True)
    for key, number in [("ArrowRight", 2), ("PageDown", 3), (" ", 4), ("Home", 1), ("End", 4), ("ArrowLeft", 3)]:
        page.keyboard.press(key)
        assert current(page) == f"Slide {number} of 4" and page.url.endswith(f"#{number}")
        assert page.locator("[role=status]").inner_text() == f"Slide {number} of 4"
    page.get_by_role("button", name="Back").click()
    assert current(page) == "Slide 2 of 4" and "2 / 4" in page.locator(".current footer").inner_text()
    swipe = """([from, to]) => { for (const [kind, x] of [["touchstart", from], ["touchend", to]]) {
        const touch = new Touch({identifier: 1, target: document.body, clientX: x, clientY: 300});
        const touches = {touches: kind === "touchstart" ? [touch] : [], changedTouches: [touch], bubbles: true};
        document.body.dispatchEvent(new TouchEvent(kind, touches)); } }"""
    page.evaluate(swipe, [600, 200])
    assert current(page) == "Slide 3 of 4"
    page.evaluate(swipe, [200, 600])
    page.keyboard.press("Home")
    page.get_by_role("link", name="to three").click()
    assert current(page) == "Slide 3 of 4"


def test_the_speaker_reads_the_mistakes_of_the_section(deck_page):
    source, path = of_course("01")
    page = deck_page(source, path)
    page.keyboard.press("ArrowRight")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    assert "A load that goes wrong in silence" in speaker.inner_text("h1")
    assert "To wait for an error. A bad load can be silent." in speaker.inner_text("body")
    page.keyboard.press("Home")
    assert speaker.inner_text("h1").startswith("1 / ") and "To wait for an error" not in speaker.inner_text("body")


def test_a_page_for_each_slide_in_print_and_one_long_text_on_a_telephone(deck_page):
    source, path = of_course("00")
    page = deck_page(source, path)
    count = page.locator(".slide").count()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == count > 5
    narrow = deck_page(source, path, width=390, height=800)
    assert narrow.locator(".slide").count() == 0 and narrow.get_by_text("Take-aways").count() == 1
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing(deck_page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    source, path = of_course("00")
    page = deck_page(source, path)
    for _ in range(3):
        assert axe.run(page).response["violations"] == []
        page.keyboard.press("ArrowDown")
