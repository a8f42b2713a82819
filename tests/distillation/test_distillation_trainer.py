"""`DistillationTrainer`: what it learns, what it logs, what it saves, and what it refuses."""

import warnings

import pytest
import torch
import transformers
from small_models import collate, rows, small

from utils import distillation
from utils.distillation import DistillationTrainer, LossCurve, cosine_loss, masked_lm_loss, soft_target_loss

KINDS = ["BertForMaskedLM", "RobertaForMaskedLM"]
CLASSIFIERS = ["BertForSequenceClassification", "RobertaForSequenceClassification"]
PARTS = {"soft_target", "masked_lm", "cosine"}


@pytest.fixture
def trainer(tmp_path):
    """Makes a trainer of a student and a teacher; `options` go to TrainingArguments, `more` to the trainer."""

    def make(student, teacher, train=None, more=None, **options):
        quiet = {"report_to": "none", "disable_tqdm": True, "dataloader_pin_memory": False, "save_strategy": "no"}
        defaults = {"max_steps": 8, "logging_steps": 2, "per_device_train_batch_size": 8, "learning_rate": 5e-3}
        made = DistillationTrainer(
            student,
            teacher=teacher,
            args=transformers.TrainingArguments(tmp_path / "run", **{**quiet, **defaults, **options}),
            train_dataset=train or rows(40, label=type(student).__name__.endswith("Classification")),
            data_collator=collate,
            **(more or {}),
        )
        made.remove_callback(transformers.PrinterCallback)
        return made

    return make


