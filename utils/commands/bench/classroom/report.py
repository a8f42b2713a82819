"""What the figures of a class mean: tables, what a learner needs, and how many fit. Texts for screen and pages."""

import math

GIGABYTES = 24  # of the machine that the rule is told for
LEFT = 0.1  # of it stays for the system
HUB = 40  # megabytes that a server takes beyond those of `lab` where a JupyterHub starts it; measured on one: 33
WAIT = 30  # seconds that a class which begins together may wait for its first result
MEGABYTE = 1e6 / 2**20  # in JupyterHub's units, where 1M is 2^20 bytes


def half(numbers: list[float]) -> float:
    """The time or size that half of them stay within."""
    return within(numbers, 0.5)


def within(numbers: list[float], share: float) -> float:
    """The number that this share of the sorted numbers stay within (nearest rank)."""
    return sorted(numbers)[math.ceil(share * len(numbers)) - 1]


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def learners(found: dict, notebooks: int) -> int:
    """How many learners with so many notebooks open fit into GIGABYTES.

    What is shared counts once; each learner has a server of a Hub, and kernels as large as those of the largest lesson.
    """
    largest = max(found["lessons"], key=lambda lesson: mean(lesson["unique"]))
    once = sum(largest["pss"]) - sum(largest["unique"])
    return fitting(found, notebooks * mean(largest["unique"]), once)


def fitting(found: dict, kernels: float, once: float = 0) -> int:
    """How many learners fit whose kernels take so many megabytes, beside what they share."""
    return math.floor((GIGABYTES * 1000 * (1 - LEFT) - once) / (found["server"]["unique"] + HUB + kernels))


def needs(found: dict) -> dict[str, str]:
    """The values of a learner's server, as JupyterHub reads them."""
    lessons, of_server = found["lessons"], found["server"]
    one = of_server["pss"] + HUB + max(mean(lesson["pss"]) for lesson in lessons)
    peaks = [found["heaviest"]["peak"], max(max(lesson["peak"]) for lesson in lessons)]
    two = of_server["peak"] + HUB + sum(peaks)
    cores = max(mean(lesson["before_first"]) for lesson in lessons) / WAIT
    return {
        "memory guarantee": f"{up(one * MEGABYTE, 50):.0f}M",
        "memory limit": f"{up(two * MEGABYTE, 50):.0f}M",
        "cpu guarantee": f"{up(cores, 0.05):.2f}",
        "threads": f'"{found["threads"]}"',
    }


def up(number: float, step: float) -> float:
    return math.ceil(round(number / step, 6)) * step


def lines(found: dict) -> list[str]:
    """The report on the screen."""
    told = (comparison(found), memory_told(found), weights_told(found), sentence(found))
    return ["", *table(found), *(line for text in told if text for line in ("", text))]


def table(found: dict) -> list[str]:
    """A Markdown table with a row for each lesson."""
    head = ("lesson", "first result (s): half", "95 %", "slowest", "end (s): half", "95 %", "slowest")
    head += ("computing (s)", "unique (MB)", "shared (MB)", "PSS (MB)", "peak (MB)")
    rows = [
        [
            lesson["lesson"],
            *(f"{n:.1f}" for key in ("first", "end") for n in spread(lesson[key])),
            f"{mean(lesson['computing']):.1f}",
            *(f"{mean(lesson[key]):.0f}" for key in ("unique", "shared", "pss")),
            f"{max(lesson['peak']):.0f}",
        ]
        for lesson in found["lessons"]
    ]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def spread(numbers: list[float]) -> tuple[float, float, float]:
    return half(numbers), within(numbers, 0.95), max(numbers)


def comparison(found: dict) -> str:
    """What OMP_NUM_THREADS changes; nothing where it was not measured."""
    if not found["compared"]:
        return ""
    free, one = found["compared"]
    return (
        f"{free['kernels']} kernels in {free['lesson']}: with as many threads as PyTorch likes half of them were at "
        f"the end after {half(free['end']):.0f} s, and each computed for {mean(free['computing']):.0f} s; with "
        f"OMP_NUM_THREADS=1 it was {half(one['end']):.0f} s and {mean(one['computing']):.0f} s."
    )


def memory_told(found: dict) -> str:
    """Where a learner's memory goes."""
    largest = max(found["lessons"], key=lambda lesson: mean(lesson["unique"]))
    heaviest = found["heaviest"]
    more = ""
    if heaviest:
        more = (
            f" One in {heaviest['lesson']}, the heaviest lesson, was as large as {heaviest['peak']:.0f} MB: of those, "
            f"{fitting(found, heaviest['peak'])} fit into {GIGABYTES} GB at their largest."
        )
    return (
        f"The server alone takes {found['server']['unique']:.0f} MB. A kernel in {largest['lesson']} has "
        f"{mean(largest['unique']):.0f} MB to itself and shares {mean(largest['shared']):.0f} MB of libraries with all "
        f"others; of its weights, {max(largest['mapped_weights']):.0f} MB are read in place from their files.{more}"
    )


def weights_told(found: dict) -> str:
    """Whether kernels share the weights of a checkpoint; nothing where it was not measured."""
    if not found["weights"]:
        return ""
    whole, same, other = (found["weights"][name] for name in ("weights", "float32", "float16"))
    return (
        f"RoBERTa at its published size, {whole:.0f} MB in float32, in several processes at once: of a file in "
        f"float32, as it is published, {same['mapped']:.0f} MB are read in place and shared, and "
        f"{same['unique']:.0f} MB belong to each process alone. A file in float16, as the minis have it, is converted: "
        f"{other['mapped']:.0f} MB stay in place, and each process has {other['unique']:.0f} MB of its own."
    )


def sentence(found: dict) -> str:
    """All in all, for somebody who plans a class."""
    last = found["lessons"][-1]
    first, end = ((half(last[key]), max(last[key])) for key in ("first", "end"))
    return (
        f"{found['kernels']} learners ran lesson {last['lesson'][:2]} at the same moment on a machine with "
        f"{found['cores']} cores and {found['gigabytes']} GB: half saw their first result after {first[0]:.0f} s and "
        f"the slowest after {first[1]:.0f} s, half were at the end after {end[0]:.0f} s and the slowest after "
        f"{end[1]:.0f} s. {GIGABYTES} GB of memory hold {learners(found, 1)} learners with one notebook open, or "
        f"{learners(found, 2)} with two. Measured on {found['date']}."
    )
