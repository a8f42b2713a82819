"""How fast `evaluation.classify` is beside transformers' pipeline: `python -m utils bench classifying`.

The ways take turns, so that whatever else the computer does slows all of them; the median of the rounds counts. A row
is printed when the last round has timed it.
"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator

from utils import checkpoints
from utils.commands.bench import rows

TEXTS, LONGEST_IN_WORDS, BATCH_SIZES = 800, 60, (4, 8, 16, 32)
DISTILBERT, ROBERTA = "distilbert-base-uncased-finetuned-sst-2-english", "roberta-base-SST-2"
CLASSIFY, PIPELINE = "classify", "pipeline"
COLUMNS = ("seconds", "times", "other labels", "score gap")


def main(argv: list[str]) -> int:
    """Measure all models, print a table for each, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m utils bench classifying", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="80 texts, and without the full-size model")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is timed (default 3)")
    options = parser.parse_args(argv)
    checkpoints.prepare()
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    sentences = varied_texts(TEXTS // 10 if options.quick else TEXTS)
    for name in (DISTILBERT, ROBERTA):
        folder = checkpoints.locate(name)
        model, tokenizer = (
            AutoModelForSequenceClassification.from_pretrained(folder),
            AutoTokenizer.from_pretrained(folder),
        )
        tell(f"{name} ({checkpoints.mode()})", model, tokenizer, sentences, options.rounds)
    if not options.quick:
        tokenizer = AutoTokenizer.from_pretrained(checkpoints.locate(DISTILBERT))
        model = checkpoints.blueprint(DISTILBERT, "SequenceClassification", device="cpu")
        tell(f"{DISTILBERT} (blueprint, full size)", model, tokenizer, sentences, options.rounds)
    return 0


def varied_texts(count: int, seed: int = 0) -> list[str]:
    """Texts of 3 to 60 words, each length as likely as the other, cut from the joined reviews."""
    import pandas as pd

    words, draw = " ".join(pd.read_csv(checkpoints.DATA / "reviews.csv")["text"]).split(), random.Random(seed)
    lengths = [draw.randint(3, LONGEST_IN_WORDS) for _ in range(count)]
    starts = [draw.randrange(len(words) - length) for length in lengths]
    return [" ".join(words[start : start + length]) for start, length in zip(starts, lengths, strict=True)]


def measure(model, tokenizer, texts: list[str], rounds: int) -> Iterator[dict]:
    """A row for each way, as soon as the last round has timed it: what the table says of it.

    `seconds` (the median), `times` (its seconds over classify's), and what its answers differ by from classify's:
    `other labels` (texts) and `score gap` (the largest).
    """
    from transformers import pipeline

    from utils import evaluation

    pipe = pipeline("text-classification", model=model.eval(), tokenizer=tokenizer)
    ways = {CLASSIFY: lambda: evaluation.classify(model, tokenizer, texts), PIPELINE: lambda: pipe(texts)}
    ways |= {f"{PIPELINE}, batch_size={size}": lambda size=size: pipe(texts, batch_size=size) for size in BATCH_SIZES}
    seconds = {way: [] for way in ways}
    ways[CLASSIFY]()  # the first call of all warms up
    for turn in range(1, rounds + 1):
        for way, run in ways.items():
            start = time.perf_counter()
            answers = run()
            seconds[way].append(time.perf_counter() - start)
            if way == CLASSIFY:
                ours = answers
            if turn == rounds:
                median = statistics.median(seconds[way])
                row = {"way": way, "seconds": median, "times": median / statistics.median(seconds[CLASSIFY])}
                yield row if way == CLASSIFY else row | differences(ours, answers)


def differences(ours, theirs: list[dict]) -> dict:
    """In how many texts the labels of the pipeline are not classify's, and the largest difference of a score."""
    scores = [ours[answer["label"]].iloc[row] for row, answer in enumerate(theirs)]
    return {
        "other labels": int(sum(ours["predicted"] != [answer["label"] for answer in theirs])),
        "score gap": max(abs(a - b["score"]) for a, b in zip(scores, theirs, strict=True)),
    }


def tell(title: str, model, tokenizer, texts: list[str], rounds: int) -> None:
    """Print one model's table, row by row, and the two figures it is about."""
    print(f"{title}: {len(texts)} texts")
    found = rows.tell(measure(model, tokenizer, texts, rounds), "way", COLUMNS)
    times = {row["way"]: row["times"] for row in found}
    faster, best = times[PIPELINE], min(time for way, time in times.items() if way.startswith(f"{PIPELINE},"))
    print(f"classify is {faster:.1f} times as fast as the default, and {best:.1f} times as the best batch_size\n")
