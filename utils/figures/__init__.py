"""The course's figures, one module for each subject. Importing them loads no plotting library yet."""

from utils.figures.parameters import part_bars
from utils.figures.progress import class_answers, progress_map
from utils.figures.shape_trace import shape_trace
from utils.figures.style import save, show

__all__ = ["class_answers", "part_bars", "progress_map", "save", "shape_trace", "show"]
