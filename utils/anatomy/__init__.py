"""What a model is made of: its parts and shapes, its vectors, and what a load did not find."""

from utils.anatomy.loading import load_report, no_load_report
from utils.anatomy.parameters import count, embeddings, megabytes, parts
from utils.anatomy.similarity import cka, cka_table
from utils.anatomy.trace import trace
from utils.anatomy.vectors import layer_vectors

__all__ = [
    "cka",
    "cka_table",
    "count",
    "embeddings",
    "layer_vectors",
    "load_report",
    "megabytes",
    "no_load_report",
    "parts",
    "trace",
]
