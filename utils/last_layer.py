"""The last layer at one position of each text, where nothing reads the others: a sixth of a DistilRoBERTa is saved.

A classifier reads the first token, a masked language model's score the mask. The last layer needs keys and values of
all tokens for that, but only one query, one sum and one pass through its feed-forward part.
"""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple


class Parts(NamedTuple):
    """Where an encoder keeps its layers, and where a layer keeps what is cut down."""

    layers: str
    query: str
    after_attention: str
    norm: str


BERT = Parts("encoder.layer", "attention.self.query", "attention.output.dense", "attention.output.LayerNorm")
DISTILBERT = Parts("transformer.layer", "attention.q_lin", "attention.out_lin", "sa_layer_norm")
KNOWN = {"bert": BERT, "roberta": BERT, "xlm-roberta": BERT, "electra": BERT, "distilbert": DISTILBERT}


def is_known(model) -> bool:
    """Whether `only_at` knows the layers of this model: BERT, RoBERTa, XLM-RoBERTa, ELECTRA, DistilBERT. Lesson 06."""
    return model.config.model_type in KNOWN


@contextlib.contextmanager
def only_at(model, positions) -> Iterator[None]:
    """Within the block the model's `last_hidden_state` is (batch, 1, hidden): one position of each row. Lesson 06.

    `positions` (batch,) says which, on the model's device. What is computed there is what the whole layer gives there.
    Raises KeyError for a model that is not known.
    """
    import torch

    parts = KNOWN[model.config.model_type]
    layer = model.base_model.get_submodule(parts.layers)[-1]
    rows = torch.arange(len(positions), device=positions.device)
    tokens = 0

    def at_position(values):
        return values[rows, positions][:, None]

    def cut_query(module, arguments):
        nonlocal tokens
        tokens = arguments[0].shape[1]
        return at_position(arguments[0])

    def stretch(module, arguments, output):  # the model's own code expects one query a token: the same, without a copy
        return output.expand(-1, tokens, -1)

    with contextlib.ExitStack() as hooks:
        for name, hook, before in (
            (parts.query, cut_query, True),
            (parts.query, stretch, False),
            (parts.after_attention, lambda module, arguments: arguments[0][:, :1], True),
            (parts.norm, lambda module, arguments, output: at_position(output), False),
        ):
            module = layer.get_submodule(name)
            handle = module.register_forward_pre_hook(hook) if before else module.register_forward_hook(hook)
            hooks.callback(handle.remove)
        yield
