"""The helper package of the course: one room per subject, read from top to bottom like a table of contents."""
