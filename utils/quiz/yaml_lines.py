"""Read a YAML file and remember on which line each value stands."""

import re
from collections.abc import Callable
from pathlib import Path

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is ten times faster
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffd]")


class Unreadable(ValueError):
    """The file is no YAML. `line` is where reading stopped, counted from 1."""

    def __init__(self, sentence: str, line: int):
        super().__init__(sentence)
        self.line = line


def read(path: Path) -> tuple[object, Callable[[tuple], int]]:
    """The data in the file, and a function that tells the line of a path into it, such as ("cards", 0, "front").

    Raises Unreadable for bytes that are no UTF-8, for faults of YAML, and for a field that has no name or stands twice.
    """
    text = _text(path)
    loader = None
    try:
        loader = Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise Unreadable("the file is empty. Fix: copy another lesson's file and change it.", 1)
        _check_fields(root)
        data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1
        written = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
        raise Unreadable(f"{error.problem or error.context}. Fix: {_fix(written)}", line) from None
    finally:
        if loader:
            loader.dispose()
    return data, lambda path: _line(root, path)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Unreadable("this is not UTF-8. Fix: save the file as UTF-8, without a byte-order mark.", line) from None
    if match := BROKEN.search(text):
        sentence = f"there is an invisible or broken character (U+{ord(match.group()):04X}). Fix: type the line anew."
        raise Unreadable(sentence, text.count("\n", 0, match.start()) + 1)
    return text


def _fix(line: str) -> str:
    if "\t" in line:
        return "indent with spaces, YAML allows no tabs."
    if ": " in line.partition(": ")[2]:
        return "put the text in quotes, because it holds a colon."
    return "look at the indentation, quotes and colons of this line and the one above it."


def _check_fields(node: yaml.Node, around: tuple = ()) -> None:
    """Every field has a name of its own, and none holds itself. YAML would silently keep the second of two."""
    if node in around:
        raise Unreadable("an alias points at what it stands in. Fix: remove the alias.", node.start_mark.line + 1)
    children = node.value if isinstance(node, yaml.SequenceNode) else []
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                raise Unreadable("this is no name of a field. Fix: write a field's name before the colon.", line)
            if key.value in seen:
                raise Unreadable(f"the field {key.value} stands twice in one place. Fix: keep one of the two.", line)
            seen.add(key.value)
            children.append(value)
    for child in children:
        _check_fields(child, (*around, node))


def _line(node: yaml.Node, path: tuple) -> int:
    """The line of the last part of the path that exists, counted from 1."""
    line = node.start_mark.line
    for part in path:
        if isinstance(node, yaml.SequenceNode):
            key = node = node.value[part]
        else:
            found = [pair for pair in node.value if pair[0].value == part]
            if not found:
                break
            key, node = found[0]
        line = key.start_mark.line
    return line + 1
