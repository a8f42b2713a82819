"""What lesson 07 must show."""

import re
from pathlib import Path

import nbformat
import pytest

from utils import checkpoints

NOTEBOOK = Path(__file__).parents[2] / "notebooks/07_distillation.ipynb"


@pytest.fixture(scope="module")
def lesson():
    """What each code cell showed, as plain text."""
    shown = {}
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        outputs = cell.get("outputs", [])
        told = [output.get("text") or output.data.get("text/plain", "") for output in outputs]
        shown[cell.id] = "\n".join(told)
    return shown


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])[+-]?\d+(?:\.\d+)?", text)]


def row(text, name):
    """The numbers of the line that begins with `name`."""
    return numbers(next(line for line in text.splitlines() if line.strip().startswith(name)).strip().removeprefix(name))


def test_teaching_takes_the_student_from_babble_towards_its_teacher(lesson):
    teacher, cut, taught = numbers(lesson["cold-open-teach"].split("{")[1].split("}")[0])
    assert teacher < taught < cut - 0.3
    assert "4 layers" in lesson["cold-open-models"] and "2 layers" in lesson["cold-open-models"]


def test_the_soft_target_knows_other_drinks_and_a_temperature_keeps_their_order(lesson):
    for word in ("milk", "water", "tea", "coffee"):
        assert re.search(rf"^{word} +0\.\d+$", lesson["soft-logits"], re.MULTILINE)
    for panel in re.findall(r"at temperature \d (.*?)[;.]\B", lesson["soft-figure"] + " "):
        shares = [float(share) for share in re.findall(r"\d\.\d{3}", panel)]
        assert shares == sorted(shares, reverse=True)


def test_the_slider_reads_without_a_kernel(lesson):
    entropies = [float(nats) for nats in re.findall(r"Entropy ([\d.]+) nats", lesson["soft-widget"])]
    assert len(entropies) == 3 and entropies == sorted(entropies)


def test_the_gaps_are_few_among_the_real_positions_and_pads_are_many(lesson):
    positions, real, gaps = numbers(lesson["losses-batch"])
    assert positions > 1.5 * real > 5 * gaps


def test_a_perfect_copy_has_only_the_text_to_learn_from(lesson):
    table = {name: row(lesson["losses-table"], name) for name in ("soft_target", "masked_lm", "cosine")}
    assert [table[name][-1] == 0 for name in table] == [True, False, True]
    assert [table[name][1] for name in table] == [5, 2, 1]
    assert all(abs(loss * weight - product) < 0.05 for loss, weight, product, _ in table.values())


def test_the_square_of_the_temperature_keeps_the_gradient(lesson):
    plain, squared = zip(*(row(lesson["losses-square"], f"T = {T} ") for T in (2, 4, 8, 16)), strict=True)
    assert plain[1] < plain[0] / 3 and plain[2] < plain[1] / 3 and plain[3] < plain[2] / 3
    assert squared[3] > 0.4 * squared[1]
    assert 3.5 < plain[2] / plain[3] < 4.5  # "from T = 8 on, each doubling about quarters the gradient"
    assert plain[0] / plain[1] > 16 and squared[0] / squared[1] > 4  # "from T = 2 to 4 far more"


def test_the_layers_that_are_never_copied(lesson):
    text = lesson["first-layers"]
    assert row(text, "copied:") == [0, 2, 4, 7, 9, 11] and row(text, "never copied:") == [1, 3, 5, 6, 8, 10]
    assert "has 3 others" in text


def test_any_start_from_the_teacher_beats_a_random_one_and_layer_0_counts(lesson):
    loss = {name: row(lesson["first-starts"], name)[-1] for name in STARTS}
    first = [loss[name] for name in STARTS if " 0 " in name]
    rest = [loss["layers 1 and 3"], loss["layers 2 and 3"]]
    assert row(lesson["first-starts"], "the teacher itself")[-1] < min(first) <= max(first) < min(rest)
    assert max(rest) < loss["everything random"] - 2
    assert min(first) < loss["layers 0 and 3, both ends"]


STARTS = [
    "layers 0 and 3, both ends",
    "layers 0 and 2, every second",
    "layers 0 and 1",
    "layers 1 and 3",
    "layers 2 and 3",
    "everything random",
]


