"""A sentiment model without a network: the baseline of the cards, and the first teacher of the classifiers."""

from __future__ import annotations

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_limits

from utils.minis.recipe.corpus import Labelled


def fit(items: list[Labelled]) -> Pipeline:
    """Logistic regression on TF-IDF weights of words and word pairs (lesson 05)."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    model = make_pipeline(words, LogisticRegression(C=4.0, max_iter=1_000))
    with threadpool_limits(1):  # its last digits depend on the number of threads
        return model.fit([item.text for item in items], [item.label for item in items])
