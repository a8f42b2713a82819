"""The course's figures, one module for each subject. Importing them loads no plotting library yet."""

from utils.figures.parameters import part_bars
from utils.figures.pipelines import calibration
from utils.figures.progress import class_answers, progress_map
from utils.figures.shape_trace import shape_trace
from utils.figures.states import attention_map, layer_agreement, probe_lines, sentence_maps
from utils.figures.style import save, show
from utils.figures.tokens import merge_tree, padded_batch, token_lengths

__all__ = [
    "attention_map",
    "calibration",
    "class_answers",
    "layer_agreement",
    "merge_tree",
    "padded_batch",
    "part_bars",
    "probe_lines",
    "progress_map",
    "save",
    "sentence_maps",
    "shape_trace",
    "show",
    "token_lengths",
]
