"""The benchmarks of `python3 -m utils bench`: the course's engines beside what people use, and its own timings."""

import argparse
import importlib

BENCHMARKS = {  # name: the module whose main(argv) runs it
    "class": "utils.commands.bench.classroom",
    "classifying": "utils.commands.bench.classifying",
    "mirror": "utils.commands.bench.mirror",
    "scoring": "utils.commands.bench.scoring",
    "speedups": "utils.commands.bench.speedups",
}


def main(argv: list[str]) -> int:
    """Run the benchmark that `argv` names, with the rest of `argv`; the exit status."""
    parser = argparse.ArgumentParser(prog="python3 -m utils bench", description=__doc__)
    parser.add_argument("benchmark", choices=BENCHMARKS, help="which engine to measure; add --help to read more")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="the options of that benchmark")
    arguments = parser.parse_args(argv)
    return importlib.import_module(BENCHMARKS[arguments.benchmark]).main(arguments.options)
