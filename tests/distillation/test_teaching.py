"""A short distillation as a notebook calls it, and the loss on texts that were held out."""

import math
import os
import tempfile

import pytest
import torch
import transformers
from base_minis import load
from small_models import small

from utils.checkpoints import MINIS
from utils.distillation import held_out_loss, student_of, teach
from utils.minis.recipe.generator import Generator

FAMILIES = {
    "bert-base-uncased": ("BertForMaskedLM", {"vocab_size": 4_900}),
    "roberta-base": ("RobertaForMaskedLM", {"vocab_size": 5_600}),
}
TEXTS = [sentence.text for sentence in Generator(3).sentences(60)]
LABELS = [number % 2 for number in range(len(TEXTS))]
QUICK = {"steps": 4, "batch_size": 8}


@pytest.fixture(params=FAMILIES)
def pair(request):
    """A small random teacher with an odd number of layers, and a mini's tokenizer."""
    kind, changes = FAMILIES[request.param]
    teacher = small(kind, **changes, num_hidden_layers=3, max_position_embeddings=80)
    return teacher, transformers.AutoTokenizer.from_pretrained(MINIS / request.param)


@pytest.fixture
def roberta():
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINIS / "roberta-base")
    return small("RobertaForMaskedLM", vocab_size=5_600, max_position_embeddings=80), tokenizer


@pytest.fixture
def judge(roberta):
    changes = {"vocab_size": 5_600, "max_position_embeddings": 80}
    return small("RobertaForSequenceClassification", **changes), roberta[1]


