"""Each lint finds the notebook made to break it, and passes the one that is right."""

import base64
import copy
import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from utils.authoring import lint, lint_cells, lint_links, lint_outputs, notebook_files
from utils.authoring.shared_cells import METADATA


def figure(kilobytes=1, **metadata):
    data = {"image/png": base64.b64encode(b"x" * int(1000 * kilobytes)).decode(), "text/plain": "two bars"}
    return new_output("display_data", data, metadata=metadata)


def picture(kilobytes, alt):
    data = base64.b64encode(bytes(range(256)) * int(kilobytes * 1000 / 256)).decode()
    return shown(text_html=f'<img alt="{alt}" src="data:image/png;base64,{data}">', text_plain=alt)


def failed(name):
    return new_output("error", ename=name, evalue="", traceback=[])


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shown(**data):
    return new_output("execute_result", {kind.replace("_", "/"): value for kind, value in data.items()})


@pytest.fixture
def good(course):
    """A notebook with nothing to find: figure, table, links, image, twelve lines, a live cell."""
    (course / "notebooks/card.md").touch()
    text = (
        "# Two words\n\n## What is `x`?\n\n[here](#What-is-x?), [card](card.md), [web](https://a.org/b/c#d), "
        "![two bars](card.md) <img src='card.md' alt='two bars'> `![](in code)`"
    )
    outputs = [
        figure(kilobytes=59, **{"image/png": {"alt": "two bars"}}),
        picture(kilobytes=59, alt="two bars"),
        printed("</s> and/or https://a.org/b/c ../notebooks/card.md 0xff 3/4/2026 DeprecationWarnings are errors: no."),
        shown(text_html="<td>a</td><br/><b>c</b>", text_plain="BaseModelOutput(x=1)"),
    ]
    notebook = new_notebook(metadata=METADATA, nbformat_minor=5)
    notebook.cells = [
        new_markdown_cell(text, id="title"),
        new_code_cell("\n".join(["1"] * 12), id="one", execution_count=1, outputs=outputs),
        new_code_cell("", id="empty"),
        new_code_cell("2", id="two", execution_count=2, metadata={"tags": ["nbval-ignore-output"]}),
    ]
    return notebook


def set_up(code="1", outputs=(), tags=(), text=None, **changes):
    """A change to the good notebook: of its cell `one`, of the Markdown cell, or of an attribute of the cell."""

    def change(notebook):
        cell = notebook.cells[1]
        cell.source, cell.outputs, cell.metadata = code, list(outputs), {"tags": list(tags)}
        cell.update(changes)
        notebook.cells[0].source = text or notebook.cells[0].source

    return change


