"""SST-2's 872 validation sentences, from a file or from the Hub's dataset viewer, and how often a classifier is right.

The course does not hold them: they come without a licence of their own. The viewer gives rows as JSON, a hundred at a
time, so that no library for parquet is needed.
"""

import csv
import json
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

from utils.commands.verify_hub.documented import FILE

VIEWER = "https://datasets-server.huggingface.co/rows"
DATASET = {"dataset": "stanfordnlp/sst2", "config": "default", "split": "validation"}
ROWS = 100  # the most that the viewer gives at once
SECONDS = 20
UNREADABLE = (OSError, ValueError, KeyError, TypeError, csv.Error)


class CannotRead(Exception):
    """The sentences are not to be had, or are not those; the message is a sentence with the way out."""

    def __init__(self, why: str):
        super().__init__(f"Accuracy on SST-2 was not measured: {why}")


def sentences(file: Path | None) -> list[tuple[str, int]]:
    """(text, label) of the 872 sentences, label 1 for positive. Raises CannotRead."""
    found = _from_file(file) if file else _from_viewer()
    expected = yaml.safe_load(FILE.read_text(encoding="utf-8"))["sst2"]["sentences"]
    counted = {"all": len(found), "positive": sum(label == 1 for _, label in found)}
    if counted != expected:
        what = file or DATASET["dataset"]
        raise CannotRead(f"{what} has {_told(counted)}, and GLUE's validation part has {_told(expected)}.")
    return found


def _told(counts: dict[str, int]) -> str:
    return f"{counts['all']} sentences, {counts['positive']} of them positive"


def _from_file(file: Path) -> list[tuple[str, int]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            return [(row["sentence"], int(row["label"])) for row in rows]
    except UNREADABLE as error:
        fault = f"{type(error).__name__}: {error}"
        raise CannotRead(f"{file} is not like GLUE's dev.tsv, with columns sentence and label ({fault}).") from None


def _from_viewer() -> list[tuple[str, int]]:
    found, more = [], True
    try:
        while more:
            query = urllib.parse.urlencode(DATASET | {"offset": len(found), "length": ROWS})
            with urllib.request.urlopen(f"{VIEWER}?{query}", timeout=SECONDS) as answer:
                page = [entry["row"] for entry in json.load(answer)["rows"]]
            found += [(row["sentence"], int(row["label"])) for row in page]
            more = len(page) == ROWS
    except UNREADABLE as error:
        fault = f"{type(error).__name__}: {error}"
        raise CannotRead(
            f"{DATASET['dataset']} could not be fetched from the Hub's dataset viewer ({fault}). "
            "With GLUE's dev.tsv at hand, add --sst2 dev.tsv."
        ) from None
    return found


def scores(model, tokenizer, found: list[tuple[str, int]]) -> dict[str, float]:
    """Accuracy, precision and recall of the positive label, which has the number 1."""
    import numpy as np

    from utils import evaluation

    texts, labels = zip(*found, strict=True)
    positive = np.array(labels) == 1
    table = evaluation.classify(model, tokenizer, list(texts), progress=False)
    said = (table.predicted == model.config.id2label[1]).to_numpy()
    hits = (said & positive).sum()
    return {
        "accuracy": float((said == positive).mean()),
        "precision": float(hits / max(1, said.sum())),
        "recall": float(hits / positive.sum()),
    }
