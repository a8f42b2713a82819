"""The classifiers' answers: the pipeline's, in order, whatever the batches; what is cut, and what is refused."""

import random

import pandas as pd
import pytest
import torch
from transformers import AutoModel, AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer, pipeline

from utils import checkpoints
from utils.batching import longest_input
from utils.evaluation import classify

DISTILBERT, ROBERTA = "distilbert-base-uncased-finetuned-sst-2-english", "roberta-base-SST-2"
REVIEWS = pd.read_csv(checkpoints.DATA / "reviews.csv")
TEXTS = REVIEWS["text"][:60].tolist()


@pytest.fixture(scope="module", params=[DISTILBERT, ROBERTA])
def both(request):
    """One classifier after the other, with its tokenizer."""
    return load(request.param)


@pytest.fixture(scope="module")
def one():
    return load(DISTILBERT)


def load(name):
    folder = checkpoints.locate(name)
    return AutoModelForSequenceClassification.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def test_the_answers_are_the_pipelines_in_the_order_of_the_texts(both):
    model, tokenizer = both
    answers = classify(model, tokenizer, TEXTS)
    labels = list(model.config.id2label.values())
    assert answers.columns.tolist() == ["predicted", *labels, "tokens", "truncated"]
    expected = pipeline("text-classification", model=model, tokenizer=tokenizer)(TEXTS, top_k=None)
    assert answers["predicted"].tolist() == [scores[0]["label"] for scores in expected]
    for label in labels:
        theirs = [next(row["score"] for row in scores if row["label"] == label) for scores in expected]
        assert answers[label].tolist() == pytest.approx(theirs, abs=1e-5)
    assert answers["tokens"].tolist() == [len(tokenizer(text).input_ids) for text in TEXTS]
    assert not answers["truncated"].any()
    assert answers[labels].sum(axis=1).tolist() == pytest.approx([1] * len(TEXTS), abs=1e-12)


@pytest.mark.parametrize("batch_tokens", [1, 100, 10_000])
def test_neither_batches_nor_order_change_an_answer(both, batch_tokens):
    model, tokenizer = both
    expected = classify(model, tokenizer, TEXTS)
    rows = random.Random(batch_tokens).sample(range(len(TEXTS)), len(TEXTS))
    mixed = classify(model, tokenizer, [TEXTS[row] for row in rows], batch_tokens=batch_tokens)
    mixed.index = rows
    pd.testing.assert_frame_equal(mixed.sort_index(), expected, rtol=0, atol=1e-5)


def test_long_texts_are_cut_where_the_model_ends_and_it_is_said(both):
    model, tokenizer = both
    tokenizer.model_max_length, before = 10**30, tokenizer.model_max_length  # as many published tokenizers have it
    word = TEXTS[0].split()[-1]
    texts = [" ".join([*TEXTS, *TEXTS]), "Good.", " ".join([word] * 300)]
    try:
        answers = classify(model, tokenizer, texts)
    finally:
        tokenizer.model_max_length = before
    assert longest_input(model, tokenizer) == 512
    assert answers["truncated"].tolist() == [True, False, bool(answers["tokens"][2] > 512)]
    assert answers["tokens"][0] == len(tokenizer(texts[0], verbose=False).input_ids) > 512
    cut = pipeline("text-classification", model=model, tokenizer=tokenizer)(texts[0], truncation=True, max_length=512)
    assert answers.loc[0, cut[0]["label"]] == pytest.approx(cut[0]["score"], abs=1e-5)


def test_exactly_what_fits_is_not_cut(both):
    model, tokenizer = both
    word = next(word for word in ("good", "bad", "film") if len(tokenizer(f"{word} {word}").input_ids) == 4)
    answers = classify(model, tokenizer, [" ".join([word] * 510), " ".join([word] * 511)])
    assert answers[["tokens", "truncated"]].to_numpy().tolist() == [[512, False], [513, True]]


def test_a_tokenizer_with_a_shorter_limit_of_its_own_does_not_cut(one):
    model, tokenizer = one
    tokenizer.model_max_length, before = 8, tokenizer.model_max_length
    try:
        assert not classify(model, tokenizer, TEXTS)["truncated"].any()
    finally:
        tokenizer.model_max_length = before


def test_a_column_of_a_table_keeps_its_index(one):
    chosen = REVIEWS[REVIEWS["label"] == 1].head(5)
    answers = classify(*one, chosen["text"])
    assert answers.index.equals(chosen.index)
    assert chosen.join(answers).notna().all(axis=None)


