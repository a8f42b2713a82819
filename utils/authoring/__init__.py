"""For maintainers: build exercises from solutions, execute notebooks, and lint them."""
