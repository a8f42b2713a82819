"""Tests of what a workshop needs, and a tiny room folder for them."""
