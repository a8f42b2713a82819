"""Distillation as a `Trainer`, for masked language models and for classifiers. Lesson 07."""

import inspect
from collections import Counter

import torch
from transformers import Trainer

from utils.batching import evaluating
from utils.distillation.losses import PRETRAINING, TASK, TEMPERATURE, cosine_loss, masked_lm_loss, soft_target_loss
from utils.distillation.pairs import check_pair, is_classifier


class DistillationTrainer(Trainer):
    """A `Trainer` whose loss is the weighted sum of up to three. Lesson 07.

    All of `Trainer` works as ever: its arguments, callbacks, `evaluate`, `save_model`, `resume_from_checkpoint`. Logs
    and evaluations hold each loss by itself, unweighted and in nats, beside the weighted sum. Only the student is
    trained and saved. To keep the best checkpoint by one of the losses, set `greater_is_better=False` beside
    `metric_for_best_model`. Options of its own, all by name:

    * `teacher`: a model that reads the same batches, without gradient or dropout, on the student's device. With None
      the student learns from the labels alone, at the same weight: the control.
    * `temperature`: divides both models' logits in the soft-target loss.
    * `weights`: of each loss, by name: PRETRAINING for a …ForMaskedLM, TASK for a …ForSequenceClassification. Give
      those that you change; 0 leaves a loss out.

    The labels are those of the batch: DataCollatorForLanguageModeling makes them by masking; a classifier's come with
    its texts, and may be missing where the label's weight is 0. Raises ValueError for a pair that cannot be
    (`check_pair`), unknown or negative weights, no loss at all, a temperature that is not above 0, a batch without
    labels that are needed, and the two options of `Trainer` that have no place here: another loss and label smoothing.
    """

    loss_is_scaled_for_ga = False  # every loss is a mean over its own batch

    def __init__(self, model, *args, teacher=None, temperature: float = TEMPERATURE, weights=None, **kwargs):
        self.label_loss = "label" if is_classifier(model) else "masked_lm"
        self.weights = _checked(TASK if is_classifier(model) else PRETRAINING, weights or {})
        if teacher is None:
            self.weights = {name: weight for name, weight in self.weights.items() if name == self.label_loss}
        if not any(self.weights.values()):
            raise ValueError("Every loss has the weight 0, so there is nothing to learn. Give one of them more.")
        if not temperature > 0:
            raise ValueError(f"A temperature of {temperature} softens nothing. Give a number above 0, such as 2.")
        if teacher is not None:
            check_pair(model, teacher, cosine=self.weights["cosine"] > 0)
        self.temperature, self.teacher = temperature, teacher
        self._totals, self._counts = Counter(), Counter()
        super().__init__(model, *args, **kwargs)
        if self.compute_loss_func or self.label_smoother:
            raise ValueError("The loss is made here. Leave compute_loss_func and label_smoothing_factor out.")
        if teacher is not None:
            teacher.to(self.args.device)

    def losses(self, student, teacher, inputs) -> dict[str, torch.Tensor]:
        """Each loss of a batch that has a weight, from the two models' outputs; the teacher's may be None."""
        mask, labels = inputs.get("attention_mask"), inputs.get("labels")
        found = {}
        if self.weights.get("soft_target"):
            tokens = mask if self.label_loss == "masked_lm" else None  # a classifier has one position a text
            found["soft_target"] = soft_target_loss(student.logits, teacher.logits, self.temperature, tokens)
        if self.weights[self.label_loss]:
            if labels is None:
                raise ValueError("The batch has no labels. Use DataCollatorForLanguageModeling, or give rows `labels`.")
            found[self.label_loss] = masked_lm_loss(student.logits, labels)
        if self.weights.get("cosine"):
            found["cosine"] = cosine_loss(student.hidden_states[-1], teacher.hidden_states[-1], mask)
        return found

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """The weighted sum of the losses of a batch. Keeps each of them for the next log."""
        hidden = bool(self.weights.get("cosine"))
        student = model(**_readable(self.model, inputs), output_hidden_states=hidden)
        teacher = None
        if hidden or self.weights.get("soft_target"):
            with torch.no_grad(), evaluating(self.teacher):
                teacher = self.teacher(**_readable(self.teacher, inputs), output_hidden_states=hidden)
        found = self.losses(student, teacher, inputs)
        for name, value in found.items():
            share = self._share(inputs)
            self._totals[name] += value.detach() * share
            self._counts[name] += share
        loss = sum(self.weights[name] * value for name, value in found.items())
        return (loss, {"logits": student.logits}) if return_outputs else loss

    def log(self, logs, *args, **kwargs):
        """Logs `loss` together with the means of its parts since the last log."""
        super().log(logs | self._means() if "loss" in logs else logs, *args, **kwargs)

    def evaluation_loop(self, *args, metric_key_prefix="eval", **kwargs):
        """`Trainer`'s, with each loss too, `eval_masked_lm` and so on: mean over batches, each as heavy as its rows."""
        training = self._totals, self._counts
        self._totals, self._counts = Counter(), Counter()
        output = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **kwargs)
        output.metrics.update({f"{metric_key_prefix}_{name}": mean for name, mean in self._means().items()})
        self._totals, self._counts = training
        return output

    def _share(self, inputs) -> float:
        """How much a batch weighs in the means: as much as in `Trainer`'s own, so that `loss` is the weighted sum."""
        if self.model.training:
            return 1 / getattr(self, "current_gradient_accumulation_steps", 1)
        return len(inputs["input_ids"])

    def _means(self) -> dict[str, float]:
        means = {name: (total / self._counts[name]).item() for name, total in self._totals.items()}
        self._totals, self._counts = Counter(), Counter()
        return means

    def _issue_warnings_after_load(self, load_result):
        """Says nothing of tied weights: they are saved once, under one of their names."""
        tied = getattr(self.model, "all_tied_weights_keys", {})
        load_result.missing_keys[:] = [name for name in load_result.missing_keys if name not in tied]
        super()._issue_warnings_after_load(load_result)

    def _set_signature_columns_if_needed(self):
        """Keeps what the teacher alone reads: BERT has token types, its student has none."""
        super()._set_signature_columns_if_needed()
        if self.teacher is not None:
            more = [name for name in _arguments(self.teacher) if name not in self._signature_columns]
            self._signature_columns += more


def _arguments(model) -> list[str]:
    return list(inspect.signature(model.forward).parameters)


def _readable(model, inputs) -> dict:
    """What this model reads of a batch. Labels are not: the losses are computed here."""
    return {name: value for name, value in inputs.items() if name in _arguments(model) and name != "labels"}


def _checked(defaults: dict[str, float], changes: dict[str, float]) -> dict[str, float]:
    if unknown := changes.keys() - defaults.keys():
        raise ValueError(f"There is no loss {', '.join(sorted(unknown))} here. Give weights to {', '.join(defaults)}.")
    if not all(weight >= 0 for weight in changes.values()):
        raise ValueError(f"weights={changes}: a weight is a number from 0 up, and 0 leaves a loss out.")
    return {**defaults, **changes}
