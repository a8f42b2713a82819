"""Stands for Colab's own package: what the course looks for is `google.colab` in sys.modules."""
