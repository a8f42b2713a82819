"""The command `slides`: one file without the shared plumbing, with alt text and notes; faults told in a sentence."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from utils import commands
from utils.authoring import notebook_files
from utils.workshop import slides
from utils.workshop.slides import deck

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def made(*cells, path=notebook_files.ROOT / "notebooks/x.ipynb"):
    return deck.page(new_notebook(cells=list(cells)), path)


def shown(data, **metadata):
    return new_code_cell("f()", outputs=[new_output("display_data", data=data, metadata=metadata)])


def test_the_command_writes_one_file_that_asks_for_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert commands.ROOMS["slides"] == "utils.workshop.slides" and "\n  slides    " in commands.HELP
    assert slides.main([str(notebook_files.ROOT / "notebooks/01_loading_models.ipynb")]) == 0
    [file] = tmp_path.iterdir()
    assert file.name == "01_loading_models.html" and "01_loading_models.html" in capsys.readouterr().out
    page = file.read_text(encoding="utf-8")
    assert not re.search(r"<(link|iframe|script src|object)|url\(|@import", page)
    assert {source.partition(":")[0] for source in re.findall(r'src="([^"]*)"', page)} == {"data"}
    assert "default-src 'none'" in page
    assert "Open in Colab" not in page and "checkpoints.prepare()" not in page
    assert "Quiz of lesson 01, 16 questions: run this cell in a notebook to answer." in page
    assert "course-quiz-reading" not in page and "Three is less" not in page
    assert 'alt="Stacked bars. Where the parameters' in page
    assert "To wait for an error. A bad load can be silent." in page  # for the speaker


@pytest.mark.parametrize("arguments, words", [(["no.ipynb"], "no.ipynb"), (["-o", "a/b.html"], "a")])
def test_a_fault_is_a_sentence_and_leaves_no_file(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    whole = [str(notebook_files.ROOT / "notebooks/00_start_here.ipynb"), *arguments]
    assert slides.main(whole if "-o" in arguments else arguments) == 1
    assert words in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_page_is_not_written_over(tmp_path, capsys):
    lesson = notebook_files.ROOT / "notebooks/00_start_here.ipynb"
    with pytest.raises(SystemExit):
        slides.main([str(lesson), "-o", str(tmp_path / "lesson.ipynb")])
    assert "must end in .html" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_links_to_other_notebooks_become_words_and_others_stay():
    text = "[lesson](04_pipelines.ipynb), [web](https://example.org/), [there](#Here)\n\n## Here"
    page = made(new_markdown_cell(text))
    assert "lesson, " in page and "ipynb" not in page.partition("<main>")[2]
    assert '<a href="https://example.org/"' in page and '<a href="#Here"' in page and 'id="Here"' in page


def test_pictures_keep_their_alt_text_and_tables_lose_their_style():
    page = made(
        shown({"image/png": PNG, "text/plain": "<Figure>"}, **{"image/png": {"alt": 'a "bar"'}}),
        shown({"image/svg+xml": "<svg/>", "text/plain": "two lines"}),
        shown({"text/html": "<style scoped>td {}</style><table></table>", "text/plain": "t"}),
    )
    assert """alt='a "bar"'""" in page
    assert 'alt="two lines" src="data:image/svg+xml;base64,PHN2Zy8+"' in page
    assert "scoped" not in page and "<table></table>" in page


def test_a_formula_becomes_a_picture_and_code_stays_code():
    page = made(new_markdown_cell("Mean $t_v$, `$HOME`:\n\n$$L = \\frac{a}{b}$$"))
    assert 'alt="t_v"' in page and 'alt="L = \\frac{a}{b}"' in page and "<code>$HOME</code>" in page


def test_a_script_in_an_output_may_not_run():
    page = made(shown({"text/html": "<script>alert(1)</script>", "text/plain": "x"}))
    policy = re.search(r'content="(default-src [^"]*)" http-equiv="Content-Security-Policy"', page)[1]
    assert "script-src" in policy and "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
