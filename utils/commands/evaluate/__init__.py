"""The command `evaluate`: how often a classifier is right on a learner's own file, as a web page. Lesson 05.

From a file to a page: `decoding`, `reading` and `labels` make texts and labels of it, `model` finds the classifier,
`measuring` counts, `page` tells, and `writing` puts the page where nothing is lost.
"""

import argparse
import random
import time
from pathlib import Path

from utils.commands.place import Problem, say

SEED = 0  # of the rows that --limit draws
MANY = 2_000  # from so many texts on, the time is estimated first
TRIED = 64  # texts to estimate it from


def main(argv: list[str]) -> int:
    """The command `evaluate`: 0 when the report is written. A `Problem` tells what a learner can mend."""
    from utils.commands.evaluate import labels, measuring, model, page, reading, writing

    arguments = _arguments(argv)
    csv_file = Path(arguments.file)
    found = reading.read(csv_file, arguments.text, arguments.label)
    out = writing.target(csv_file, arguments.model, arguments.out, arguments.overwrite)
    available = len(found.texts)
    if arguments.limit and arguments.limit < available:
        found.keep(sorted(random.Random(SEED).sample(range(available), arguments.limit)))
    say(f"{found.name}: {found.rows:,} rows read, {available:,} can be used, {len(found.texts):,} are.")
    for reason, lines in found.left_out.items():
        say(f"  left out {len(lines):,}, first in line {lines[0]:,}: {reason}")
    classifier = model.load(arguments.model)
    truth, positive, meaning = labels.translate(found.labels, classifier.classes, arguments.positive)
    say(f"The model: {classifier.origin}")
    say("The labels: " + ", ".join(f"{label} means {name}" for label, name in sorted(meaning.items())))
    _say_how_long(classifier, found.texts)
    try:
        result = measuring.measure(classifier, found.texts, truth, positive)
    except ValueError as error:  # a tokenizer of another model, or weights that give no numbers
        raise Problem(f"{arguments.model} cannot be used: {error}") from None
    for name, row in result.metrics.iterrows():
        say(f"  {name:18} {row.value:.3f}   95 % interval {row.low:.3f} to {row.high:.3f}")
    say(f"  always answering {result.majority}: accuracy {result.baseline['accuracy']:.3f}")
    writing.write(page.build(arguments.model, found, available, classifier, meaning, result), out, arguments.overwrite)
    say(f"The report: {out}")
    return 0


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m utils evaluate",
        description="Find out how often a classifier is right on your own texts, and write a report (a web page).",
    )
    parser.add_argument("file", metavar="FILE.csv", help="a CSV file with a column of texts and one of labels")
    parser.add_argument(
        "--model",
        required=True,
        metavar="NAME",
        help="a classifier of the course, such as roberta-base-SST-2; a folder; or an owner/name of the Hub",
    )
    parser.add_argument("--text", metavar="COLUMN", help="the column of the texts, if it is not called text")
    parser.add_argument("--label", metavar="COLUMN", help="the column of the labels, if it is not called label")
    parser.add_argument("--positive", metavar="LABEL", help="which label of the file is the positive class")
    parser.add_argument("--limit", type=_count, metavar="N", help="use N rows only, drawn at random")
    parser.add_argument("--out", type=Path, metavar="FILE.html", help="where the report goes, if not beside the file")
    parser.add_argument("--overwrite", action="store_true", help="replace a report that is there")
    return parser.parse_args(argv)


def _count(word: str) -> int:
    if not word.isdecimal() or int(word) < 2:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of rows from 2")
    return int(word)


def _say_how_long(classifier, texts: list[str]) -> None:
    if len(texts) < MANY:
        return
    from utils import evaluation

    some = random.Random(SEED).sample(texts, TRIED)
    for tried in (some[:8], some):  # the first run of all takes longer, so only the second is timed
        start = time.perf_counter()
        evaluation.classify(classifier.model, classifier.tokenizer, tried, progress=False)
    minutes = (time.perf_counter() - start) / TRIED * len(texts) / 60
    say(
        f"{len(texts):,} texts take about {max(1, round(minutes))} min on this machine. Ctrl-C stops and leaves no "
        "file; --limit 2000 takes 2,000 rows at random."
    )
