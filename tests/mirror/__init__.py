"""The mirror: what it answers, what it refuses, and how much it can serve."""
