"""From a notebook to one HTML page: nbconvert with the template beside this file. The page's script lays out slides."""

import base64
import hashlib
import html
import io
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from utils.authoring.lint_links import parse, plain
from utils.quiz import bank
from utils.quiz.bank import Question

TEMPLATE = Path(__file__).parent / "template"
PLUMBING = ("badge", "first-cell")  # what all notebooks share, and no room wants to see
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.DOTALL)
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
ANCHOR = re.compile(r'<a class="anchor-link".*?</a>')  # a sign to click on behind each heading
RELATIVE_LINK = re.compile(r'<a href="(?!https?:|#)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
FOR_A_KERNEL = 'class="course-quiz-reading"'  # what a quiz, the cards and the fields leave in a saved notebook


def page(notebook: NotebookNode, path: Path) -> str:
    """The slides of a notebook as one HTML page. `path` is where the notebook lies, for its images."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        embed_images=True,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        template_name=TEMPLATE.name,
        filters={"without_relative_links": _without_relative_links, "alt": _alt, "base64": _base64},
    )
    script = (TEMPLATE / "slides.js").read_text(encoding="utf-8")
    resources = {
        "metadata": {"name": path.stem, "path": str(path.parent)},
        "slides": {
            "style": (TEMPLATE / "slides.css").read_text(encoding="utf-8"),
            "script": script,
            "script_hash": _base64(hashlib.sha256(script.encode()).digest()),
        },
    }
    shown = nbformat.from_dict(notebook)
    questions = _questions(path)
    shown.cells = [part for cell in notebook.cells for part in _shown(cell, questions)]
    return exporter.from_notebook_node(shown, resources)[0]


def _without_relative_links(text: str) -> str:
    """Links to other notebooks become plain words: the page may lie anywhere."""
    return RELATIVE_LINK.sub(r"\1", ANCHOR.sub("", text))


def _alt(output: NotebookNode) -> str:
    """What a picture shows, in words: its own alt text, or the text that came with it."""
    own = (output.metadata.get(mime, {}).get("alt") for mime in output.data)
    return html.escape(next(filter(None, own), output.data.get("text/plain", "")))


def _base64(content: str | bytes) -> str:
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


def _questions(path: Path) -> list[Question]:
    """The questions of the lesson that a notebook belongs to; none where it belongs to none."""
    lesson = path.name[:2]
    return list(bank.load(lesson).questions) if lesson in bank.lessons() else []


def _shown(cell: NotebookNode, questions: list[Question]) -> list[NotebookNode]:
    """The cells that stand for one cell on the slides: none for plumbing, one for each heading of prose."""
    if cell.get("id") in PLUMBING or not cell.source.strip():
        return []
    cell = nbformat.from_dict(cell)
    if cell.cell_type == "code":
        cell.outputs = [_without_kernel(output) for output in cell.outputs]
        return [cell]
    if cell.cell_type != "markdown":
        return []
    starts = [0, *(match.start() for match in HEADING.finditer(cell.source) if match.start())]
    parts = []
    for begin, end in zip(starts, [*starts[1:], len(cell.source)], strict=True):
        source = cell.source[begin:end]
        part = nbformat.v4.new_markdown_cell(_drawn(source))
        part.metadata.notes = _notes(source, questions)
        parts.append(part)
    return parts


def _without_kernel(output: NotebookNode) -> NotebookNode:
    """What works only with a kernel says so in a sentence; a table comes without the style sheet of its own."""
    data = output.get("data", {})
    if FOR_A_KERNEL in data.get("text/html", ""):
        sentence = re.split(r"\.\s", data["text/plain"])[0].rstrip(".")
        data["text/html"] = f'<p class="in-notebook">{html.escape(sentence)}.</p>'
    elif "text/html" in data:
        data["text/html"] = re.sub(r"<style.*?</style>", "", data["text/html"], flags=re.DOTALL)
    return output


def _notes(source: str, questions: list[Question]) -> list[str]:
    """Notes for the speaker: the mistakes that the quiz catches in the section that `source` begins."""
    heading = next((token for token in parse(source) if token["type"] == "heading"), None)
    return [question.mistake for question in questions if heading and question.section == plain(heading).strip()]


def _drawn(source: str) -> str:
    """Prose with its formulas as pictures, whose alt text is the formula: no browser draws TeX without a library."""
    pieces = CODE.split(source)
    return "".join(piece if CODE.fullmatch(piece) else FORMULA.sub(_formula, piece) for piece in pieces)


def _formula(match: re.Match) -> str:
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import math_to_image

    block, tex = match[1] is not None, " ".join((match[1] or match[2]).split())
    svg = io.BytesIO()
    depth = math_to_image(f"${tex}$", svg, prop=FontProperties(size=26 if block else 19), format="svg", dpi=72)
    style = "" if block else f' style="vertical-align: -{depth / 20:.2f}em"'
    kind = "formula block" if block else "formula"
    source = f"data:image/svg+xml;base64,{_base64(svg.getvalue())}"
    return f'<img class="{kind}" alt="{html.escape(tex)}"{style} src="{source}">'
