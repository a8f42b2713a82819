"""`bench scoring`: the engine of `utils/scoring` beside what people use today, on this machine, in one run.

Scores are pseudo-log-likelihoods of sentences that come with the course, 8 to 25 tokens long as those of CrowS-Pairs.
The engine scores all of them. What is slower scores every so-manieth, from the shortest to the longest, and the table
says how many: it goes from text to text, so that its cost per sentence does not fall with their number.
"""

import argparse
import csv
import gc
import importlib.util
import random
import re
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from utils import checkpoints
from utils.benchmarking.arithmetic import encoder_operations, matrix_product_speed
from utils.benchmarking.memory_use import peak_memory
from utils.commands.bench import rows
from utils.commands.bench.scorers import ENGINE, LOOP, SCORERS, Scorer

TOKENS = range(8, 26)  # with the special ones
MODELS = [(kind, name) for kind in ("mini", "blueprint") for name in ("distilroberta-base", "roberta-base")]
COUNTS = (24, 240, 1508)  # 1,508 is the number of pairs in CrowS-Pairs
SLOW = 48  # sentences that the slower ones score
ROUNDS = 2  # the engine and the slower ones take turns, so that a busy moment hits all of them
DIFFERENCE = "largest difference"
COLUMNS = ("sentences", "per second", "peak extra MB", "% of matrix product", DIFFERENCE, "engine is faster by")
QUICK = {"models": MODELS[:1], "counts": (3, 6, 8), "slow": 2}
MISSING = (
    "minicons, which the engine is compared with, is not installed. In the folder of the course run: "
    "python -m pip install -r utils/commands/bench/requirements.txt -c utils/constraints.txt"
)


