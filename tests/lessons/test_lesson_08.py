"""What lesson 08 must show. Times are another machine's each time, so only ranges and what follows from the numbers."""

import re
from pathlib import Path

import nbformat
import pytest

from utils import checkpoints

NOTEBOOK = Path(__file__).parents[2] / "notebooks/08_speed_and_size.ipynb"
NAMES = ("roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased")


@pytest.fixture(scope="module")
def lesson():
    """What each code cell showed, as plain text."""
    shown = {}
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        outputs = cell.get("outputs", [])
        told = [output.get("text") or output.data.get("text/markdown", output.data["text/plain"]) for output in outputs]
        shown[cell.id] = "\n".join(told)
    return shown


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])[+-]?\d+(?:\.\d+)?", text.replace(",", ""))]


def row(text, name):
    """The numbers of the line that begins with `name`."""
    return numbers(next(line for line in text.splitlines() if line.startswith(name)).removeprefix(name))


def test_the_guess_is_answered_and_students_are_nearer_to_each_other_than_to_their_teachers(lesson):
    fastest = re.search(r"Fastest here: ([\w-]+)\.", lesson["cold-open-verdict"])[1]
    assert fastest in NAMES[1::2]
    students, teachers = map(int, re.findall(r"(\d+)%", lesson["cold-open-verdict"]))
    assert students < teachers


def test_the_students_differ_by_the_rows_of_a_table(lesson):
    """In all parameters, and in rows of word embeddings: the number that the lesson tells in words."""
    (told,) = {cell.source for cell in nbformat.read(NOTEBOOK, 4).cells if cell.id == "cold-open-meaning"}
    plans = [checkpoints.blueprint(name, "SequenceClassification") for name in NAMES[1::2]]
    rows = [plan.get_input_embeddings().weight.numel() for plan in plans]
    millions = {f"{(one - other) / 1e6:.0f}" for one, other in (rows, [plan.num_parameters() for plan in plans])}
    assert set(re.findall(r"(\d+) million", told)) == millions
    distilroberta, distilbert = (row(lesson["cold-open-guess"], name)[1] for name in NAMES[1::2])
    assert {f"{distilroberta - distilbert:.0f}"} == millions


def test_the_summary_is_that_of_the_twenty_times(lesson):
    times = row(lesson["timing-loop"], "milliseconds:")
    mean, median, p95, slowest = row(lesson["timing-loop"], "mean of all")
    warm = sorted(times[3:])
    assert len(times) == 20 and abs(mean - sum(times) / 20) < 1.1 and abs(median - warm[8]) < 1.1
    assert median <= p95 <= slowest == warm[-1]


def test_a_model_against_itself_is_as_fast(lesson):
    value, low, high = numbers(lesson["timing-control"])
    assert low <= value <= high and 0.7 < value < 1.4


def test_a_batch_raises_throughput_and_latency(lesson):
    throughput, latency = numbers(lesson["batch-sweep"].splitlines()[0])[1:]
    assert throughput > 1 and latency > 2 and abs(throughput * latency - 32) < 2


def test_speed_ups_lie_where_half_the_layers_can_bring_them(lesson):
    for cell, shapes in {"twice-bert": 2, "twice-roberta": 5}.items():
        table = [numbers(line)[-3:] for line in lesson[cell].splitlines() if line.count(".") == 3]
        assert len(table) == shapes
        for value, low, high in table:
            assert low <= value <= high and 1.3 < value < 2.8
    lines = lesson["twice-slice-times"].splitlines()
    sliced, whole = numbers(lines[0])[-1], numbers(lines[-1])[-1]
    assert abs(sliced / whole - 1) < 0.25
    assert "1.63" in lesson["twice-figure"] and lesson["twice-figure"].count("is inside") == 2


def test_the_parts_add_up_and_the_masked_lm_head_lowers_the_factor(lesson):
    parts = [row(lesson["parts-table"], what) for what in ("embeddings", "layers", "head", "all")]
    for *some, whole in zip(*parts, strict=True):
        assert 0.6 * whole < sum(some) < 1.5 * whole and some[1] > 5 * (some[0] + some[2])
    classifier, masks = numbers(lesson["parts-head"].splitlines()[1])
    assert 1 < masks < classifier


def test_no_model_passes_the_limit(lesson):
    assert all(share <= 110 for share in map(float, re.findall(r"(\d+)%", lesson["limit-shares"])))
    few, *_, many = (numbers(line)[1] for line in lesson["limit-bare"].splitlines())
    assert few < many


def test_sorting_saves_padding(lesson):
    wasted = {
        what: row(lesson["padding-count"], what)[-1]
        for what in ("one by one", "sorted by length", "as they come", "as wide as the model reads")
    }
    assert list(wasted.values()) == sorted(wasted.values()) and wasted["one by one"] == 0
    assert "batch of 8" in lesson["padding-verdict"]


def test_weights_are_parameters_times_bytes(lesson):
    listed = checkpoints.CATALOGUE
    for name in NAMES:
        full, half, eighth = row(lesson["memory-weights"], name)
        assert abs(half - full / 2) <= 1 and abs(eighth - full / 4) <= 1
        assert abs(full - listed[name].megabytes) < 4  # the file has another head


def test_a_graph_takes_more_than_inference_mode(lesson):
    assert "True" in lesson["memory-activations"]
    for texts in ("batch of 1 ", "batch of 8 "):
        weights, inference, graph = row(lesson["memory-activations"], texts)
        assert weights == 268 and graph > 4 * inference


def test_half_precision_keeps_the_labels(lesson):
    assert [float(share) for share in re.findall(r"([\d.]+)% of the labels", lesson["half-labels"])] > [95, 95]
    kinds = "torch.float32", "torch.bfloat16", "torch.float16"
    full, *halves = (row(lesson["half-times"], kind)[0] for kind in kinds)
    assert all(abs(half - full / 2) < 0.02 for half in halves)


def test_int8_is_small_and_agrees(lesson):
    shares = [int(share) for share in re.findall(r"(\d+)% of the size", lesson["int8-export"])]
    assert len(shares) == 2 and max(shares) <= 30
    for name in ("RoBERTa", "DistilBERT"):
        agreement, change, low, high = row(lesson["int8-labels"], name)
        assert agreement >= 0.97 and low <= change <= high and low <= 0 <= high
    full, small = (float(size) for size in re.findall(r": (\d+) MB", lesson["int8-full"]))
    assert full == 268 and small / full <= 0.3


def test_the_deprecated_tool_says_so(lesson):
    assert "deprecated" in lesson["tools-torch"]


def test_the_baseline_is_in_the_picture_and_the_front_is_not_empty(lesson):
    assert "words" in lesson["pareto-figure"] and "worth a thought: " in lesson["pareto-figure"]
    assert len(lesson["pareto-measure"].splitlines()) == 8


def test_the_phone_gets_the_small_one_and_the_notebook_the_most_accurate(lesson):
    chosen = dict(re.findall(r"^(phone|queue|notebook): +(.+)$", lesson["ship-choose"], re.MULTILINE))
    assert chosen["phone"] == "distilbert-base-uncased, int8" and chosen["notebook"] == "roberta-base"
    *_, least, _, _, most = lesson["ship-choose"].splitlines()
    assert "None" in least and "roberta-base" in most
