"""The name of the course, wherever it keeps something among a user's own settings, data and caches. Lesson 00."""

COURSE = "roberta-distilbert-measured"