def weights_of(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_the_student_changes_in_place_and_the_teacher_does_not(pair):
    teacher, tokenizer = pair
    student = student_of(teacher)
    before, of_teacher = weights_of(student), weights_of(teacher)
    table = teach(student, tokenizer, TEXTS, teacher, **QUICK)
    assert not same(before, student.state_dict()) and same(of_teacher, teacher.state_dict())
    assert not student.training
    assert list(table.index) == [1, 2, 3, 4] and list(table.columns) == ["loss", "soft_target", "masked_lm", "cosine"]
    assert table.notna().all(axis=None) and (table > 0).all(axis=None)


def test_the_same_seed_gives_the_same_student(pair):
    teacher, tokenizer = pair

    def taught(seed):
        student = student_of(teacher)
        teach(student, tokenizer, TEXTS, teacher, seed=seed, **QUICK)
        return weights_of(student)

    one = taught(1)
    torch.manual_seed(99)  # whatever ran before must not matter
    assert same(one, taught(1)) and not same(one, taught(2))


def test_with_and_without_a_teacher_the_student_reads_the_same_masked_texts(pair):
    teacher, tokenizer = pair
    read = {}
    for kind, its_teacher in {"with": teacher, "without": None}.items():
        student, seen = student_of(teacher), []
        student.register_forward_pre_hook(lambda _, args, inputs, seen=seen: seen.append(inputs), with_kwargs=True)
        teach(student, tokenizer, TEXTS, its_teacher, **QUICK)
        read[kind] = [inputs["input_ids"] for inputs in seen]
    assert len(read["with"]) == QUICK["steps"]
    assert all(torch.equal(one, other) for one, other in zip(read["with"], read["without"], strict=True))
    assert any((ids == tokenizer.mask_token_id).any() for ids in read["with"])


def test_the_teacher_reads_what_the_student_reads(roberta):
    teacher, tokenizer = roberta
    student, seen = student_of(teacher), {"student": [], "teacher": []}
    for name, model in (("student", student), ("teacher", teacher)):
        model.register_forward_pre_hook(
            lambda _, args, inputs, name=name: seen[name].append(inputs["input_ids"]), with_kwargs=True
        )
    teach(student, tokenizer, TEXTS, teacher, **QUICK)
    assert all(torch.equal(one, other) for one, other in zip(seen["student"], seen["teacher"], strict=True))


def test_a_run_says_nothing_leaves_nothing_and_keeps_the_callers_dice(roberta, capfd, tmp_path, monkeypatch):
    teacher, tokenizer = roberta
    student = student_of(teacher)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(4)
    expected = torch.rand(2)
    torch.manual_seed(4)
    teach(student, tokenizer, TEXTS, teacher, **QUICK)
    assert torch.equal(torch.rand(2), expected)
    assert capfd.readouterr() == ("", "")
    assert os.listdir(tmp_path) == []


def test_the_models_stay_on_their_device(roberta, monkeypatch):
    """Even where there is a GPU: a notebook goes on with inputs on the CPU."""
    teacher, tokenizer = roberta
    made, asked = transformers.TrainingArguments, []
    monkeypatch.setattr(
        transformers, "TrainingArguments", lambda *args, **kwargs: asked.append(kwargs) or made(*args, **kwargs)
    )
    teach(student_of(teacher), tokenizer, TEXTS, teacher, **QUICK)
    assert asked[0]["use_cpu"] is True and teacher.device.type == "cpu"


def test_the_curve_is_shown_as_it_grows(roberta):
    teacher, tokenizer = roberta
    seen = []
    table = teach(student_of(teacher), tokenizer, TEXTS, teacher, show=seen.append, steps=25, batch_size=4)
    assert [len(part) for part in seen] == list(range(1, 26))
    assert seen[-1].equals(table)
    long = teach(student_of(teacher), tokenizer, TEXTS, steps=45, batch_size=2)
    assert list(long.index)[:3] == [2, 4, 6] and list(long.columns) == ["loss", "masked_lm"]


def test_a_classifier_is_taught_its_labels(judge):
    teacher, tokenizer = judge
    labels = [int("film" in text) for text in TEXTS]
    student = student_of(teacher)
    table = teach(student, tokenizer, TEXTS, labels=labels, steps=60, batch_size=16, rate=1e-2)
    assert list(table.columns) == ["loss", "label"]
    assert table.label.iloc[-5:].mean() < 0.5 * table.label.iloc[:5].mean()


def test_a_classifier_learns_from_its_teacher_with_labels_and_without(judge):
    teacher, tokenizer = judge
    both = teach(student_of(teacher), tokenizer, TEXTS, teacher, labels=LABELS, **QUICK)
    assert list(both.columns) == ["loss", "soft_target", "label"]
    assert both.loss.tolist() == pytest.approx((0.5 * both.soft_target + 0.5 * both.label).tolist(), rel=1e-4)
    alone = teach(student_of(teacher), tokenizer, TEXTS, teacher, weights={"label": 0.0}, **QUICK)
    assert list(alone.columns) == ["loss", "soft_target"]


def test_a_model_of_chance_pays_the_logarithm_of_the_vocabulary(roberta):
    model, tokenizer = roberta
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
    assert held_out_loss(model, tokenizer, TEXTS) == pytest.approx(math.log(5_600), abs=1e-4)


def test_the_held_out_loss_is_the_mean_over_masked_tokens(roberta, monkeypatch):
    """However the texts are batched: each token counts once."""
    from utils.distillation import teaching

    model, tokenizer = roberta
    seen = []

    def watched(logits, labels):
        chosen = labels != -100
        seen.append(torch.nn.functional.cross_entropy(logits[chosen], labels[chosen], reduction="none"))
        return seen[-1].mean()

    monkeypatch.setattr(teaching, "masked_lm_loss", watched)
    monkeypatch.setattr(teaching, "HELD_OUT_TOKENS", 100)
    found = held_out_loss(model, tokenizer, TEXTS)
    assert len(seen) > 5 and found == pytest.approx(torch.cat(seen).mean().item(), rel=1e-5)
    share = len(torch.cat(seen)) / sum(len(ids) - 2 for ids in tokenizer(TEXTS)["input_ids"])
    assert 0.1 < share < 0.2


def test_the_held_out_masks_follow_the_seed_alone(roberta):
    model, tokenizer = roberta
    first = held_out_loss(model, tokenizer, TEXTS)
    torch.manual_seed(77)
    assert held_out_loss(model.train(), tokenizer, TEXTS) == first and model.training
    assert held_out_loss(model, tokenizer, TEXTS, seed=1) != first


def test_a_long_text_is_cut_to_what_the_model_reads(roberta):
    teacher, tokenizer = roberta
    long = [" ".join(TEXTS)]
    assert held_out_loss(teacher, tokenizer, long) > 0
    teach(student_of(teacher), tokenizer, long, teacher, steps=1)


@pytest.mark.parametrize(
    ("texts", "more", "message"),
    [
        ([], {}, "a list of one text or more"),
        ("one text", {}, "a list of one text or more"),
        (TEXTS, {"steps": 0}, "0 steps teach nothing"),
        (TEXTS, {"labels": LABELS}, "makes its own labels"),
        (TEXTS, {"weights": {"label": 1.0}}, "no loss label here"),
    ],
)
def test_bad_input_to_a_masked_language_model_is_refused(roberta, texts, more, message):
    teacher, tokenizer = roberta
    with pytest.raises(ValueError, match=message):
        teach(student_of(teacher), tokenizer, texts, teacher, **{**QUICK, **more})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS[:-1], "60 texts need as many labels"),
        ([2] * 60, r"each one of \[0, 1\]"),
        (None, "The batch has no labels"),
    ],
)
def test_bad_labels_are_refused(judge, labels, message):
    teacher, tokenizer = judge
    with pytest.raises(ValueError, match=message):
        teach(student_of(teacher), tokenizer, TEXTS, teacher, labels=labels, **QUICK)


def test_the_tokenizer_of_another_model_is_refused(roberta):
    teacher, _ = roberta
    other = transformers.AutoTokenizer.from_pretrained(MINIS / "bert-base-uncased")
    for call in (
        lambda: teach(student_of(teacher), other, TEXTS, teacher),
        lambda: held_out_loss(teacher, other, TEXTS),
    ):
        with pytest.raises(ValueError, match="tokenizer knows 4,900 tokens, the model 5,600"):
            call()


def test_a_mini_teaches_better_than_its_text_alone():
    """What lesson 07 shows at greater length: the same start, texts and masks, with the teacher and without."""
    teacher, tokenizer = load("bert-base-uncased")
    texts = list(dict.fromkeys(sentence.text for sentence in Generator(7).sentences(500)))
    learn, held_out = texts[:300], texts[-100:]
    losses = {"before": held_out_loss(student_of(teacher), tokenizer, held_out)}
    for name, its_teacher in {"with": teacher, "without": None}.items():
        student = student_of(teacher)
        teach(student, tokenizer, learn, its_teacher, steps=20, batch_size=16, rate=5e-4)
        losses[name] = held_out_loss(student, tokenizer, held_out)
    assert held_out_loss(teacher, tokenizer, held_out) < losses["with"] < losses["without"] < losses["before"]
