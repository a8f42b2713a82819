"""From a solution to its exercise: every solution block becomes a stub made from its syntax tree."""

import ast
import copy
import re
import textwrap
from collections.abc import Iterable, Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from utils.authoring.notebook_files import AuthoringError

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
NEARLY_A_MARKER = re.compile(r"(begin|end)[ _-]*solution", re.IGNORECASE)
OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
HIDDEN_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def blocks(source: str) -> list[tuple[int, int]]:
    """The line numbers (from 1) of each BEGIN marker and its END. Raises AuthoringError when they do not pair up."""
    found, begin = [], None
    for number, line in enumerate(source.splitlines(), 1):
        if line.strip() == BEGIN and begin is None:
            begin = number
        elif line.strip() == END and begin is not None:
            found.append((begin, number))
            begin = None
        elif NEARLY_A_MARKER.search(line):
            raise AuthoringError(f"line {number}: write `{BEGIN}` and `{END}` in turn, each alone on its line.")
    if begin is not None:
        raise AuthoringError(f"line {begin}: `{BEGIN}` has no `{END}`.")
    return found


def statements(source: str) -> list[ast.stmt]:
    """The cell's top-level statements; magics are understood in cells that hold no block. Raises AuthoringError."""
    try:
        return ast.parse(source if blocks(source) else TransformerManager().transform_cell(source)).body
    except SyntaxError as error:
        raise AuthoringError(f"line {error.lineno}: {error.msg}; cells with a block must be plain Python.") from error


def bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that the code binds in its own scope, in order: assignments, loops, imports, functions, classes."""
    for node in nodes:
        if isinstance(node, OWN_SCOPE):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, HIDDEN_SCOPE):
            yield from bound(ast.iter_child_nodes(node))


def loaded(node: ast.AST, hidden: list[tuple[int, int]], after: int = 0) -> set[str]:
    """Names that the code reads below line `after` and outside solution blocks."""
    return {
        name.id
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
        and isinstance(name.ctx, ast.Load)
        and name.lineno > after
        and not any(begin < name.lineno < end for begin, end in hidden)
    }


def needed_after(line: int, source: str, later: list[str]) -> set[str]:
    """Names that shared code below `line`, in this cell or a later one, reads before anything binds them anew."""
    needed, anew = set(), set()
    for text, after in [(source, line), *((text, 0) for text in later)]:
        hidden = blocks(text)
        for statement in statements(text):
            if statement.end_lineno > after:
                needed |= loaded(statement, hidden, after) - anew
            if statement.lineno > after:
                anew |= set(bound([statement]))
    return needed


def stub_of(block: str, needed: set[str]) -> list[str]:
    """The lines that take the place of a (dedented) block: `name = ...`, or a function in outline."""
    body = statements(block)
    functions = {node.name: node for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    lines = []
    for name in dict.fromkeys(bound(body)):
        if name in needed and name in functions:
            function = copy.copy(functions[name])
            docstring = function.body[:1] if ast.get_docstring(function) is not None else []
            function.body, function.decorator_list = [*docstring, ast.Expr(ast.Constant(...))], []
            lines += ast.unparse(function).splitlines()
        elif name in needed:
            lines.append(f"{name} = ...")
    if any(isinstance(node, ast.Return) for statement in body for node in walk_scope(statement)):
        lines.append("return ...")
    return ["# your code here", *lines]


def walk_scope(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it that run in the same scope."""
    yield node
    if not isinstance(node, OWN_SCOPE + HIDDEN_SCOPE):
        for child in ast.iter_child_nodes(node):
            yield from walk_scope(child)


def exercise_source(source: str, later: list[str]) -> str:
    """A solution cell's source with its blocks stubbed. `later` are the sources of the code cells that follow."""
    lines = source.splitlines()
    for begin, end in reversed(blocks(source)):  # from the last, so that line numbers above stay true
        indent = lines[begin - 1][: len(lines[begin - 1]) - len(lines[begin - 1].lstrip())]
        needed = needed_after(end, source, later)
        stub = stub_of(textwrap.dedent("\n".join(lines[begin : end - 1])), needed)
        if indent and len(stub) == 1:
            stub.append("...")  # a body must not be empty
        lines[begin - 1 : end] = [indent + line if line else line for line in stub]
    return "\n".join(lines)


def exercise_from(solution: NotebookNode) -> NotebookNode:
    """The exercise notebook, not yet executed. Raises AuthoringError naming the cell that cannot be stubbed."""
    exercise = copy.deepcopy(solution)
    exercise.cells = [cell for cell in exercise.cells if "solution" not in cell.metadata.get("tags", [])]
    later: list[str] = []
    for cell in reversed([cell for cell in exercise.cells if cell.cell_type == "code"]):
        solved = cell.source
        cell.outputs, cell.execution_count = [], None
        try:
            statements(solved)
            if blocks(solved):
                cell.source = exercise_source(solved, later)
        except AuthoringError as error:
            raise AuthoringError(f"cell {cell.id}, {error}") from error
        later.insert(0, solved)
    return exercise
