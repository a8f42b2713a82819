"""A model in ONNX Runtime answers as in PyTorch, in integers nearly so, and nothing is printed or left behind."""

import pandas as pd
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from utils import benchmarking, checkpoints, evaluation, quantization

CLASSIFIERS = ("roberta-base-SST-2", "distilbert-base-uncased-finetuned-sst-2-english")


@pytest.fixture(scope="session", params=CLASSIFIERS)
def case(request, tmp_path_factory):
    """A classifier in its three forms, with its tokenizer."""
    folder, made = checkpoints.MINIS / request.param, tmp_path_factory.mktemp("onnx")
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    float32 = quantization.export(model, made / "float32.onnx")
    int8 = quantization.quantize(float32, made / "int8.onnx")
    return {
        "torch": model,
        "float32": quantization.load(float32),
        "int8": quantization.load(int8),
        "tokenizer": AutoTokenizer.from_pretrained(folder),
    }


@pytest.fixture(scope="session")
def reviews():
    return pd.read_csv(checkpoints.DATA / "reviews.csv")


def test_the_integers_take_at_most_30_percent(case):
    large, small = (case[form].path.stat().st_size for form in ("float32", "int8"))
    assert small <= 0.30 * large
    assert large == pytest.approx(4 * case["torch"].num_parameters(), rel=0.05)


def test_float32_answers_as_pytorch_does_at_every_shape(case):
    for batch, tokens in ((1, 1), (1, 512), (3, 40), (5, 2)):
        given = benchmarking.encoder_input(case["torch"], batch, tokens)
        given["attention_mask"][-1, tokens // 2 + 1 :] = 0
        with torch.inference_mode():
            expected = case["torch"](**given).logits
        torch.testing.assert_close(case["float32"](**given).logits, expected, atol=1e-5, rtol=1e-5)


def test_labels_agree_and_accuracy_stays(case, reviews):
    answers = {form: evaluation.classify(case[form], case["tokenizer"], reviews["text"]) for form in list(case)[:3]}
    ours = answers["torch"]
    assert (answers["float32"]["predicted"] == ours["predicted"]).all()
    assert (answers["int8"]["predicted"] == ours["predicted"]).mean() >= 0.97
    label2id = case["torch"].config.label2id
    right = {form: (table["predicted"].map(label2id) == reviews["label"]).mean() for form, table in answers.items()}
    assert abs(right["int8"] - right["torch"]) <= 0.02
    assert answers["int8"].columns.tolist() == ours.columns.tolist() and answers["int8"].index.equals(ours.index)


def test_all_three_can_be_timed_side_by_side(case):
    table = benchmarking.latency({form: case[form] for form in list(case)[:3]}, batch=2, tokens=16, rounds=2)
    assert (table["median"] > 0).all()
