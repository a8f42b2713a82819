"""Warm start: word2vec vectors for the tokens, so that masked-LM training does not begin on its plateau."""

from __future__ import annotations

import torch
from gensim.models import Word2Vec

from utils.minis.recipe.settings import Settings


def warm_embeddings(ids: list[list[int]], vocabulary: int, settings: Settings) -> torch.Tensor:
    """A (vocabulary, hidden) table with standard deviation `settings.embedding_std`.

    Skip-gram over the token ids; a token that never occurs gets a random vector. One worker, so that it repeats.
    """
    lines = [[str(token) for token in line[1:-1]] for line in ids]
    trained = Word2Vec(
        lines,
        vector_size=settings.hidden,
        sg=1,
        min_count=1,
        epochs=settings.word2vec_epochs,
        seed=settings.seed,
        workers=1,
    ).wv
    table = torch.randn(vocabulary, settings.hidden, generator=torch.Generator().manual_seed(settings.seed))
    known = torch.tensor([int(token) for token in trained.index_to_key])
    vectors = torch.from_numpy(trained.vectors.copy())
    table[known] = (vectors - vectors.mean()) / vectors.std()
    return table * settings.embedding_std
