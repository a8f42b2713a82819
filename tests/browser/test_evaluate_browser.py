"""The page that `python -m utils evaluate` writes, in a real browser: light, dark, and on a telephone."""

import pytest

from utils import commands
from utils.commands.place import ROOT

NAME = "distilbert-base-uncased-finetuned-sst-2-english"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of a file with words of all kinds, among them very long ones."""
    folder = tmp_path_factory.mktemp("report")
    lines = (ROOT / "utils/data/reviews.csv").read_text(encoding="utf-8").splitlines()[:80]
    lines += [f"x1,<script>document.title = 1</script>{'long' * 100},0,,", f"x2,{'very good ' * 600},0,,", "x3,,1,,"]
    (folder / "mine.csv").write_text("\n".join(lines), encoding="utf-8")
    out = folder / "report.html"
    assert commands.main(["evaluate", str(folder / "mine.csv"), "--model", NAME, "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_sticks_out(browser, report, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    faults = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(report.as_uri())
    assert axe.run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title() == f"How often is {NAME} right on mine.csv?"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    sizes = page.evaluate("[...document.images].map(image => [image.naturalWidth, image.clientWidth])")
    assert len(sizes) == 3 and all(natural > 300 and 200 < shown <= width for natural, shown in sizes)
    assert faults == []
    page.close()
