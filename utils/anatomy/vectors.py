"""The vectors of many texts, from every layer, in little memory."""


def layer_vectors(model, tokenizer, texts, keep: str = "mean", batch_size: int = 32):
    """Vectors of `texts` from each layer: a float32 array (layers + 1, rows, hidden). Lesson 03.

    `keep` says what becomes of a text of many tokens: "mean" keeps the mean over its real tokens and "first" the
    vector of its first token, one row a text; "tokens" keeps every real token, one row each. Pads are never kept.
    All else is dropped batch by batch, and no gradients are kept.
    Raises ValueError for another `keep`, for no texts, and for a model in training mode, whose dropout is noise.
    """
    import numpy as np
    import torch

    if keep not in ("mean", "first", "tokens"):
        raise ValueError(f'keep is {keep!r}. It must be "mean", "first" or "tokens".')
    if isinstance(texts, str) or not len(texts):
        raise ValueError("Give a list with at least one text.")
    if model.training:
        raise ValueError("The model is in training mode: dropout makes its vectors noise. Call model.eval() first.")
    texts, batches = list(texts), []
    for start in range(0, len(texts), batch_size):
        batch = tokenizer(texts[start : start + batch_size], padding=True, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            states = torch.stack(model(**batch, output_hidden_states=True).hidden_states)
        batches.append(_kept(states, batch.attention_mask, keep).numpy())
    return np.concatenate(batches, axis=1)


def _kept(states, attention_mask, keep):
    """(layers + 1, batch, tokens, hidden) to (layers + 1, rows, hidden)."""
    if keep == "first":
        return states[:, :, 0].clone()  # a view would hold on to all of `states`
    if keep == "tokens":
        return states[:, attention_mask.bool()]
    mask = attention_mask[:, :, None]
    return (states * mask).sum(2) / mask.sum(1)
