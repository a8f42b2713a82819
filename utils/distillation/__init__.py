"""A smaller model from a larger one, as DistilBERT was made: losses, students, and a `Trainer`. Lesson 07.

`losses.py` holds the three losses, `students.py` what a student starts from, `pairs.py` who can teach whom,
`trainer.py` the training, and `teaching.py` a short one for a notebook.
"""

from utils.distillation.losses import PRETRAINING, TASK, TEMPERATURE, cosine_loss, masked_lm_loss, soft_target_loss
from utils.distillation.pairs import check_pair
from utils.distillation.students import even_layers, student_of, student_weights
from utils.distillation.teaching import held_out_loss, teach

__all__ = [
    "PRETRAINING",
    "TASK",
    "TEMPERATURE",
    "DistillationTrainer",
    "LossCurve",
    "check_pair",
    "cosine_loss",
    "even_layers",
    "held_out_loss",
    "history",
    "masked_lm_loss",
    "soft_target_loss",
    "student_of",
    "student_weights",
    "teach",
]


def __getattr__(name):
    """What inherits from transformers' classes is imported when it is first used."""
    if name == "DistillationTrainer":
        from utils.distillation.trainer import DistillationTrainer

        return DistillationTrainer
    if name in ("LossCurve", "history"):
        from utils.distillation import curve

        return getattr(curve, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