def losses_of(made):
    return [row for row in made.state.log_history if "loss" in row]


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_is_the_weighted_sum_of_three_written_out(trainer, kind):
    teacher = small(kind)
    student = distillation.student_of(teacher)
    batch = collate(rows(5))
    found = trainer(student, teacher).compute_loss(student, batch)
    reads = {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"]}
    ours = student(**reads, output_hidden_states=True)
    with torch.no_grad():
        theirs = teacher(**reads, output_hidden_states=True)
    real = batch["attention_mask"]
    expected = (
        5 * soft_target_loss(ours.logits, theirs.logits, 2, real)
        + 2 * masked_lm_loss(ours.logits, batch["labels"])
        + cosine_loss(ours.hidden_states[-1], theirs.hidden_states[-1], real)
    )
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    gradients = [torch.autograd.grad(loss, list(student.parameters()), allow_unused=True) for loss in (found, expected)]
    for ours, wanted in zip(*gradients, strict=True):
        assert (ours is None) == (wanted is None)
        if ours is not None:
            torch.testing.assert_close(ours, wanted, rtol=1e-5, atol=1e-6)


def test_options_reach_the_loss(trainer):
    teacher = small("RobertaForMaskedLM")
    student, batch = distillation.student_of(teacher), collate(rows(5))

    def loss(**more):
        return trainer(student, teacher, more=more).compute_loss(student, batch).item()

    alone = {name: loss(weights={other: float(other == name) for other in PARTS}) for name in PARTS}
    assert len(set(alone.values())) == 3 and min(alone.values()) > 0.05
    mixed = loss(weights={"soft_target": 0.5, "masked_lm": 3.0, "cosine": 0.25})
    assert mixed == pytest.approx(0.5 * alone["soft_target"] + 3 * alone["masked_lm"] + 0.25 * alone["cosine"], 1e-5)
    default = 5 * alone["soft_target"] + 2 * alone["masked_lm"] + alone["cosine"]
    assert loss() == pytest.approx(default, 1e-5)
    assert loss(weights={"cosine": 0.0}) == pytest.approx(default - alone["cosine"], 1e-5)  # the others stay
    with torch.no_grad():
        real, reads = batch["attention_mask"], {name: batch[name] for name in ("input_ids", "attention_mask")}
        hot = soft_target_loss(student(**reads).logits, teacher(**reads).logits, 4.0, real).item()
    assert loss(temperature=4.0, weights={"masked_lm": 0, "cosine": 0}) == pytest.approx(5 * hot, 1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_student_comes_closer_to_its_teacher(trainer, kind):
    teacher = small(kind)
    held_out = collate(rows(30, seed=9))
    reads = {name: held_out[name] for name in ("input_ids", "attention_mask")}
    taught, alone = distillation.student_of(teacher), distillation.student_of(teacher)

    def distance(student):
        with torch.no_grad():
            return soft_target_loss(
                student.eval()(**reads).logits, teacher(**reads).logits, 1.0, reads["attention_mask"]
            )

    before = distance(taught)
    trainer(taught, teacher, rows(200), max_steps=60).train()
    trainer(alone, None, rows(200), max_steps=60).train()
    assert distance(taught) < 0.6 * before
    assert distance(taught) < 0.6 * distance(alone)


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_a_classifier_learns_its_teachers_answers_from_texts_without_labels(trainer, kind):
    teacher = small(kind)
    unlabelled = [{"input_ids": row["input_ids"], "labels": torch.tensor(-100)} for row in rows(200)]
    student = distillation.student_of(teacher)
    reads = {name: value for name, value in collate(rows(40, seed=9)).items() if name != "labels"}

    def disagreement():
        with torch.no_grad():
            return soft_target_loss(student.eval()(**reads).logits, teacher(**reads).logits, 1.0).item()

    before = disagreement()
    made = trainer(student, teacher, unlabelled, {"weights": {"label": 0.0, "soft_target": 1.0}}, max_steps=60)
    made.train()
    assert disagreement() < 0.6 * before
    assert losses_of(made)[0].keys() >= {"loss", "soft_target"} and not losses_of(made)[0].keys() & {"label", "cosine"}


def test_a_classifier_is_taught_half_by_labels_half_by_its_teacher(trainer):
    teacher = small("RobertaForSequenceClassification")
    student, batch = distillation.student_of(teacher), collate(rows(6, label=True))
    found = trainer(student, teacher).compute_loss(student, batch)
    reads = {name: batch[name] for name in ("input_ids", "attention_mask")}
    ours, theirs = student(**reads).logits, teacher(**reads).logits.detach()
    divergence = torch.nn.KLDivLoss(reduction="batchmean")((ours / 2).log_softmax(-1), (theirs / 2).softmax(-1)) * 4
    expected = 0.5 * divergence + 0.5 * torch.nn.CrossEntropyLoss()(ours, batch["labels"])
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("accumulated", [1, 2])
def test_the_log_holds_each_loss_apart(trainer, accumulated):
    teacher = small("BertForMaskedLM")
    made = trainer(distillation.student_of(teacher), teacher, gradient_accumulation_steps=accumulated)
    made.train()
    assert len(losses_of(made)) == 4
    for row in losses_of(made):
        parts = 5 * row["soft_target"] + 2 * row["masked_lm"] + row["cosine"]
        assert row["loss"] == pytest.approx(parts, rel=1e-4)
    assert losses_of(made)[0]["soft_target"] > losses_of(made)[-1]["soft_target"] > 0


def test_without_a_teacher_only_the_labels_teach_at_the_same_weight(trainer):
    made = trainer(small("RobertaForMaskedLM"), None)
    made.train()
    for row in losses_of(made):
        assert not row.keys() & {"soft_target", "cosine"}
        assert row["loss"] == pytest.approx(2 * row["masked_lm"], rel=1e-4)


def test_an_evaluation_holds_each_loss_apart_and_leaves_the_training_log_alone(trainer):
    teacher = small("RobertaForMaskedLM")
    student = distillation.student_of(teacher)
    held_out = rows(20, seed=5)
    more = {"eval_dataset": held_out, "compute_metrics": lambda answers: {"shape": answers.predictions.shape[-1]}}
    made = trainer(student, teacher, more=more, eval_strategy="steps", eval_steps=3, per_device_eval_batch_size=8)
    made.train()
    found = made.evaluate()
    batches = [collate(held_out[start : start + 8]) for start in (0, 8, 16)]
    with torch.no_grad():
        losses = [masked_lm_loss(student(**batch).logits, batch["labels"]).item() for batch in batches]
    expected = (8 * losses[0] + 8 * losses[1] + 4 * losses[2]) / 20
    assert found["eval_masked_lm"] == pytest.approx(expected, rel=1e-5)
    assert found["eval_loss"] == pytest.approx(
        5 * found["eval_soft_target"] + 2 * found["eval_masked_lm"] + found["eval_cosine"], rel=1e-5
    )
    assert found["eval_shape"] == 60
    logged = [row for row in made.state.log_history if "eval_loss" in row]
    assert len(logged) == 4 and all("eval_cosine" in row for row in logged)
    for row in losses_of(made):
        assert row["loss"] == pytest.approx(5 * row["soft_target"] + 2 * row["masked_lm"] + row["cosine"], rel=1e-4)


def test_the_best_checkpoint_can_be_chosen_by_one_loss(trainer, caplog):
    teacher = small("RobertaForMaskedLM")
    made = trainer(
        distillation.student_of(teacher),
        teacher,
        more={"eval_dataset": rows(8, seed=5)},
        eval_strategy="steps",
        save_strategy="steps",
        eval_steps=4,
        save_steps=4,
        load_best_model_at_end=True,
        metric_for_best_model="eval_masked_lm",
        greater_is_better=False,
    )
    made.train()
    assert "missing keys" not in caplog.text  # of RoBERTa's tied head, which is there
    assert made.state.best_metric == min(row.get("eval_masked_lm", 99) for row in made.state.log_history)


@pytest.mark.parametrize("kind", [*KINDS, *CLASSIFIERS])
def test_what_is_saved_is_the_student_alone_with_no_key_missing(trainer, kind, tmp_path):
    teacher = small(kind)
    student = distillation.student_of(teacher)
    made = trainer(student, teacher)
    made.train()
    made.save_model(tmp_path / "saved")
    loader = {KINDS[0]: "DistilBertForMaskedLM", CLASSIFIERS[0]: "DistilBertForSequenceClassification"}.get(kind, kind)
    loaded, found = getattr(transformers, loader).from_pretrained(tmp_path / "saved", output_loading_info=True)
    assert not any(found.values())
    for name, value in student.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name]), name


