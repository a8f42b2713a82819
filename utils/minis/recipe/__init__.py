"""The recipe of the mini checkpoints: `python -m utils.minis.recipe` makes them all from nothing."""