ALL = (lint_cells.valid_format, *lint_cells.LINTS, *lint_outputs.LINTS, *lint_links.LINTS)
BROKEN = [
    (lint_cells.valid_format, set_up(mood="sunny"), "breaks the notebook format"),
    (lint_cells.valid_format, lambda notebook: notebook.update(nbformat_minor=4), "not 4.5"),
    (lint_cells.execution_counts, set_up(execution_count=None), "cell one has execution count None, not 1"),
    (lint_cells.execution_counts, lambda notebook: notebook.cells[3].update(execution_count=3), "count 3, not 2"),
    (lint_cells.no_widget_state, lambda notebook: notebook.metadata.update(widgets={}), "has metadata.widgets"),
    (lint_cells.line_width, set_up("x = '" + "a" * 100 + "'"), "cell one has a line of 106 characters, more than 96"),
    (lint_cells.cell_length, set_up("\n".join(["1"] * 13)), "cell one has 13 lines, more than 12"),
    (lint_cells.cell_ids, set_up(id="3f9a01bc"), "(cell 2) needs a readable id"),
    (lint_cells.cell_ids, set_up(id="two"), "(cell 4) has an id that another cell has"),
    (lint_cells.tags, set_up(tags=["nbval-skip"]), "has the tag nbval-skip"),
    (lint_cells.tags, set_up(tags=["raises-exception"]), "has the tag raises-exception"),
    (lint_cells.tags, set_up(tags=["nbval_ignore_output"]), "which nbval does not know"),
    (lint_cells.tags, set_up("# NBVAL_IGNORE_OUTPUT\n1"), "has an nbval comment"),
    (lint_cells.notebook_size, set_up(outputs=[printed("x" * 900_000)]), "more than 900"),
    (lint_outputs.no_errors, set_up(outputs=[failed("KeyError")]), "KeyError"),
    (lint_outputs.no_warnings, set_up(outputs=[printed("loading", "stderr")]), "wrote to stderr"),
    (lint_outputs.no_warnings, set_up(outputs=[printed("x.py:3: FutureWarning: soon")]), "shows a FutureWarning"),
    (lint_outputs.no_addresses, set_up(outputs=[shown(text_plain="<function f at 0x7f3a2b1c>")]), "0x7f3a2b1c"),
    (lint_outputs.no_absolute_paths, set_up(outputs=[printed("in /home/ada/course/x.py")]), "'/home/ada'"),
    (lint_outputs.no_absolute_paths, set_up(outputs=[shown(text_plain="PosixPath('/srv/hub')")]), "'/srv/hub'"),
    (lint_outputs.no_absolute_paths, set_up(outputs=[printed("~/.cache/huggingface")]), "'~/.cache'"),
    (lint_outputs.no_absolute_paths, set_up(outputs=[printed("C:\\Users\\Ada")]), "'C:\\\\Users'"),
    (lint_outputs.no_absolute_paths, set_up(outputs=[shown(text_html='<a href="/tmp/x/y">y</a>')]), "'/tmp/x'"),
    (lint_outputs.no_widgets, set_up(outputs=[shown(**{lint_outputs.WIDGET_VIEW: {}})]), "has a saved widget view"),
    (lint_outputs.no_widgets, set_up(outputs=[shown(text_plain="VBox(children=(Output(),))")]), "an Output widget"),
    (lint_outputs.no_colour_codes, set_up(outputs=[printed("\x1b[31mred\x1b[0m")]), "terminal colour codes"),
    (lint_outputs.figures, set_up(outputs=[figure()]), "a figure without alt text"),
    (lint_outputs.figures, set_up(outputs=[figure(60, **{"image/png": {"alt": "bars"}})]), "of 60 kB, not under 60"),
    (lint_outputs.figures, set_up(outputs=[picture(1, alt="")]), "a figure without alt text"),
    (lint_outputs.figures, set_up(outputs=[picture(61, alt="bars")]), "a figure of 61 kB"),
    (lint_links.image_alt, set_up(text="# T\n\n![](card.md)"), "the image card.md without alt text"),
    (lint_links.image_alt, set_up(text="# T\n\n<img src='card.md'>"), "the image card.md without alt text"),
    (lint_links.links, set_up(text="# T\n\n[x](../exercises/no.ipynb)"), "links to ../exercises/no.ipynb"),
    (lint_links.links, set_up(text="# T\n\n<a href='no.md'>x</a>"), "links to no.md"),
    (lint_links.links, set_up(text="# T\n\n[x](/notebooks/card.md)"), "links to /notebooks/card.md"),
    (lint_links.links, set_up(text="# T\n\n[x](#Elsewhere)"), "no heading has that anchor"),
]


def test_good_notebook_passes(course, good, capsys):
    notebook_files.save(course / "notebooks/01_x.ipynb", good)
    assert lint.main([]) == 0
    out = capsys.readouterr().out
    assert "does not compare: 1\n  notebooks/01_x.ipynb: two" in out and "1 notebooks, 0 findings." in out


@pytest.mark.parametrize("lint_function, change, words", BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_broken_notebook_is_found_by_its_lint_alone(course, good, capsys, lint_function, change, words):
    path = course / "notebooks/01_x.ipynb"
    change(good)
    notebook_files.save(path, good)
    assert lint.main([str(path)]) == 1
    assert words in capsys.readouterr().out
    for other in ALL:
        place = [path] if other in lint_links.LINTS else []
        found = list(other(copy.deepcopy(notebook_files.read(path)), *place))
        assert bool(found) == (other is lint_function), (other.__name__, found)


def test_every_lint_is_broken_by_a_notebook():
    assert {entry[0] for entry in BROKEN} == set(ALL)


def test_links_to_headings_of_other_notebooks(course, good, capsys):
    notebook_files.save(course / "notebooks/01_x.ipynb", good)
    set_up(text="# T\n\n[x](01_x.ipynb#Two-words) [y](01_x.ipynb#Three-words)")(good)
    notebook_files.save(course / "notebooks/02_y.ipynb", good)
    assert lint.main([]) == 1
    assert "links to 01_x.ipynb#Three-words" in (out := capsys.readouterr().out) and "Two-words" not in out


def test_unreadable_notebook_is_a_finding(course, capsys):
    (course / "notebooks/01_x.ipynb").write_text("<<<<<<< HEAD")
    cell = {"cell_type": "code", "metadata": {}, "outputs": []}
    (course / "notebooks/02_y.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
    assert lint.main([]) == 1
    assert "cell 1 lacks source, execution_count" in (out := capsys.readouterr().out)
    assert out.count("cannot be read as a notebook") == 2 and "2 findings" in out