def test_the_same_seed_gives_the_same_student_and_another_does_not(trainer):
    teacher = small("BertForMaskedLM")

    def taught(seed):
        student = distillation.student_of(teacher)
        trainer(student, teacher, seed=seed).train()
        return student.state_dict()

    one, same, other = taught(1), taught(1), taught(2)
    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert any(not torch.equal(value, other[name]) for name, value in one.items())


def test_an_interrupted_run_goes_on_to_the_same_student(trainer, tmp_path):
    teacher = small("RobertaForMaskedLM")
    whole, parts = distillation.student_of(teacher), distillation.student_of(teacher)
    options = {"max_steps": 6, "save_strategy": "steps", "save_steps": 3, "learning_rate": 1e-3}
    trainer(whole, teacher, **options).train()
    shorter = trainer(parts, teacher, **options)
    shorter.add_callback(StopAt(3))
    shorter.train()
    assert any(not torch.equal(value, whole.state_dict()[name]) for name, value in parts.state_dict().items())
    again = distillation.student_of(teacher)
    made = trainer(again, teacher, **options)
    made.train(resume_from_checkpoint=str(tmp_path / "run" / "checkpoint-3"))
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value, rtol=1e-6, atol=1e-7)
    assert [row["step"] for row in losses_of(made)] == [2, 4, 6]


class StopAt(transformers.TrainerCallback):
    def __init__(self, step):
        self.step = step

    def on_step_end(self, args, state, control, **kwargs):
        control.should_training_stop = state.global_step == self.step


def test_the_teacher_is_left_as_it_was(trainer):
    teacher = small("RobertaForMaskedLM").train()
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    trainer(distillation.student_of(teacher), teacher).train()
    assert all(torch.equal(value, before[name]) for name, value in teacher.state_dict().items())
    assert teacher.training and all(weight.requires_grad for weight in teacher.parameters())
    assert all(weight.grad is None for weight in teacher.parameters())


def test_a_teacher_in_training_mode_teaches_without_dropout(trainer):
    teacher = small("RobertaForMaskedLM", hidden_dropout_prob=0.5)
    student, batch = distillation.student_of(teacher), collate(rows(5))
    made = trainer(student, teacher, more={"weights": {"masked_lm": 0.0}})
    still = made.compute_loss(student, batch)
    teacher.train()
    torch.testing.assert_close(made.compute_loss(student, batch), still)


