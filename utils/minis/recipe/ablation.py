"""What each part of the distillation is worth: short runs that each leave one part out (lesson 07).

The published table (Sanh et al. 2019, table 4) leaves out the same parts and measures the mean GLUE score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils import checkpoints
from utils.distillation import PRETRAINING
from utils.minis.recipe.distil import distil
from utils.minis.recipe.settings import STUDENT_LAYERS, Settings

PUBLISHED = checkpoints.published()["ablation"]["values"]
VARIANTS = {  # weights of the losses, teacher layers to start from, published change of the mean GLUE score
    "all three losses": (PRETRAINING, STUDENT_LAYERS, 0.0),
    "no distillation loss": (PRETRAINING | {"soft_target": 0.0}, STUDENT_LAYERS, PUBLISHED["no distillation loss"]),
    "no cosine loss": (PRETRAINING | {"cosine": 0.0}, STUDENT_LAYERS, PUBLISHED["no cosine loss"]),
    "no masked-LM loss": (PRETRAINING | {"masked_lm": 0.0}, STUDENT_LAYERS, PUBLISHED["no masked-LM loss"]),
    "random start": (PRETRAINING, None, PUBLISHED["random start"]),
}


def ablate(
    teacher: PreTrainedModel,
    ids: list[list[int]],
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    folder: Path,
    judge: Callable[[str, PreTrainedModel], dict],
) -> dict[str, dict]:
    """For each of VARIANTS the figures that `judge(variant, student)` gives after `settings.ablation_steps` steps."""
    short = replace(settings, student_steps=settings.ablation_steps)
    table = {}
    for variant, (weights, layers, published) in VARIANTS.items():
        place = folder / variant.replace(" ", "-")
        student, _ = distil(teacher, ids, tokenizer, short, place, weights, layers)
        table[variant] = judge(variant, student) | {"published_glue_change": published}
    return table
