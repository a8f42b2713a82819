"""Which of two classifiers is better, and how sure that is: answers, metrics, intervals and paired tests. Lesson 05.

Tables of results have the same four columns: `value`, the 95 % interval from `low` to `high`, and `of`, the count that
the value is a share of.
"""

from utils.evaluation.calibration import Temperature, calibrate, reliability
from utils.evaluation.classifying import classify
from utils.evaluation.comparing import compare, mcnemar_range, sentences_needed
from utils.evaluation.intervals import Estimate, Interval, bootstrap, wilson
from utils.evaluation.leakage import seen
from utils.evaluation.reporting import by_group, confusion, from_counts, report
from utils.evaluation.thresholding import cost, thresholds

__all__ = [
    "Estimate",
    "Interval",
    "Temperature",
    "bootstrap",
    "by_group",
    "calibrate",
    "classify",
    "compare",
    "confusion",
    "cost",
    "from_counts",
    "mcnemar_range",
    "reliability",
    "report",
    "seen",
    "sentences_needed",
    "thresholds",
    "wilson",
]