@pytest.mark.parametrize("texts", [tuple(TEXTS[:3]), pd.Series(TEXTS[:3]).to_numpy()], ids=["tuple", "array"])
def test_texts_may_come_in_any_container(one, texts):
    pd.testing.assert_frame_equal(classify(*one, texts), classify(*one, TEXTS[:3]), rtol=0, atol=1e-5)


def test_the_model_comes_back_in_its_own_mode_even_after_an_error(one, monkeypatch):
    model, tokenizer = one
    model.train()
    model.classifier.eval()  # parts of a model may be frozen
    modes = [module.training for module in model.modules()]
    expected = classify(model, tokenizer, TEXTS[:3])
    assert [module.training for module in model.modules()] == modes
    pd.testing.assert_frame_equal(classify(model, tokenizer, TEXTS[:3]), expected)  # no dropout
    with monkeypatch.context() as patch:
        patch.setattr("utils.evaluation.classifying.pad", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            classify(model, tokenizer, TEXTS[:3])
    assert [module.training for module in model.modules()] == modes
    model.eval()


def test_the_bar_shows_only_where_it_is_wanted(one, capfd, monkeypatch):
    classify(*one, TEXTS, progress=False)
    monkeypatch.setattr("huggingface_hub.utils.are_progress_bars_disabled", lambda: True)
    classify(*one, TEXTS)  # as in the course's notebooks, after checkpoints.prepare()
    assert capfd.readouterr() == ("", "")
    monkeypatch.setattr("huggingface_hub.utils.are_progress_bars_disabled", lambda: False)
    classify(*one, TEXTS)
    assert "/60" in capfd.readouterr().err
    classify(*one, TEXTS, progress=True)
    assert "/60" in capfd.readouterr().err


def test_a_long_text_brings_no_warning(one, capfd):
    classify(*one, ["good " * 600], progress=False)
    assert capfd.readouterr() == ("", "")


def test_half_precision_is_near(one):
    model, tokenizer = load(DISTILBERT)
    answers = classify(model.to(torch.bfloat16), tokenizer, TEXTS)
    assert answers["POSITIVE"].to_numpy() == pytest.approx(classify(*one, TEXTS)["POSITIVE"].to_numpy(), abs=0.05)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_the_same_answers(one):
    model, tokenizer = load(DISTILBERT)
    answers = classify(model.to("cuda"), tokenizer, TEXTS)
    pd.testing.assert_frame_equal(answers, classify(*one, TEXTS), rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["good", " "], r"Row 1 of texts \(from 0\) is empty.* Drop it"),
        (["good", None], "texts has no value in 1 of 2 rows, first in row 1"),
        (pd.Series(["good", float("nan")]), "texts has no value in 1 of 2 rows"),
        (["good", 3], r"Row 1 of texts \(from 0\) is a int, not a text. Give strings"),
        ([["good", "bad"]], "texts has more than one column"),
        ([], "texts is empty. Give at least one row"),
        ("good", "texts is a str. Give a list"),
        (REVIEWS, "texts has more than one column"),
    ],
)
def test_texts_that_are_none(one, texts, message):
    with pytest.raises(ValueError, match=message):
        classify(*one, texts)


def test_models_that_do_not_classify(one):
    model, tokenizer = one
    folder = checkpoints.locate("distilbert-base-uncased")
    for other in (AutoModel.from_pretrained(folder), AutoModelForMaskedLM.from_pretrained(folder)):
        with pytest.raises(ValueError, match="has no head that classifies texts. Give what AutoModelForSequence"):
            classify(other, tokenizer, TEXTS)
    with pytest.raises(ValueError, match="model is a TextClassificationPipeline"):
        classify(pipeline("text-classification", model=model, tokenizer=tokenizer), tokenizer, TEXTS)
    with pytest.raises(ValueError, match='no weights .* Load it on "cpu"'):
        classify(checkpoints.blueprint(DISTILBERT, "SequenceClassification"), tokenizer, TEXTS)
    one_score = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1)
    with pytest.raises(ValueError, match="does not choose one of several labels"):
        classify(one_score, tokenizer, TEXTS)


def test_a_tokenizer_that_is_not_the_models(one):
    model, _ = one
    with pytest.raises(ValueError, match="tokenizer is not the model's: load both from the same folder"):
        classify(model, load(ROBERTA)[1], TEXTS)
    with pytest.raises(ValueError, match=r"tokenizer is a str. Give what AutoTokenizer"):
        classify(model, "distilbert", TEXTS)
