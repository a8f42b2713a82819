"""Which teacher can teach which student. The published code asserts most of it too (train.py, distiller.py)."""

SINGLE_LABEL = "single_label_classification"


def is_classifier(model) -> bool:
    """True for a …ForSequenceClassification, False for a …ForMaskedLM; raises ValueError for anything else."""
    name, config = type(model).__name__, model.config
    if config.is_encoder_decoder or getattr(config, "is_decoder", False):
        raise ValueError(f"{name} writes texts. Distil an encoder, …ForMaskedLM or …ForSequenceClassification.")
    if name.endswith("ForMaskedLM"):
        return False
    if not name.endswith("ForSequenceClassification"):
        raise ValueError(f"{name} has no head to distil. Load it as …ForMaskedLM or …ForSequenceClassification.")
    if config.num_labels < 2 or config.problem_type not in (None, SINGLE_LABEL):
        raise ValueError(f"This {name} does not choose one of several labels, so it has no soft targets to hand down.")
    return True


def check_pair(student, teacher, cosine: bool = True) -> None:
    """Raises ValueError, in words, where the losses of this student and this teacher would mean nothing. Lesson 07.

    Task, vocabulary, number of positions and labels must be the same; for the `cosine` loss the width too. Other
    tokens in a vocabulary of the same size cannot be seen here: compare the `get_vocab()` of the two tokenizers.
    """
    names = f"{type(teacher).__name__} cannot teach {type(student).__name__}"
    if is_classifier(student) != is_classifier(teacher):
        raise ValueError(f"{names}: one fills in words, the other chooses labels.")
    needed = {
        "vocab_size": "Soft targets are compared token by token, so both must have one vocabulary.",
        "hidden_size": "The cosine of two hidden states needs one width. Else give that loss the weight 0.",
        "max_position_embeddings": "What one of them can read is too long for the other.",
        "num_labels": "Soft targets are compared label by label.",
    }
    if not cosine:
        del needed["hidden_size"]
    for what, why in needed.items():
        ours, theirs = getattr(student.config, what), getattr(teacher.config, what)
        if ours != theirs:
            raise ValueError(f"{names}: {what} is {ours:,} in the student and {theirs:,} in the teacher. {why}")
    ours, theirs = student.config.id2label, teacher.config.id2label
    if ours != theirs and set(ours.values()) == set(theirs.values()):
        raise ValueError(f"{names}: the labels are {ours} in the student and {theirs} in the teacher. Use one order.")
