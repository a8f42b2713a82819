"""`bench class`: a real server with kernels on a small notebook, the report of its figures, and a tidy end."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest

from utils.commands.bench import classroom
from utils.commands.bench.classroom import filling, learner, memory, report, server
from utils.commands.place import ROOT, Problem

linux = pytest.mark.skipif(not memory.told(), reason="this system does not tell its memory in /proc")


# --- the report -------------------------------------------------------------------------------------------------


def lesson(name, scale):
    """The figures of four learners."""
    numbers = {"first": 1, "end": 10, "before_first": 3, "computing": 8}
    columns = {key: [scale * number * (1 + n / 10) for n in range(4)] for key, number in numbers.items()}
    kernel = {"unique": 400, "shared": 120, "pss": 430, "peak": 600, "mapped_weights": 0}
    return {"lesson": name, **columns, **{key: [scale * number] * 4 for key, number in kernel.items()}}


@pytest.fixture
def found():
    free, one = lesson("03_hidden_states", 3), lesson("03_hidden_states", 1)
    return {
        "date": "2026-11-21",
        "cores": 2,
        "gigabytes": 25,
        "kernels": 4,
        "threads": 1,
        "compared": [{"threads": None, "kernels": 3, **free}, {"threads": 1, "kernels": 3, **one}],
        "lessons": [lesson("00_start_here", 1), lesson("03_hidden_states", 2)],
        "server": {"unique": 80, "shared": 20, "pss": 90, "peak": 100},
        "weights": {
            "weights": 499,
            "float32": {"unique": 1, "mapped": 490},
            "float16": {"unique": 505, "mapped": 0},
        },
        "heaviest": {"lesson": "08_speed_and_size", "peak": 1_900},
        "errors": [],
    }


@pytest.mark.parametrize("count, half, most", [(1, 1, 1), (2, 1, 2), (20, 10, 19), (100, 50, 95)])
def test_the_share_that_is_within(count, half, most):
    numbers = list(range(count, 0, -1))
    assert (report.half(numbers), report.within(numbers, 0.95)) == (half, most)


def test_what_is_shared_counts_once_for_all_learners(found):
    # 24,000 MB less a tenth, less 4 * (860 - 800) shared once; 120 for the server under a Hub and 800 for a kernel
    assert report.learners(found, 1) == (21_600 - 240) // 920
    assert report.learners(found, 2) == (21_600 - 240) // 1_720
    assert f"{21_600 // (120 + 1_900)} fit into 24 GB" in report.memory_told(found)


def test_a_learner_is_guaranteed_one_notebook_and_limited_to_the_heaviest_beside_it(found):
    values = report.needs(found)
    assert values["memory guarantee"] == "950M"  # 90 + 40 + 860 MB are 944 MiB
    assert values["memory limit"] == "3100M"  # 100 + 40 + 1900 + 1200 MB are 3090 MiB
    assert values["cpu guarantee"] == "0.25"  # 6.9 seconds of computing in half a minute
    assert values["threads"] == '"1"'


def test_the_table_has_a_row_for_each_lesson(found):
    head, rule, *rows = report.table(found)
    assert rows[1].split(" | ")[:5] == ["| 03_hidden_states", "2.2", "2.6", "2.6", "22.0"]
    assert len({line.count("|") for line in (head, rule, *rows)}) == 1


def test_a_short_measurement_tells_nothing_of_threads_and_weights(found):
    whole = "\n".join(report.lines(found))
    assert "OMP_NUM_THREADS" in whole and "490 MB" in whole
    found.update(compared=[], weights=None, heaviest=None)
    assert "OMP_NUM_THREADS" not in "\n".join(report.lines(found))


# --- the marks --------------------------------------------------------------------------------------------------


def test_marked_words_and_blocks_are_filled_in_and_nothing_else(found):
    words = "memory:\n  limit: 1M  # bench class: memory limit\n  other: 2\n"
    page = f"{words}<!-- bench class: memory -->\nold\n<!-- end -->\n"
    filled = filling.filled(page, found)
    assert filled.splitlines()[:4] == [
        "memory:",
        "  limit: 3100M  # bench class: memory limit",
        "  other: 2",
        "<!-- bench class: memory -->",
    ]
    assert "old" not in filled and filled.endswith("\n<!-- end -->\n")
    assert filling.filled(filled, found) == filled


def test_an_unknown_mark_changes_no_page(found, tmp_path, monkeypatch):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("limit: 1M  # bench class: memory limit\n")
    bad.write_text("limit: 1M  # bench class: memory limits\n")
    monkeypatch.setattr(filling, "PAGES", (good, bad, tmp_path / "not there"))
    with pytest.raises(Problem, match="memory limits"):
        filling.fill(found)
    assert "1M" in good.read_text()
    bad.unlink()
    assert filling.fill(found) == [good] and filling.fill(found) == []
    assert good.read_text() == "limit: 3100M  # bench class: memory limit\n"


def test_the_committed_pages_say_what_was_measured():
    """Nobody types a figure: `python3 -m utils bench class --fill` puts them back."""
    kept, marks = filling.read(), 0
    assert kept["errors"] == [] and kept["compared"] and kept["weights"]
    for page in filter(lambda page: page.exists(), filling.PAGES):
        text = page.read_text(encoding="utf-8")
        assert filling.filled(text, kept) == text, page.name
        marks += len(filling.WORD.findall(text)) + len(filling.BLOCK.findall(text))
    assert marks >= 9


# --- the memory -------------------------------------------------------------------------------------------------


@linux
def test_the_memory_of_a_process_is_its_own_and_what_it_shares():
    mine = memory.of(os.getpid())
    resident = psutil.Process().memory_info().rss / 1e6
    assert mine.unique + mine.shared == pytest.approx(resident, rel=0.1)
    assert mine.unique <= mine.pss <= mine.unique + mine.shared <= mine.peak * 1.01
    assert 0 < memory.free() < memory.total()


@linux
def test_weights_are_read_in_place_when_their_type_is_that_in_use(tmp_path):
    code = """
