"""How fast `evaluation.classify` is beside transformers' pipeline: `python -m utils bench classifying`.

The ways take turns, so that whatever else the computer does slows all of them; the median of the rounds counts.
"""

import argparse
import random
import statistics
import time

from utils import checkpoints

TEXTS, LONGEST_IN_WORDS, BATCH_SIZES = 800, 60, (4, 8, 16, 32)
DISTILBERT, ROBERTA = "distilbert-base-uncased-finetuned-sst-2-english", "roberta-base-SST-2"
PIPELINE = "pipeline"


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


def measure(model, tokenizer, texts: list[str], rounds: int):
    """Each way's median seconds, as a DataFrame, with what its answers differ by from classify's.

    Columns: `seconds`, `times` (its seconds over classify's), `other labels` (texts), `score gap` (the largest).
    """
    import pandas as pd
    from transformers import pipeline

    from utils import evaluation

    pipe = pipeline("text-classification", model=model.eval(), tokenizer=tokenizer)
    ways = {"classify": lambda: evaluation.classify(model, tokenizer, texts), PIPELINE: lambda: pipe(texts)}
    ways |= {f"{PIPELINE}, batch_size={size}": lambda size=size: pipe(texts, batch_size=size) for size in BATCH_SIZES}
    seconds, answers = {way: [] for way in ways}, {}
    ways["classify"]()  # the first call of all warms up
    for _ in range(rounds):
        for way, run in ways.items():
            start = time.perf_counter()
            answers[way] = run()
            seconds[way].append(time.perf_counter() - start)
    table = pd.DataFrame({"seconds": {way: statistics.median(times) for way, times in seconds.items()}})
    table["times"] = table["seconds"] / table.loc["classify", "seconds"]
    ours = answers.pop("classify")
    for way, theirs in answers.items():
        scores = [ours[answer["label"]].iloc[row] for row, answer in enumerate(theirs)]
        table.loc[way, "other labels"] = sum(ours["predicted"] != [answer["label"] for answer in theirs])
        table.loc[way, "score gap"] = max(abs(a - b["score"]) for a, b in zip(scores, theirs, strict=True))
    return table


def tell(title: str, model, tokenizer, texts: list[str], rounds: int) -> None:
    """Print one model's table, and the two figures it is about."""
    table = measure(model, tokenizer, texts, rounds)
    best = table["times"][2:].min()
    print(f"{title}: {len(texts)} texts\n{table.to_string(float_format='{:.3g}'.format, na_rep='')}")
    faster = table.loc[PIPELINE, "times"]
    print(f"classify is {faster:.1f} times as fast as the default, and {best:.1f} times as the best batch_size\n")
