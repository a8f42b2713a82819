"""How fast a model is, what it takes, and what of it is waste: measured on this machine. Lesson 08."""
