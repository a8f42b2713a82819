"""The course's figures, one module for each subject. Importing them loads no plotting library yet."""

from utils.figures.bias import top_words, truth_scatter
from utils.figures.distillation import LiveCurve, ablation, retention, soft_targets
from utils.figures.evaluation import confusion_matrices, training_curves
from utils.figures.intervals import interval_widths, intervals
from utils.figures.parameters import part_bars
from utils.figures.pipelines import calibration
from utils.figures.progress import class_answers, progress_map
from utils.figures.shape_trace import shape_trace
from utils.figures.speed import beaten, latencies, limit_shares, padding, pareto, speed_ups
from utils.figures.states import attention_map, layer_agreement, probe_lines, sentence_maps
from utils.figures.style import gathered, save, show
from utils.figures.thresholds import cost_curves, roc_and_pr
from utils.figures.tokens import merge_tree, padded_batch, token_lengths

__all__ = [
    "LiveCurve",
    "ablation",
    "attention_map",
    "beaten",
    "calibration",
    "class_answers",
    "confusion_matrices",
    "cost_curves",
    "gathered",
    "interval_widths",
    "intervals",
    "latencies",
    "layer_agreement",
    "limit_shares",
    "merge_tree",
    "padded_batch",
    "padding",
    "pareto",
    "part_bars",
    "probe_lines",
    "progress_map",
    "retention",
    "roc_and_pr",
    "save",
    "sentence_maps",
    "shape_trace",
    "show",
    "soft_targets",
    "speed_ups",
    "token_lengths",
    "top_words",
    "training_curves",
    "truth_scatter",
]
