"""What a model is made of: parameter counts and where they sit, and what a load did not find."""

from utils.anatomy.loading import load_report, no_load_report
from utils.anatomy.parameters import count, embeddings, megabytes, parts
from utils.anatomy.trace import trace

__all__ = ["count", "embeddings", "load_report", "megabytes", "no_load_report", "parts", "trace"]
