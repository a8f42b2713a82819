"""What lesson 03 must show."""

import re

import pytest


@pytest.fixture(scope="module")
def lesson():
    from pathlib import Path

    import nbformat

    cells = nbformat.read(Path(__file__).parents[2] / "notebooks/03_hidden_states.ipynb", 4).cells
    outputs = {}
    for cell in cells:
        told = [output.get("text") or output.data["text/plain"] for output in cell.get("outputs", [])]
        outputs[cell.id] = "\n".join(told)
    return outputs


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])\d+\.\d+", text)]


def rows(text):
    """The numbers of each line, under the words that it begins with."""
    return {re.split(r"\s{2,}|\s(?=\d)", line)[0]: numbers(line) for line in text.splitlines()}


def test_hello_has_the_published_shape_in_all_four(lesson):
    assert lesson["cold-open-published"].count("(1, 3, 768)") == 4


def test_the_traces_forget_no_parameter(lesson):
    for line in lesson["trace-sums"].splitlines():
        traced, counted = re.findall(r"[\d,]{6,}", line)
        assert traced.strip(",") == counted.strip(",")


def test_the_published_models_have_thirteen_and_seven_states(lesson):
    assert re.findall(r"(\d+) states", lesson["layers-published"]) == ["13", "7", "13", "7"]


def test_one_word_has_one_embedding_and_then_parts(lesson):
    same, near, far = rows(lesson["context-compare"]).values()
    assert set(same) == {1.0} and near[0] == far[0] == 1.0
    assert far[-1] < near[-1] < 1


def test_no_pooler_of_the_minis_can_be_trusted(lesson):
    assert "True" not in lesson["pooler-compare"] and "no pooler at all" in lesson["pooler-compare"]


def test_sdpa_gives_nothing_and_eager_rows_sum_to_one(lesson):
    assert lesson["attention-empty"].splitlines()[-1] == "attentions: ()"
    assert "rows sum to 1: True" in lesson["attention-eager"]


def test_a_head_looks_back_and_a_random_one_spreads_evenly(lesson):
    trained, random, even = numbers(lesson["attention-control"])
    assert trained > 0.5 and random == pytest.approx(even, abs=0.02)


def test_the_pads_spoil_the_plain_mean_only(lesson):
    plain, masked = (int(number) for number in re.findall(r"off by (\d+)%", lesson["pooling-mistake"]))
    assert plain > 20 and masked == 0


def test_a_random_model_finds_everything_similar(lesson):
    cosines = rows(lesson["similar-run"])
    lowest = {name: values[0] for name, values in cosines.items()}
    assert lowest["random RoBERTa, first"] > 0.95 and lowest["trained RoBERTa, first"] > 0.5 > lowest["TF-IDF"]


def test_training_mode_is_noise_and_evaluation_mode_is_not(lesson):
    training, evaluation = (int(number) for number in re.findall(r"differ by (\d+)%", lesson["twice-modes"]))
    assert training > 5 and evaluation == 0
    assert lesson["twice-who"].split() == ["from_pretrained:", "False", "from_config:", "True"]


def test_inference_mode_keeps_nothing(lesson):
    plain, inference = (int(number) for number in re.findall(r"keeps (\d+) MB", lesson["memory-compare"]))
    assert plain > 1 and inference == 0
    factor, states, tokens = map(
        int, re.search(r"factor (\d+) = (\d+) states x (\d+)", lesson["memory-pooled"]).groups()
    )
    assert factor == states * tokens


def test_the_student_follows_its_teacher_and_the_controls_do_not(lesson):
    student, other, random = numbers(lesson["agreement-cosine"])
    assert student > 0.8 > other and abs(random) < 0.2
    itself, turned, shuffled = numbers(lesson["agreement-properties"])
    assert itself == turned == 1 and shuffled < 0.05
    trained, random, shuffled = (values[0] for values in rows(lesson["agreement-controls"]).values())
    assert trained > random + 0.2 and random > shuffled + 0.2 and shuffled < 0.05


def test_the_nearest_layers_go_the_whole_way(lesson):
    for line in lesson["agreement-nearest"].splitlines():
        nearest = [int(number) for number in re.findall(r"-> (\d+)", line)]
        assert nearest[0] == 0 and nearest == sorted(nearest) and nearest[-1] == 4


def test_the_probe_starts_at_a_guess_and_climbs_above_its_controls(lesson):
    lines = rows(lesson["probe-figure"])
    trained, random, shuffled = (lines[name] for name in ("RoBERTa, first token", "random weights", "labels shuffled"))
    assert trained[0] == random[0] == shuffled[0] == 0.5
    assert max(trained) > max(random) + 0.05 and max(abs(value - 0.5) for value in shuffled) < 0.06
