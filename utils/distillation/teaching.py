"""A short distillation for a notebook, on `DistillationTrainer`. Lesson 07."""

import tempfile
from collections.abc import Callable, Sequence

from utils.distillation.losses import TEMPERATURE, masked_lm_loss
from utils.distillation.pairs import is_classifier

HELD_OUT_TOKENS = 1_024  # a batch; fixed, because the masks depend on it


def teach(
    student,
    tokenizer,
    texts: Sequence[str],
    teacher=None,
    labels: Sequence[int] | None = None,
    steps: int = 60,
    batch_size: int = 32,
    rate: float = 5e-4,
    seed: int = 0,
    temperature: float = TEMPERATURE,
    weights: dict[str, float] | None = None,
    show: Callable | None = None,
):
    """Trains the student IN PLACE, and returns its losses: `history`, a row every twentieth of the way. Lesson 07.

    A masked language model learns to fill in tokens, masked anew at each visit; a classifier learns `labels`, which
    may be missing when their weight is 0. `teacher`, `temperature` and `weights` are those of `DistillationTrainer`;
    without a teacher the student sees the same batches and masks for the same `seed`. AdamW; the rate, by default the
    published one, rises over the first sixteenth of the steps and falls to 0. `show(history)` is called at each row.
    Prints nothing and leaves no files. The student is left in evaluation mode. Raises ValueError for what
    `DistillationTrainer` refuses, no texts or steps, labels that do not fit, and a tokenizer that is not the student's.
    """
    import torch
    from transformers import (
        DataCollatorForLanguageModeling,
        DataCollatorWithPadding,
        PrinterCallback,
        TrainingArguments,
    )

    from utils.distillation.curve import LossCurve, history
    from utils.distillation.trainer import DistillationTrainer

    if steps < 1:
        raise ValueError(f"{steps} steps teach nothing. Give 1 or more.")
    rows = _rows(student, tokenizer, texts, labels)
    collator = DataCollatorWithPadding if is_classifier(student) else DataCollatorForLanguageModeling
    with tempfile.TemporaryDirectory() as folder, torch.random.fork_rng():
        arguments = TrainingArguments(
            folder,
            max_steps=steps,
            per_device_train_batch_size=batch_size,
            train_sampling_strategy="group_by_length",
            learning_rate=rate,
            adam_beta2=0.98,
            warmup_steps=steps // 16,
            logging_steps=max(1, steps // 20),
            seed=seed,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=student.device.type == "cpu",  # else both models would be moved to a GPU, and left there
            dataloader_pin_memory=False,
        )
        trainer = DistillationTrainer(
            student,
            teacher=teacher,
            temperature=temperature,
            weights=weights,
            args=arguments,
            train_dataset=rows,
            data_collator=collator(tokenizer),
            processing_class=tokenizer,
            callbacks=[LossCurve(show)] if show else None,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    student.eval()
    return history(trainer.state)


def held_out_loss(model, tokenizer, texts: Sequence[str], seed: int = 0) -> float:
    """Mean masked-LM loss in nats per masked token, on texts that the model has not learned from. Lesson 07.

    The masks are drawn from `seed`: the same for every model with this tokenizer. Raises ValueError for no texts.
    """
    import torch
    from transformers import DataCollatorForLanguageModeling

    from utils.batching import by_length, evaluating

    rows = _rows(model, tokenizer, texts)
    mask = DataCollatorForLanguageModeling(tokenizer, seed=seed)
    total = masked = 0
    with torch.inference_mode(), evaluating(model):
        for batch in by_length([len(row["input_ids"]) for row in rows], HELD_OUT_TOKENS):
            inputs = mask([rows[number] for number in batch]).to(model.device)
            labels = inputs.pop("labels")
            chosen = (labels != -100).sum()
            total += (masked_lm_loss(model(**inputs).logits, labels) * chosen).item()
            masked += chosen.item()
    return total / masked


def _rows(model, tokenizer, texts, labels=None) -> list[dict]:
    """A dict for each text, as `Trainer` and the collators take them."""
    from utils.batching import longest_input

    if isinstance(texts, str) or not len(texts):
        raise ValueError(f"texts={texts!r}: give a list of one text or more.")
    if len(tokenizer) != model.config.vocab_size:
        raise ValueError(
            f"The tokenizer knows {len(tokenizer):,} tokens, the model {model.config.vocab_size:,}. Load both from one "
            "folder."
        )
    encoded = tokenizer(list(texts), truncation=True, max_length=longest_input(model, tokenizer))
    rows = [{name: values[number] for name, values in encoded.items()} for number in range(len(texts))]
    if labels is None:
        return rows
    if not is_classifier(model):
        raise ValueError("A masked language model makes its own labels, by masking. Leave labels out.")
    labels = [int(label) for label in labels]
    known = range(model.config.num_labels)
    if len(labels) != len(texts) or not set(labels) <= set(known):
        raise ValueError(f"{len(texts)} texts need as many labels, each one of {list(known)}.")
    return [row | {"labels": label} for row, label in zip(rows, labels, strict=True)]