def test_the_teacher_helps_with_every_seed_and_the_interval_is_shown(lesson):
    gained, _, low, high = numbers(lesson["live-gap"].splitlines()[0])
    assert gained > 0 and low <= gained <= high
    for seed in "012":
        with_teacher, without, gain = row(lesson["live-gap"], f"{seed} ")
        assert with_teacher < without and abs(without - with_teacher - gain) < 0.011


def test_neither_more_steps_nor_just_any_teacher_explain_it(lesson):
    best = row(lesson["live-table"], "with the teacher")[-1]
    for control in ("without, twice the steps  ", "a random teacher"):
        assert row(lesson["live-table"], control)[-1] > best


def test_the_curve_shows_all_six_runs_to_their_end(lesson):
    for kind in ("with the teacher", "without"):
        for seed in range(3):
            assert re.search(rf"{kind}, run {seed}: [\d.]+ at step \d+, [\d.]+ at 50", lesson["live-run"])


def test_our_ablation_stands_beside_the_papers(lesson):
    text = lesson["ablation-figure"]
    paper, loss, accuracy = (part for part in re.split(r"paper: mean|ours: loss|ours: accuracy", text)[1:])
    for what, change in checkpoints.published()["ablation"]["values"].items():
        assert f"{what} {change:+.2f}" in paper

    def order(part):
        found = re.findall(r"(random start|no [a-zA-Z-]+ loss) ([+-][\d.]+\d)", part)
        return [name for name, change in sorted(found, key=lambda pair: float(pair[1]))]

    assert order(loss)[:2] == order(paper)[:2] == ["random start", "no distillation loss"]
    assert order(accuracy) == order(paper)
    chance, largest = numbers(lesson["ablation-noise"])[-2:]
    assert largest < chance or largest < numbers(lesson["ablation-noise"].replace("±", " "))[1]


def test_layers_are_halved_and_embeddings_are_not(lesson):
    for student in ("distilbert-base-uncased", "distilroberta-base"):
        embeddings, layers, whole = re.findall(r"[\d.]+%", next(
            line for line in lesson["embeddings-table"].splitlines() if line.startswith(f"{student} embeddings")
        ))  # fmt: skip
        assert layers == "50.0%" and float(embeddings[:-1]) > 99.9 and 60 < float(whole[:-1]) < 67


def test_another_vocabulary_is_refused_in_words(lesson):
    assert "vocab_size" in lesson["vocabulary-refused"] and "one vocabulary" in lesson["vocabulary-refused"]
    same, of = numbers(lesson["vocabulary-ids"].splitlines()[0].replace(",", ""))
    assert same < 0.01 * of


def test_a_taught_student_comes_nearer_to_its_teacher(lesson):
    distance = {way: row(lesson["task-table"], way)[-1] for way in ("labels alone", "teacher alone", "both")}
    assert max(distance["teacher alone"], distance["both"]) < distance["labels alone"]


def test_97_per_cent_needs_wnli_and_84_7_gives_the_printed_mean(lesson):
    assert "mean of 9 96.9 %, without WNLI 96.2 %" in lesson["nine-retention"]
    assert "paper 86.7, authors' repository 84.7" in lesson["nine-misprint"]
    assert lesson["nine-misprint"].rstrip().endswith("the mean is 79.50")


def test_three_cards_print_development_scores_and_berts_does_not(lesson):
    text = lesson["nine-cards"]
    as_dev = dict(re.findall(r"^(\S+): (\d) of 8 as on the development set", text, re.MULTILINE))
    assert as_dev.pop("bert-base-uncased") == "0" and as_dev.pop("distilbert-base-uncased") == "6"
    assert list(as_dev.values()) == ["8", "8"] and "STS-B 85.8" in text


def test_60_per_cent_faster_is_39_per_cent_less_time(lesson):
    assert "1.63 times" in lesson["faster-seconds"] and "39% less time" in lesson["faster-seconds"]


def test_no_next_sentence_prediction(lesson):
    assert "DistilBert: False" in lesson["never-class"] and "Bert: True" in lesson["never-class"]
    assert row(lesson["never-tables"], "token_type_embeddings") == [1536, 0]
