"""Solution blocks of every shape become stubs, and nothing of the solution survives."""

import ast

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from utils.authoring import notebook_files
from utils.authoring.notebook_files import ROOT, AuthoringError
from utils.authoring.stubs import blocks, exercise_from, exercise_source

SHAPES = {
    "one name": ("answer = 42", "check(1, answer)", "answer = ..."),
    "two names": ("a = b = 1", "check(1, a, b)", "a = ...\nb = ..."),
    "tuple": ("(x, *rest), y = [1, 2], 3", "check(1, x, rest, y)", "x = ...\nrest = ...\ny = ..."),
    "only what is used": ("step = 1\nanswer = step + 1", "check(1, answer)", "answer = ..."),
    "annotated": ("answer: int = 42", "check(1, answer)", "answer = ..."),
    "augmented": ("total = 0\nfor n in [1, 2]:\n    total += n", "check(1, total)", "total = ..."),
    "inside if": ("if True:\n    answer = 1\nelse:\n    answer = 2", "check(1, answer)", "answer = ..."),
    "import": ("import math as m\nfrom os import path\nx = m.pi", "check(1, x, path)", "path = ...\nx = ..."),
    "comprehension": ("squares = [n * n for n in range(3)]", "n = 1\ncheck(1, squares, n)", "squares = ..."),
    "bound anew": ("out = 1\nanswer = out", "out = 2\ncheck(1, answer, out)", "answer = ..."),
    "walrus": ("if (m := 3) > 2:\n    pass", "check(1, m)", "m = ..."),
    "nothing used": ("print(42)", "check(1)", ""),
    "function": (
        '@cache\ndef area(r: float, *, unit="m") -> float:\n    """Area of a circle."""\n    # 3 r\n    return 3 * r',
        "check(1, area)",
        'def area(r: float, *, unit=\'m\') -> float:\n    """Area of a circle."""\n    ...',
    ),
    "helper function": ("def helper():\n    return 1\nanswer = helper()", "check(1, answer)", "answer = ..."),
    "f-string": ("a, b, c = 1, 2, 3", 'print(f"""\n{a}""", f"{b:.{c}f}")', "a = ...\nb = ...\nc = ..."),
    "class": ("class Model:\n    size = 3", "check(1, Model)", "Model = ..."),
}


def cell_with(block, shared, indent=""):
    body = "\n".join(indent + line for line in ["# BEGIN SOLUTION", *block.splitlines(), "# END SOLUTION"])
    return f"data = [1, 2]\n{body}\n{shared}"


@pytest.mark.parametrize("block, shared, stub", SHAPES.values(), ids=SHAPES)
def test_block_becomes_stub(block, shared, stub):
    stub = f"# your code here\n{stub}" if stub else "# your code here"
    assert exercise_source(cell_with(block, shared), later=[]) == f"data = [1, 2]\n{stub}\n{shared}"


def test_body_of_a_given_function():
    source = "def f(x):\n    # BEGIN SOLUTION\n    y = x + 1\n    return y\n    # END SOLUTION\ncheck(1, f)"
    assert exercise_source(source, []) == "def f(x):\n    # your code here\n    return ...\ncheck(1, f)"
    source = "def f(x):\n    # BEGIN SOLUTION\n    y = x + 1\n    # END SOLUTION\n    return y\n"
    assert exercise_source(source, []) == "def f(x):\n    # your code here\n    y = ...\n    return y"
    source = "for x in data:\n    # BEGIN SOLUTION\n    print(x)\n    # END SOLUTION"
    assert exercise_source(source, []) == "for x in data:\n    # your code here\n    ..."


def test_names_that_later_cells_read_are_stubbed():
    source = cell_with("model = load()\nout = model(1)\nanswer = out", "check(1, answer)")
    later = ["model.eval()", "out = 3\nout"]
    assert "model = ...\nanswer = ...\ncheck" in exercise_source(source, later)