import os, sys, torch
from transformers import RobertaConfig, RobertaModel
from utils.commands.bench.classroom import memory
size = dict(vocab_size=20_000, hidden_size=128, num_hidden_layers=1, num_attention_heads=2, intermediate_size=128)
for dtype in (torch.float16, torch.float32):
    RobertaModel(RobertaConfig(**size)).to(dtype).save_pretrained(sys.argv[1])
    model = RobertaModel.from_pretrained(sys.argv[1], dtype=torch.float32)
    [weight.sum() for weight in model.parameters()]
    print(memory.mapped(os.getpid(), ".safetensors") / (model.num_parameters() * 4e-6))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    converted, same = map(float, run.stdout.splitlines()[-2:])
    assert converted == 0 and same > 0.9


def test_a_system_that_does_not_tell_its_memory_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "PROC", tmp_path)
    with pytest.raises(Problem, match="measure on Linux"):
        classroom.main(["--kernels", "1"])


@pytest.mark.parametrize(
    "argv", [["--kernels", "0"], ["--threads", "0"], ["--write", "--threads", "1"], ["--write", "--lessons", "00"]]
)
def test_what_makes_no_sense_is_refused(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        classroom.main(argv)
    assert stop.value.code == 2


def test_an_unknown_lesson_is_told():
    with pytest.raises(Problem, match="no lesson 77"):
        classroom.find("77")


# --- a real server ----------------------------------------------------------------------------------------------

GOOD = ["print('found the course')", "x = 2", "print(x + 2)"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Give the learners notebooks of these cells, whose names say what becomes of them."""
    monkeypatch.setattr(learner, "ROOT", tmp_path)

    def write(name, cells):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        for number, cell in enumerate(notebook.cells):
            cell.id = learner.SHARED_CELL if number == 0 else f"cell-{number}"
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
        return tmp_path / f"{name}.ipynb"

    return write


@linux
def test_learners_on_a_real_server(course):
    good = course("good", GOOD)
    failing = course("failing", [*GOOD, "1 / 0", "print('not reached')"])
    dying = course("dying", [GOOD[0], "import os; os._exit(1)"])

    async def morning():
        async with server.started(threads=1) as running:
            of_class = await asyncio.gather(*(learner.run(running, path) for path in (good, good, failing, dying)))
            sizes = [memory.of(one.kernel.pid) for one in of_class[:2]]
            threads = of_class[0].kernel.environ()["OMP_NUM_THREADS"]
            return of_class, sizes, threads, psutil.Process(running.process.pid).children(recursive=True)

    (one, two, failed, died), sizes, threads, started = asyncio.run(morning())
    for well in (one, two):
        assert not well.error and 0 < well.first < well.end
        assert 0 < well.before_first <= well.computing
    assert one.kernel.pid != two.kernel.pid
    assert failed.error == "cell cell-3: ZeroDivisionError: division by zero" and failed.end is None
    assert died.error.startswith("cell cell-1: the kernel died")
    assert all(10 < size.unique < size.peak for size in sizes)
    assert threads == "1"
    assert started and not any(process.is_running() for process in started)


@linux
def test_a_failed_cell_makes_the_exit_status_1(monkeypatch, capsys, found):
    found["errors"] = ["00_start_here, learner 2: cell x: KeyError: 'y'"]

    async def measure(*_):
        return found

    monkeypatch.setattr(classroom, "measure", measure)
    monkeypatch.setattr(filling, "keep", lambda _: pytest.fail("figures of a class with errors were kept"))
    assert classroom.main(["--write"]) == 1
    assert "learner 2: cell x" in capsys.readouterr().err


@linux
def test_more_kernels_than_fit_are_stopped_with_a_sentence(monkeypatch):
    stopped = []

    async def forever():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.append(True)
            raise

    frees = iter([2_000, 400])
    monkeypatch.setattr(memory, "free", lambda: next(frees))
    with pytest.raises(Problem, match="do not fit"):
        asyncio.run(classroom.together(forever(), forever()))
    assert stopped == [True, True]


@linux
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_leaves_no_process_behind(name):
    command = [sys.executable, "-m", "utils", "bench", "class", "--kernels", "1", "--threads", "1"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started, deadline = [], time.monotonic() + 120
    while len(started) < 2:  # the server and a kernel
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
        started = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130 and "Stopped" in err and "Traceback" not in err
    assert started and not any(child.is_running() for child in started)
