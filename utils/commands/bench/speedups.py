"""`bench speedups`: does what `benchmarking.speedups` says of teacher and student hold for whole processes?

Within one process teacher and student take turns, as in lesson 08. Then each does the same work in processes of its
own, which are timed from outside, start and imports included: once with a few passes and once with many. The
difference is what the passes take, and its ratio should be the speed-up. Run it on a machine that does nothing else.
"""

import argparse
import contextlib
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from utils import checkpoints
from utils.commands.bench import rows
from utils.commands.place import ROOT

PAIRS = (("bert-base-uncased", "distilbert-base-uncased"), ("roberta-base", "distilroberta-base"))
FEW = 3  # passes of the shorter process: those that warm up
TARGET = 10  # per cent that both may differ by
COLUMNS = ("inside", "low", "high", "processes", "lowest", "highest", "differ by %")


def main(argv: list[str]) -> int:
    """Measure both pairs and print a row for each; the exit status is 0 where they agree within the target."""
    parser = argparse.ArgumentParser(prog="python3 -m utils bench speedups", description=__doc__)
    parser.add_argument("--batch", type=int, default=1, help="texts in a batch (default 1)")
    parser.add_argument("--tokens", type=int, default=128, help="tokens of a text (default 128)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each process is timed (default 3)")
    parser.add_argument("--seconds", type=float, default=15, help="what the teacher's many passes take (default 15)")
    parser.add_argument("--quick", action="store_true", help="one pair of minis and few passes, to see that it works")
    options = parser.parse_args(argv)
    kind, rounds, seconds, pairs = "blueprint", options.rounds, options.seconds, PAIRS
    if options.quick:
        kind, rounds, seconds, pairs = "mini", 1, 0.1, PAIRS[:1]
    print(f"{kind}s, batch {options.batch} x {options.tokens} tokens: how many times as fast is the student?")
    found = (measure(kind, *pair, options.batch, options.tokens, rounds, seconds) for pair in pairs)
    told = rows.tell(found, "student", COLUMNS, width=24)
    if any(row["lowest"] <= 0 or row["highest"] > row["lowest"] * (1 + TARGET / 100) for row in told):
        print(f"No verdict: the rounds differ by more than {TARGET} %. Run it on a machine that does nothing else.")
        return 0 if options.quick else 1
    agree = all(abs(row["differ by %"]) <= TARGET for row in told)
    print(f"Inside one process and in whole processes {'agree' if agree else 'do NOT agree'} within {TARGET} %.")
    return 0 if agree or options.quick else 1


def measure(kind: str, teacher: str, student: str, batch: int, tokens: int, rounds: int, seconds: float) -> dict:
    """The row of one pair: the speed-up inside a process with its interval, and of processes, round by round."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        inside, milliseconds = process.submit(speedup_inside, kind, teacher, student, batch, tokens).result()
    many = FEW + math.ceil(1_000 * seconds / milliseconds)
    ratios = list(speedups_of_processes(kind, teacher, student, batch, tokens, rounds, many))
    outside = statistics.median(ratios)
    return {
        "student": student,
        **inside,
        "processes": outside,
        "lowest": min(ratios),
        "highest": max(ratios),
        "differ by %": 100 * (outside / inside["inside"] - 1),
    }


def speedup_inside(kind: str, teacher: str, student: str, batch: int, tokens: int) -> tuple[dict, float]:
    """The speed-up with its interval as lesson 08 measures it, and the milliseconds of the teacher."""
    from utils import benchmarking

    with contextlib.redirect_stdout(None):  # a blueprint says what it is, and would break the table
        models = {name: load(kind, name) for name in (teacher, student)}
    table = benchmarking.latency(models, batch, tokens)
    found = benchmarking.speedups(table, over=teacher, of=student).loc[student]
    return {"inside": found["value"], "low": found["low"], "high": found["high"]}, table.loc[teacher, "median"]


def speedups_of_processes(kind, teacher, student, batch, tokens, rounds: int, many: int) -> Iterator[float]:
    """For each round the speed-up from what two processes of each model took, with few passes and with many."""
    for _ in range(rounds):
        seconds = {}
        for passes in (FEW, many):
            for name in (teacher, student):
                code = f"from utils.commands.bench import speedups; speedups.work{kind, name, batch, tokens, passes}"
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
                seconds[name, passes] = time.perf_counter() - start
        of_passes = {name: seconds[name, many] - seconds[name, FEW] for name in (teacher, student)}
        yield of_passes[teacher] / of_passes[student]


def work(kind: str, name: str, batch: int, tokens: int, passes: int) -> None:
    """What such a process does: load a model and run it, with nothing that measures."""
    import torch

    model = load(kind, name)
    input_ids = torch.full((batch, tokens), 7)
    attention_mask = torch.ones_like(input_ids)
    with torch.inference_mode():
        for _ in range(passes):
            model(input_ids=input_ids, attention_mask=attention_mask)


def load(kind: str, name: str):
    """The mini or the full-size architecture, with a head that classifies, as lesson 08 has it."""
    if kind == "blueprint":
        return checkpoints.blueprint(name, "SequenceClassification", device="cpu")
    from transformers import AutoConfig, AutoModelForSequenceClassification

    return AutoModelForSequenceClassification.from_config(AutoConfig.from_pretrained(checkpoints.MINIS / name)).eval()
