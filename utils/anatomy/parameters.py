"""How many parameters a model has, and where they sit."""

import re

# The name of a parameter tells its part, in BERT, RoBERTa and DistilBERT alike.
PARTS = {
    "embeddings": re.compile(r"(^|\.)embeddings\."),
    "layers": re.compile(r"\.layer\.\d+\."),
    "pooler": re.compile(r"(^|\.)pooler\."),
}


def count(model) -> int:
    """Number of parameters. A tensor that two modules share counts once. Lesson 01."""
    return sum(parameter.numel() for parameter in model.parameters())


def parts(model) -> dict[str, int]:
    """Parameters by part: embeddings, layers, pooler, head. The values sum to `count(model)`. Lesson 01.

    A weight that the head shares with the embeddings (the tied decoder of a masked-LM head) is counted under
    embeddings, once. Works on any transformers encoder whose parameters are named `embeddings.…` and `….layer.N.…`.
    """
    sizes = dict.fromkeys([*PARTS, "head"], 0)
    for name, parameter in model.named_parameters():
        part = next((part for part, pattern in PARTS.items() if pattern.search(name)), "head")
        sizes[part] += parameter.numel()
    return sizes


def embeddings(model) -> dict[str, int]:
    """Parameters of each embedding table (words, positions, token types) and of the norm after them, largest first.

    Lesson 01.
    """
    sizes: dict[str, int] = {}
    for name, parameter in model.named_parameters():
        inside = PARTS["embeddings"].search(name)
        if inside:
            table = name[inside.end() :].split(".")[0]
            sizes[table] = sizes.get(table, 0) + parameter.numel()
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def megabytes(model) -> float:
    """What the weights take in memory, in 10^6 bytes. A shared tensor counts once. Lesson 01."""
    return sum(parameter.numel() * parameter.element_size() for parameter in model.parameters()) / 1e6
