"""Places to play: type a text, move four counts, move a threshold, and see what comes of it. Lesson 04 introduces it.

All are shown in the frame of the quizzes: they work by keyboard, a screen reader hears them, and they read without a
kernel.
"""

from utils.playground.classifying import classify
from utils.playground.counts import confusion
from utils.playground.thresholds import threshold

__all__ = ["classify", "confusion", "threshold"]
