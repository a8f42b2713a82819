"""The three losses of DistilBERT (Sanh et al. 2019, section 3; arXiv 1910.01108), in nats. Lesson 07 writes them out.

Each takes a row per position: logits (positions, vocabulary) or hidden states (positions, hidden). For a whole batch
(batch, tokens, …), give its `attention_mask` too: then every position but padding counts, as in the published code.
"""

TEMPERATURE = 2.0
PRETRAINING = {"soft_target": 5.0, "masked_lm": 2.0, "cosine": 1.0}  # weights in the published single-GPU command
TASK = {"soft_target": 0.5, "label": 0.5, "cosine": 0.0}  # as published for SQuAD (run_squad_w_distillation.py)


def soft_target_loss(student_logits, teacher_logits, temperature: float = TEMPERATURE, attention_mask=None):
    """T² · KL(teacher ‖ student), both softened by the temperature T: summed over the vocabulary, mean over positions.

    T² keeps the gradient as large as at T = 1 (Hinton et al. 2015, section 2.1; arXiv 1503.02531). A classifier's
    logits (batch, labels) do as well. Raises ValueError for shapes that do not fit, a temperature that is not above 0,
    and a mask that leaves nothing. Lesson 07.
    """
    from torch.nn.functional import kl_div, log_softmax

    if not temperature > 0:
        raise ValueError(f"A temperature of {temperature} softens nothing. Give a number above 0, such as 2.")
    student, teacher = _rows(student_logits, teacher_logits, attention_mask, "logits")
    divergence = kl_div(
        log_softmax(student / temperature, -1),
        log_softmax(teacher / temperature, -1),
        reduction="batchmean",
        log_target=True,
    )
    return divergence * temperature**2


def masked_lm_loss(logits, labels):
    """Mean cross-entropy between logits (…, vocabulary) and labels (…), over the positions whose label is not -100.

    The logits are not softened. A classifier's logits (batch, labels) and its true labels (batch,) do as well. Where
    every label is -100 there is nothing to learn from, and the loss is 0. Raises ValueError for shapes that do not
    fit. Lesson 07.
    """
    from torch.nn.functional import cross_entropy

    if logits.shape[:-1] != labels.shape:
        raise ValueError(
            f"Logits {tuple(logits.shape)} need labels {tuple(logits.shape[:-1])}, not {tuple(labels.shape)}: "
            "one for each position, -100 where none was chosen."
        )
    chosen = (labels != -100).sum().clamp(min=1)
    return cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1), reduction="sum") / chosen


def cosine_loss(student_hidden, teacher_hidden, attention_mask=None):
    """Mean of 1 - cos between the last hidden states of student and teacher, position by position: from 0 to 2.

    Raises ValueError for shapes that do not fit and a mask that leaves nothing. Lesson 07.
    """
    from torch.nn.functional import cosine_embedding_loss

    student, teacher = _rows(student_hidden, teacher_hidden, attention_mask, "hidden states")
    return cosine_embedding_loss(student, teacher, student.new_ones(len(student)))


def _rows(student, teacher, attention_mask, what: str):
    """Both as (positions, …), without those that the mask hides."""
    if student.shape != teacher.shape:
        raise ValueError(
            f"The student's {what} are {tuple(student.shape)}, its teacher's {tuple(teacher.shape)}. "
            "Both must read the same tokens, and have the same vocabulary and width."
        )
    if attention_mask is None:
        return student.reshape(-1, student.shape[-1]), teacher.reshape(-1, student.shape[-1])
    if attention_mask.shape != student.shape[:-1]:
        raise ValueError(
            f"The {what} are {tuple(student.shape)}, so attention_mask must be {tuple(student.shape[:-1])}, "
            f"not {tuple(attention_mask.shape)}."
        )
    real = attention_mask.bool()
    if not real.any():
        raise ValueError("attention_mask hides every position. It must be 1 at each token and 0 at padding.")
    return student[real], teacher[real]
