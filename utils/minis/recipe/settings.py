"""Every number of the recipe, in steps and tokens (never in seconds), so that a run can be repeated."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

STUDENT_LAYERS = (0, 3)  # the teacher's first and last, as the published [0, 2, 4, 7, 9, 11] keeps both ends
FRAGMENT_WORDS = (2, 9)  # the shortest and the longest fragment


@dataclass(frozen=True)
class Settings:
    """Sizes and budgets of one run. A step sees about `batch_tokens` tokens, padding included."""

    seed: int = 20
    generated_sentences: int = 80_000  # training text of our own
    generated_opinions: int = 18_000  # labelled ones, added to the fine-tuning text
    written_opinions: int = 40_000  # at most so many of those written one by one, likewise
    rated_sentences: int = 10_000  # at most so many of sentence_polarity's, likewise
    movie_review_sentences: int = 60_000
    roberta_vocabulary: int = 5_600
    bert_vocabulary: int = 4_900
    hidden: int = 224
    heads: int = 4
    feed_forward: int = 896
    teacher_layers: int = 4
    max_length: int = 64
    batch_tokens: int = 2_048
    word2vec_epochs: int = 5
    embedding_std: float = 0.04
    masked_share: float = 0.15
    teacher_steps: int = 5_000
    student_steps: int = 1_200
    ablation_steps: int = 120
    teacher_rate: float = 1e-3
    student_rate: float = 1e-3
    fragments: int = 600_000  # drawn from the fine-tuning text; twins are left out
    fragment_epochs: int = 2
    fragment_rate: float = 6e-4
    classifier_epochs: int = 3
    classifier_batch_tokens: int = 1_024
    classifier_rate: float = 3e-4
    together_epochs: int = 1
    save_every: int = 100
    evaluation_sentences: int = 2_000

    def as_dict(self) -> dict:
        """Plain dictionary for the metrics file and the cards."""
        return asdict(self)


FULL = Settings()
QUICK = replace(
    FULL,
    generated_sentences=1_500,
    generated_opinions=100,
    written_opinions=100,
    rated_sentences=100,
    movie_review_sentences=200,
    roberta_vocabulary=700,
    bert_vocabulary=700,
    hidden=32,
    feed_forward=64,
    batch_tokens=512,
    word2vec_epochs=1,
    teacher_steps=6,
    student_steps=4,
    ablation_steps=2,
    fragments=200,
    fragment_epochs=1,
    classifier_epochs=1,
    save_every=2,
    evaluation_sentences=60,
)
