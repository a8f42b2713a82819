"""The engine: many masked copies of many texts through the model, in batches of like length.

Four things make it fast and small. Copies of like length share a batch, so that next to nothing is padding. The head,
whose projection to the whole vocabulary costs as much as the encoder of a DistilRoBERTa, sees scored positions only;
so does the last layer, where a copy has one. And of the answer only the wanted log-probabilities are kept.
"""

import contextlib
from collections.abc import Sequence
from typing import NamedTuple

from utils import batching, last_layer


class Copy(NamedTuple):
    """One text as the model is to see it, and what is asked there."""

    input_ids: Sequence[int]
    masked: Sequence[int]  # positions that show the mask in place of their token
    scored: Sequence[int]  # positions whose log-probabilities are asked for
    wanted: Sequence[Sequence[int]]  # at each scored position, the ids of the tokens: as many at each


def logprobs(model, tokenizer, copies: Sequence[Copy], batch_tokens: int | None = None, progress: bool = False) -> list:
    """For each copy an array (scored, wanted) of natural log-probabilities, float64. Lesson 06.

    Memory is bounded by `batch_tokens`, the size of a batch with its padding, however many copies there are. On two
    cores wider batches than the default are no faster. Runs in evaluation mode, and leaves the model in the mode in
    which it was.
    """
    import numpy as np
    import torch
    from tqdm.auto import tqdm

    # All of it now: small arrays made between the batches would keep their freed memory apart, and it would grow.
    answers = [np.empty((len(copy.scored), len(copy.wanted[0]))) for copy in copies]
    tokens = batching.default_batch_tokens(model) if batch_tokens is None else batch_tokens
    with batching.evaluating(model), torch.inference_mode(), tqdm(total=len(copies), disable=not progress) as bar:
        for batch in batching.by_length([len(copy.input_ids) for copy in copies], tokens):
            found = _batch(model, tokenizer, [copies[number] for number in batch])
            for number, answer in zip(batch, found, strict=True):
                answers[number][:] = answer
            bar.update(len(batch))
    return answers


def _batch(model, tokenizer, copies: Sequence[Copy]) -> list:
    import torch

    rows = [list(copy.input_ids) for copy in copies]
    for row, copy in zip(rows, copies, strict=True):
        for position in copy.masked:
            row[position] = tokenizer.mask_token_id
    input_ids, attention_mask = batching.pad(rows, tokenizer.pad_token_id)
    inputs = {"input_ids": input_ids}
    if not attention_mask.all():  # without a mask the model skips the work of one
        inputs["attention_mask"] = attention_mask
    where = torch.tensor([(row, position) for row, copy in enumerate(copies) for position in copy.scored])
    wanted = torch.tensor([tokens for copy in copies for tokens in copy.wanted])

    inputs = {name: tensor.to(model.device) for name, tensor in inputs.items()}
    logits = logits_at(model, inputs, *where.to(model.device).T).double()
    found = logits.gather(1, wanted.to(model.device)) - logits.logsumexp(1, keepdim=True)
    sizes = [len(copy.scored) for copy in copies]
    return [part.numpy() for part in found.cpu().split(sizes)]


def logits_at(model, inputs, rows, positions):
    """The logits (scored, vocabulary) at some positions of a batch, computed there only. Lesson 06.

    What leaves the encoder is cut down to those positions before the model hands it to its head. So the head is the
    model's own, whatever it is made of. Raises ValueError for a model whose head reads something else.
    """
    import torch

    one_each = torch.equal(rows, torch.arange(len(inputs["input_ids"]), device=rows.device))
    shortcut = one_each and last_layer.is_known(model)
    with last_layer.only_at(model, positions) if shortcut else _cut(model, rows, positions):
        logits = model(**inputs, return_dict=True).logits
    if logits.shape[:2] != (len(rows), 1):
        raise ValueError(
            f"The head of {type(model).__name__} does not read the encoder's last hidden state token by token, so it "
            "cannot be scored here. Take a model such as RoBERTa, BERT, DistilBERT, ELECTRA or DeBERTa."
        )
    return logits[:, 0]


@contextlib.contextmanager
def _cut(model, rows, positions):
    """Within the block the encoder computes all of its `last_hidden_state` and hands on (scored, 1, hidden) of it."""

    def cut(module, arguments, output):
        output["last_hidden_state"] = output["last_hidden_state"][rows, positions][:, None]
        return output

    hook = model.base_model.register_forward_hook(cut)
    try:
        yield
    finally:
        hook.remove()