def test_two_blocks_in_a_cell():
    source = cell_with("a = 1", "b = 2") + "\n" + cell_with("c = 3", "check(1, a, c)")
    assert exercise_source(source, []).count("# your code here") == 2
    assert "a = ...\nb = 2" in exercise_source(source, []) and "c = ...\ncheck" in exercise_source(source, [])


def test_magics_in_cells_without_a_block_are_fine():
    assert "a = ..." in exercise_source(cell_with("a = 1", "b = 2"), ["%time x = 1", "!ls\nprint(a)"])


@pytest.mark.parametrize(
    "source, words",
    [
        ("# BEGIN SOLUTION\nx = 1", "line 1: `# BEGIN SOLUTION` has no"),
        ("x = 1\n# END SOLUTION", "line 2: write"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION", "line 2: write"),
        ("# begin solution\nx = 1\n# END SOLUTION", "line 1: write"),
        ("x = 1  # BEGIN SOLUTION\n# END SOLUTION", "line 1: write"),
        ("# BEGIN SOLUTION\nx = = 1\n# END SOLUTION", "line 2: invalid syntax"),
        ("# BEGIN SOLUTION\n%time x = 1\n# END SOLUTION", "line 2: invalid syntax; cells with a block must be plain"),
        ("if x:\n    y\n# BEGIN SOLUTION\nelse:\n    z\n# END SOLUTION", "line 1: invalid syntax"),
        ("print(1", "line 1: '.' was never closed"),
    ],
)
def test_faulty_blocks_are_named(source, words):
    notebook = new_notebook(cells=[new_markdown_cell("# T"), new_code_cell(source, id="question-2")])
    with pytest.raises(AuthoringError, match=f"cell question-2, {words}"):
        exercise_from(notebook)


def test_solution_cells_are_dropped_and_nothing_else():
    tagged = {"tags": ["solution"]}
    cells = [new_markdown_cell("# T"), new_markdown_cell("Because", metadata=tagged), new_markdown_cell("Next")]
    assert [cell.source for cell in exercise_from(new_notebook(cells=cells)).cells] == ["# T", "Next"]


def solution_statements(source):
    """Every statement inside the solution blocks, and every one outside, as text; docstrings may be shown."""
    spans, inside, outside = blocks(source), set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            hidden = any(begin < node.lineno < end for begin, end in spans)
            (inside if hidden else outside).add(ast.dump(node))
    return inside, outside


def leaks(solution, exercise):
    """Statements (as syntax trees) that only the solution blocks hold and that the exercise shows nevertheless."""
    inside, outside, shown = set(), set(), set()
    for cell in (cell for cell in solution.cells if cell.cell_type == "code" and blocks(cell.source)):
        for mine, theirs in zip((inside, outside), solution_statements(cell.source), strict=True):
            mine |= theirs
    for cell in (cell for cell in exercise.cells if cell.cell_type == "code" and "your code here" in cell.source):
        shown |= solution_statements(cell.source)[1]
    return (inside - outside) & shown


def test_no_statement_comment_or_constant_of_a_solution_survives():
    sources = [cell_with(f"# secret\n{block}\nzz = 'secret'", shared) for block, shared, _ in SHAPES.values()]
    solution = new_notebook(cells=[new_code_cell(source) for source in sources])
    exercise = exercise_from(solution)
    assert not leaks(solution, exercise)
    assert not [cell.source for cell in exercise.cells if "secret" in cell.source or "3.14" in cell.source]
    exercise.cells[0].source += "\nanswer = 42"  # the check itself can fail
    assert leaks(solution, exercise)


@pytest.mark.parametrize("path", notebook_files.notebooks_in(ROOT, "solutions"), ids=lambda path: path.stem)
def test_committed_exercise_shows_no_solution(path):
    assert not leaks(notebook_files.read(path), notebook_files.read(ROOT / "exercises" / path.name))
