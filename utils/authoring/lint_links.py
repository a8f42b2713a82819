"""Lints of Markdown: links that lead somewhere, images that can be heard. Each yields (cell id, sentence)."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import mistune
from nbformat import NotebookNode

from utils.authoring.lint_cells import Finding
from utils.authoring.notebook_files import AuthoringError, read

parse = mistune.create_markdown(renderer="ast", plugins=["table"])


class Tags(HTMLParser):
    """The start tags of a piece of HTML, with their attributes."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def tokens(tree: list[dict]) -> Iterator[dict]:
    """Every token of a Markdown syntax tree."""
    for token in tree:
        yield token
        yield from tokens(token.get("children", []))


def plain(token: dict) -> str:
    """A token's text without its marks."""
    return token.get("raw", "") + "".join(map(plain, token.get("children", [])))


def markdown(notebook: NotebookNode) -> Iterator[tuple[str, dict]]:
    """(cell id, token) for every token in Markdown cells."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from ((cell.get("id", ""), token) for token in tokens(parse(cell.source)))


def links_and_images(notebook: NotebookNode) -> Iterator[tuple[str, str, str | None]]:
    """(cell id, address, alt text) for each link (alt text None) and image, written in Markdown or HTML."""
    for name, token in markdown(notebook):
        if token["type"] in ("link", "image"):
            yield name, token["attrs"]["url"], plain(token) if token["type"] == "image" else None
        elif token["type"] in ("inline_html", "block_html"):
            for tag, attributes in Tags(token["raw"]).found:
                if tag == "img":
                    yield name, attributes.get("src") or "", attributes.get("alt") or ""
                elif tag == "a" and attributes.get("href"):
                    yield name, attributes["href"], None


def anchors(notebook: NotebookNode) -> set[str]:
    """The anchors that JupyterLab gives to headings: the text with hyphens for spaces."""
    return {plain(token).strip().replace(" ", "-") for _, token in markdown(notebook) if token["type"] == "heading"}


def image_alt(notebook: NotebookNode, path: Path) -> Iterator[Finding]:
    """Every image says in words what it shows."""
    for name, address, alt in links_and_images(notebook):
        if alt is not None and not alt.strip():
            yield name, f"has the image {address} without alt text; say in words what it shows."


def links(notebook: NotebookNode, path: Path) -> Iterator[Finding]:
    """Links to files and headings lead somewhere. Addresses on the web are not tried: tests need no network."""
    for name, address, _ in links_and_images(notebook):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = path.parent / unquote(parts.path) if parts.path else path
        if parts.path.startswith("/") or not target.exists():
            yield name, f"links to {address}, which is not there; write the path relative to this notebook."
        elif parts.fragment and target.suffix == ".ipynb":
            try:
                known = anchors(notebook if target == path else read(target))
            except AuthoringError:
                known = set()
            if unquote(parts.fragment) not in known:
                yield name, f"links to {address}, but no heading has that anchor (its text, hyphens for spaces)."


LINTS = (image_alt, links)
