"""The helper package of the course: one room per subject, read from top to bottom like a table of contents."""

COURSE = "roberta-distilbert-measured"  # names the course's folder among a user's settings, data and caches