def main(argv: list[str]) -> int:
    """Run the benchmark and print its tables; the exit status."""
    parser = argparse.ArgumentParser(prog="python3 -m utils bench scoring", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one mini and few sentences, to see that it works")
    parser.add_argument("--all", action="store_true", help="the slower ones score all sentences too: an hour or more")
    arguments = parser.parse_args(argv)
    if not minicons_is_here():
        print(MISSING, file=sys.stderr)
        return 1
    plan = QUICK if arguments.quick else {"models": MODELS, "counts": COUNTS, "slow": SLOW}
    if arguments.all:
        plan = {**plan, "slow": plan["counts"][-1]}
    for model in plan["models"]:
        # A process of its own starts with nothing in memory of the model before.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            process.submit(tell, *model, plan["counts"], plan["slow"]).result()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        process.submit(tell_pairs, *plan["models"][0], plan["counts"][-1]).result()
    return 0


def minicons_is_here() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec("minicons") is not None


def tell(kind: str, name: str, counts: tuple[int, ...], slow: int) -> None:
    """Print the measurements of one model: a row for each scorer and number of sentences, as soon as it is known."""
    import torch

    model, tokenizer = load(kind, name)
    print(f"\n{kind} {name}, {torch.get_num_threads()} threads", flush=True)
    speeds = []
    rows.tell(measure(model, tokenizer, sentences(tokenizer, counts[-1]), counts, slow, speeds), "scorer", COLUMNS)
    print(f"matrix product: {statistics.median(speeds):.0f} x 10^9 operations a second", flush=True)


def tell_pairs(kind: str, name: str, count: int) -> None:
    """Print how fast CrowS-Pairs' score is on as many pairs: a sentence, and the same with one word changed."""
    from utils import scoring

    model, tokenizer = load(kind, name)
    print(f"\n{kind} {name}, scores of CrowS-Pairs", flush=True)

    def first_scores(texts):
        return scoring.conditional(model, tokenizer, [(text, one_word_changed(text)) for text in texts])[
            "first"
        ].tolist()

    texts = sentences(tokenizer, count)
    first_scores(texts[:2])
    told = row(ENGINE, [run(first_scores, texts)])
    rows.tell([{**told, "pairs": told["sentences"]}], "scorer", ("pairs", "per second", "peak extra MB"))


def one_word_changed(text: str) -> str:
    """The text with its middle word in the place of its first; where both are the same, with "not" there."""
    first, *others = text.split(" ")
    middle = others[len(others) // 2]
    return " ".join(["not" if middle == first else middle, *others])


def measure(model, tokenizer, texts: list[str], counts: tuple[int, ...], slow: int, speeds: list) -> Iterator[dict]:
    """The rows of the table, each as soon as its last turn is over.

    The engine takes turns with the slower scorers at the second of the counts, and is compared with them there.
    The machine's speed at matrix products meanwhile is added to `speeds`, in 10^9 operations a second.
    """
    scorers = {label: make(model, tokenizer) for label, make in SCORERS.items()}
    few = spread(texts, slow)
    for score in scorers.values():
        score(few[:2])  # the first call is slower

    def engine_row(count, runs):
        speeds.append(matrix_product_speed())
        operations = encoder_operations(model, copies(tokenizer, spread(texts, count)), one_position=True) / count
        share = 100 * operations * per_second(runs) / statistics.median(speeds)
        return row(ENGINE, runs) | {"% of matrix product": share}

    def compared(label):
        usual, wanted = per_second(runs[ENGINE]), merged(runs[LOOP])
        faster = {"engine is faster by": usual / per_second(runs[label])}
        return row(label, runs[label]) | faster | {DIFFERENCE: difference(merged(runs[label]), wanted)}

    speeds.append(matrix_product_speed())
    for count in (counts[0], *counts[2:]):
        yield engine_row(count, [run(scorers[ENGINE], spread(texts, count))])
    runs = {label: [] for label in scorers}
    for turn in range(ROUNDS):
        for label, score in scorers.items():
            runs[label].append(run(score, spread(texts, counts[1]) if label == ENGINE else few[turn::ROUNDS]))
            if turn == ROUNDS - 1 and label == ENGINE:
                checked = difference(run(score, few).scores, merged(runs[LOOP]))
                yield engine_row(counts[1], runs[ENGINE]) | {DIFFERENCE: checked}
                yield compared(LOOP)  # it waited for the engine
            elif turn == ROUNDS - 1 and label != LOOP:
                yield compared(label)


class Run(NamedTuple):
    """One timed call of a scorer. `megabytes` is the memory that it took at its peak."""

    seconds: float
    megabytes: float
    scores: dict[str, float]


def run(score: Scorer, texts: list[str]) -> Run:
    """Time a scorer on texts."""
    gc.collect()
    with peak_memory() as peak:
        start = time.perf_counter()
        scores = score(texts)
        seconds = time.perf_counter() - start
    return Run(seconds, peak.megabytes, dict(zip(texts, scores, strict=True)))


def row(label: str, runs: list[Run]) -> dict:
    """What the table says of the runs of one scorer."""
    memory = max(run.megabytes for run in runs)
    return {"scorer": label, "sentences": len(merged(runs)), "per second": per_second(runs), "peak extra MB": memory}


def merged(runs: list[Run]) -> dict[str, float]:
    """The score of each text in any of the runs."""
    return {text: score for run in runs for text, score in run.scores.items()}


def per_second(runs: list[Run]) -> float:
    """Sentences per second over all runs."""
    return sum(len(run.scores) for run in runs) / sum(run.seconds for run in runs)


def difference(scores: dict[str, float], wanted: dict[str, float]) -> float:
    """The largest difference of the score of one text, in nats."""
    return max(abs(scores[text] - score) for text, score in wanted.items())


def load(kind: str, name: str):
    """A mini, or a blueprint with the mini's tokenizer, whose sentences are as long and whose ids it knows."""
    from transformers import AutoModelForMaskedLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder = checkpoints.MINIS / name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if kind == "mini":
        return AutoModelForMaskedLM.from_pretrained(folder).eval(), tokenizer
    return checkpoints.blueprint(name, "MaskedLM", "cpu"), tokenizer


def sentences(tokenizer, count: int) -> list[str]:
    """As many different sentences of the course's reviews and messages, of two words or more, the shortest first.

    Raises ValueError where there are fewer.
    """
    found = set()
    for file in ("reviews.csv", "messages.csv"):
        with open(checkpoints.DATA / file, encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines):
                found.update([line["text"], *re.split(r"(?<=[.!?])\s+", line["text"])])
    lengths = {text: len(tokenizer(text)["input_ids"]) for text in sorted(found)}
    fitting = [text for text, length in lengths.items() if length in TOKENS and " " in text]
    if len(fitting) < count:
        raise ValueError(f"There are {len(fitting)} sentences of the right length: ask for no more.")
    return sorted(random.Random(0).sample(fitting, count), key=lambda text: lengths[text])


def spread(texts: list[str], count: int) -> list[str]:
    """`count` of the texts, equally far from each other, in an order that says nothing of their length."""
    chosen = [texts[(2 * number + 1) * len(texts) // (2 * count)] for number in range(count)]
    return random.Random(0).sample(chosen, count)


def copies(tokenizer, texts: list[str]) -> list[int]:
    """The length of each masked copy of the texts, of which a text has one for each of its own tokens."""
    lengths = [len(tokenizer(text)["input_ids"]) for text in texts]
    return [length for length in lengths for _ in range(length - 2)]
