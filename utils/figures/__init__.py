"""The course's figures, one module for each subject. Importing them loads no plotting library yet."""

from utils.figures.parameters import part_bars
from utils.figures.pipelines import calibration
from utils.figures.progress import class_answers, progress_map
from utils.figures.shape_trace import shape_trace
from utils.figures.style import save, show
from utils.figures.tokens import merge_tree, padded_batch, token_lengths

__all__ = [
    "calibration",
    "class_answers",
    "merge_tree",
    "padded_batch",
    "part_bars",
    "progress_map",
    "save",
    "shape_trace",
    "show",
    "token_lengths",
]
