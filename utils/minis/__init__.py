"""The shipped mini checkpoints and the recipe that makes them."""
