"""`bench class`: how many learners does a machine hold, and how long do they wait when all begin at once?

Starts one real Jupyter Server as `lab` does and opens a lesson in as many kernels as there are learners, over its REST
API, as JupyterLab does: each notebook gets a kernel of its own. All run all cells at the same moment and nobody reads:
the worst minute of a class. When the last one is at the end, the memory of all kernels is read; then they are closed,
as the course's settings do with a notebook that is closed, and the next lesson begins. A learner with two notebooks
open takes the memory of two kernels. One kernel also runs the heaviest lesson, for the limit of a learner's memory. No
browser takes part, and progress is not kept. Linux only.
"""

import argparse
import asyncio
import os
import signal
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from utils.commands.bench.classroom import filling, learner, memory, report, server, weights
from utils.commands.bench.classroom.learner import Lesson
from utils.commands.place import ROOT, Problem

LESSONS = ("00", "03")
HEAVIEST = "08"  # holds models at their published size: what it takes, one kernel tells
FEW = 3  # kernels that compare the numbers of threads
LEAST_FREE = 500  # megabytes; with less the system would begin to kill processes


def main(argv: list[str]) -> int:
    """Measure, print the tables, with --write put the figures in their places; 1 where a learner met an error."""
    parser = argparse.ArgumentParser(
        prog="python3 -m utils bench class",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kernels", type=int, default=20, metavar="N", help="one for each learner (default 20)")
    parser.add_argument("--lessons", nargs="+", default=LESSONS, metavar="NN", help="which lessons (default 00 03)")
    threads = "OMP_NUM_THREADS of the kernels (default: a few kernels find out whether 1 is faster than none set)"
    parser.add_argument("--threads", type=int, metavar="N", help=threads)
    write = parser.add_mutually_exclusive_group()
    write.add_argument("--write", action="store_true", help="keep the figures in .jupyterhub, and fill them in there")
    write.add_argument("--fill", action="store_true", help="measure nothing: fill in the kept figures again")
    options = parser.parse_args(argv)
    if options.fill:
        return tell_filled(filling.read())
    if options.kernels < 1 or (options.threads is not None and options.threads < 1):
        parser.error("a class has at least one kernel, and a kernel at least one thread")
    if options.write and (options.threads or tuple(options.lessons) != LESSONS):
        parser.error("--write needs the usual lessons, and compares the threads itself: leave the other options out")
    if not memory.told():
        raise Problem("The memory is read from /proc/PID/smaps_rollup, which this system lacks: measure on Linux.")
    notebooks = [find(lesson) for lesson in options.lessons]
    try:
        found = asyncio.run(interruptible(measure(options.kernels, notebooks, options.threads)))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None  # told to end: as with Ctrl-C
    print(*report.lines(found), sep="\n")
    if found["errors"]:
        print("\nErrors:", *found["errors"], sep="\n", file=sys.stderr)
        return 1
    if options.write:
        filling.keep(found)
        return tell_filled(found)
    return 0


def tell_filled(found: dict) -> int:
    for path in filling.fill(found):
        print(f"Filled in: {path.relative_to(ROOT)}")
    return 0


def find(lesson: str) -> Path:
    """The notebook of a lesson."""
    paths = sorted((ROOT / "notebooks").glob(f"{lesson}_*.ipynb"))
    if not paths:
        raise Problem(f"There is no lesson {lesson}: name one by its two digits, for example 03.")
    return paths[0]


async def interruptible(work):
    """Do the work; a polite kill cancels it, so that the server is stopped as with Ctrl-C."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    return await work


async def measure(kernels: int, notebooks: list[Path], threads: int | None) -> dict:
    """All figures, as `report` reads them and as they are kept."""
    compared, errors, weights_held, heaviest = [], [], None, None
    if threads is None:
        print(f"{weights.PROCESSES} processes with {weights.NAME} at its published size …", flush=True)
        weights_held = rounded(weights.measure())
        few = min(FEW, kernels)
        for choice in (None, 1):
            print(f"{few} kernels, OMP_NUM_THREADS {choice or 'not set'}", flush=True)
            told, _, found = await run_class(few, notebooks[-1:], choice)
            compared.append({"threads": choice, "kernels": few, **told[0]})
            errors += found
        threads = 1 if report.half(compared[1]["end"]) <= report.half(compared[0]["end"]) else os.cpu_count()
        print("1 kernel in the heaviest lesson", flush=True)
        told, _, found = await run_class(1, [find(HEAVIEST)], threads)
        heaviest = {"lesson": told[0]["lesson"], "peak": max(told[0]["peak"])}
        errors += found
    print(f"{kernels} kernels, OMP_NUM_THREADS {threads}", flush=True)
    lessons, of_server, found = await run_class(kernels, notebooks, threads)
    return {
        "date": date.today().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "gigabytes": round(memory.total() / 1000),
        "kernels": kernels,
        "threads": threads,
        "compared": compared,
        "lessons": lessons,
        "server": of_server,
        "weights": weights_held,
        "heaviest": heaviest,
        "errors": errors + found,
    }


async def run_class(kernels: int, notebooks: list[Path], threads: int | None) -> tuple[list[dict], dict, list[str]]:
    """What one server had to do: a dict for each lesson, the server's own memory, and the learners' errors."""
    lessons, errors = [], []
    async with server.started(threads) as running:
        for notebook in notebooks:
            print(f"  {notebook.stem} …", end=" ", flush=True)
            learners = await together(*(learner.run(running, notebook) for _ in range(kernels)))
            errors += [f"{notebook.stem}, learner {n}: {one.error}" for n, one in enumerate(learners, 1) if one.error]
            whole = [one for one in learners if not one.error]
            if not whole:
                raise Problem(f"No kernel came to the end of {notebook.name}. The first says: {learners[0].error}")
            lessons.append({"lesson": notebook.stem, **figures(whole)})
            of_server = memory.of(running.process.pid)
            print(f"the last one was at its end after {max(lessons[-1]['end']):.0f} s", flush=True)
            for one in filter(lambda one: one.kernel_id, learners):
                await running.ask("DELETE", f"kernels/{one.kernel_id}")
    return lessons, rounded(asdict(of_server)), errors


def figures(learners: list[Lesson]) -> dict:
    """Lists with a number for each learner, in the order of size: seconds, and megabytes of the kernel."""
    kernels = [memory.of(one.kernel.pid) for one in learners]
    columns = {name: [getattr(one, name) for one in learners] for name in ("first", "end", "before_first", "computing")}
    columns |= {name: [getattr(one, name) for one in kernels] for name in ("unique", "shared", "pss", "peak")}
    columns["mapped_weights"] = [memory.mapped(one.kernel.pid, ".safetensors") for one in learners]
    return rounded({name: sorted(numbers) for name, numbers in columns.items()})


def rounded(found):
    """All numbers in it to a tenth: what follows repeats no better."""
    if isinstance(found, dict):
        return {name: rounded(value) for name, value in found.items()}
    return [rounded(number) for number in found] if isinstance(found, list) else round(found, 1)


async def together(*learners) -> list[Lesson]:
    """Run them all at once; raises Problem, and stops them, when the memory ends."""
    work, guard = asyncio.gather(*learners), asyncio.create_task(memory_ends())
    try:
        await asyncio.wait({work, guard}, return_when=asyncio.FIRST_COMPLETED)
        return guard.result() if guard.done() else work.result()
    finally:
        work.cancel()
        guard.cancel()
        await asyncio.gather(work, guard, return_exceptions=True)


async def memory_ends() -> None:
    """Wait until the memory ends, and raise Problem."""
    while memory.free() > LEAST_FREE:
        await asyncio.sleep(0.5)
    raise Problem(
        f"So many kernels do not fit: less than {LEAST_FREE} MB of memory are free. All were stopped: "
        "close other programs, or ask for fewer with --kernels."
    )