def test_a_bert_teacher_reads_the_token_types_that_its_student_has_not(trainer):
    teacher = small("BertForMaskedLM")
    train = [row | {"token_type_ids": (torch.arange(len(row["input_ids"])) > 2).long()} for row in rows(16)]
    seen = []
    teacher.register_forward_pre_hook(lambda _, args, read: seen.append(read["token_type_ids"]), with_kwargs=True)

    def with_types(batch):
        types = [row["token_type_ids"] for row in batch]
        return collate(batch) | {"token_type_ids": torch.nn.utils.rnn.pad_sequence(types, batch_first=True)}

    made = trainer(distillation.student_of(teacher), teacher, train, max_steps=1)
    made.data_collator = with_types
    made.train()
    assert seen and all(types.any() for types in seen)


def test_a_teacher_in_half_precision_can_teach(trainer):
    teacher = small("RobertaForMaskedLM")
    student, batch = distillation.student_of(teacher), collate(rows(5))
    exact = trainer(student, teacher).compute_loss(student, batch)
    made = trainer(student, teacher.bfloat16())
    torch.testing.assert_close(made.compute_loss(student, batch), exact, rtol=0.1, atol=0.1)
    made.train()


def test_the_curve_is_handed_over_as_it_grows(trainer):
    teacher, seen = small("RobertaForMaskedLM"), []
    made = trainer(distillation.student_of(teacher), teacher, more={"callbacks": [LossCurve(seen.append)]})
    made.train()
    assert [list(table.index) for table in seen] == [[2], [2, 4], [2, 4, 6], [2, 4, 6, 8]]
    whole = distillation.history(made.state)
    assert list(whole.columns) == ["loss", "soft_target", "masked_lm", "cosine"] and whole.index.name == "step"
    assert seen[-1].equals(whole) and whole.notna().all(axis=None)


def test_a_run_says_nothing(trainer, capfd):
    teacher = small("BertForMaskedLM")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        trainer(distillation.student_of(teacher), teacher, more={"eval_dataset": rows(8)}).train()
    assert capfd.readouterr() == ("", "")
    assert [str(warning.message) for warning in heard if "utils" in warning.filename] == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"weights": {"kl": 1.0}}, "no loss kl here. Give weights to soft_target, masked_lm, cosine"),
        ({"weights": {"label": 1.0}}, "no loss label here"),
        ({"weights": {"cosine": -1.0}}, "a number from 0 up"),
        ({"weights": {"cosine": float("nan")}}, "a number from 0 up"),
        ({"weights": dict.fromkeys(PARTS, 0.0)}, "nothing to learn"),
        ({"temperature": 0.0}, "number above 0"),
        ({"compute_loss_func": lambda *_, **__: 0}, "Leave compute_loss_func and label_smoothing_factor out"),
    ],
)
def test_options_that_mean_nothing_are_refused(trainer, more, message):
    teacher = small("RobertaForMaskedLM")
    with pytest.raises(ValueError, match=message):
        trainer(distillation.student_of(teacher), teacher, more=more)


def test_pairs_that_cannot_be_are_refused_before_training(trainer):
    with pytest.raises(ValueError, match="RobertaForMaskedLM cannot teach DistilBertForMaskedLM: vocab_size is 60 in"):
        trainer(small("DistilBertForMaskedLM"), small("RobertaForMaskedLM", vocab_size=70))
    thin = small("DistilBertForMaskedLM", hidden_size=8)
    with pytest.raises(ValueError, match="hidden_size is 8 .* weight 0"):
        trainer(thin, small("BertForMaskedLM"))
    trainer(thin, small("BertForMaskedLM"), more={"weights": {"cosine": 0.0}}).train()


def test_a_batch_without_labels_is_refused_when_they_are_needed(trainer):
    teacher = small("RobertaForMaskedLM")
    student, batch = distillation.student_of(teacher), collate(rows(3))
    del batch["labels"]
    with pytest.raises(ValueError, match="Use DataCollatorForLanguageModeling"):
        trainer(student, teacher).compute_loss(student, batch)
    assert trainer(student, teacher, more={"weights": {"masked_lm": 0.0}}).compute_loss(student, batch) > 0


def test_label_smoothing_is_refused(trainer):
    with pytest.raises(ValueError, match="label_smoothing_factor"):
        trainer(small("RobertaForMaskedLM"), None, label_smoothing_factor=0.1)


def test_labels_alone_need_a_teacher_or_a_weight(trainer):
    with pytest.raises(ValueError, match="nothing to learn"):
        trainer(small("RobertaForMaskedLM"), None, more={"weights": {"masked_lm": 0.0}})
