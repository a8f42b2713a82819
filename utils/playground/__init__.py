"""Places to play: type a text, move four counts, a threshold, a temperature, and see what comes of it. From lesson 04.

All are shown in the frame of the quizzes: they work by keyboard, a screen reader hears them, and they read without a
kernel.
"""

from utils.playground.classifying import classify
from utils.playground.counts import confusion
from utils.playground.temperatures import temperature
from utils.playground.thresholds import threshold

__all__ = ["classify", "confusion", "temperature", "threshold"]
