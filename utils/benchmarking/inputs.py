"""What is timed: models, given the same input each time, or any function; and what cannot be timed."""

import contextlib
from collections.abc import Callable, Iterator, Mapping

from utils.batching import evaluating, longest_input

Work = Callable[[], object]


def encoder_input(model, batch: int = 1, tokens: int = 128, seed: int = 0) -> dict:
    """`input_ids` and `attention_mask` (batch, tokens) of random ids without padding, where the model is. Lesson 08.

    Speed does not depend on which ids they are, and they are the same for the same seed.
    Raises ValueError where the model cannot read that, and where there is no config that says what it reads.
    """
    import torch

    config = getattr(model, "config", None)
    if not hasattr(config, "vocab_size"):
        raise ValueError(
            f"{type(model).__name__} does not say what it reads. Give it an input: inputs=(tensor,) or inputs={{...}}."
        )
    if batch < 1 or tokens < 1:
        raise ValueError(f"A batch of {batch} texts of {tokens} tokens is empty. Give 1 or more of both.")
    longest = longest_input(model, None)
    if tokens > longest:
        raise ValueError(f"{tokens} tokens are too many: this model reads {longest} at most, special ones included.")
    if model.device.type == "meta":
        raise ValueError('This model has shapes and no weights (device "meta"), so it cannot run. Load it on "cpu".')
    drawn = torch.randint(config.vocab_size, (batch, tokens), generator=torch.Generator().manual_seed(seed))
    drawn[drawn == config.pad_token_id] += 1 if config.pad_token_id == 0 else -1  # padding would not count as a token
    input_ids = drawn.to(model.device)
    return {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}


def named(works) -> dict[str, object]:
    """The things to measure by their names: a dict as it is, or one thing under the name of its class."""
    works = works if isinstance(works, Mapping) else {getattr(works, "__name__", type(works).__name__): works}
    if not works:
        raise ValueError("There is nothing to measure. Give a model, a function, or a dict of either by their names.")
    for name, work in works.items():
        if not callable(work):
            raise ValueError(f"{name} is a {type(work).__name__}. Give a model, or a function that can be called.")
    return dict(works)


@contextlib.contextmanager
def ready(works: Mapping, batch: int, tokens: int, inputs=None, graph: bool = False) -> Iterator[dict[str, Work]]:
    """The same names with functions that take nothing; models run in evaluation mode and under `inference_mode`.

    With `graph` they run as PyTorch does unless it is told otherwise. A model is given `inputs` (a dict of keywords,
    such as a tokenizer's output, or a tuple), or else an `encoder_input`. Afterwards its modules are in the modes in
    which they were.
    """
    import torch

    def run_of(model):
        given = encoder_input(model, batch, tokens) if inputs is None else inputs
        keywords, positional = (given, ()) if isinstance(given, Mapping) else ({}, given)

        def run():
            with torch.inference_mode(not graph):
                return model(*positional, **keywords)

        return run

    with contextlib.ExitStack() as modes:
        runs = {}
        for name, work in works.items():
            is_model = isinstance(work, torch.nn.Module)
            if is_model:
                modes.enter_context(evaluating(work))
            runs[name] = run_of(work) if is_model else work
        yield runs


def synchronise() -> None:
    """Wait until the GPU is done with what it was given; without one, do nothing."""
    import torch

    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    if torch.backends.mps.is_available():
        torch.mps.synchronize()


@contextlib.contextmanager
def threads_of(threads: int | None) -> Iterator[None]:
    """PyTorch computes with so many threads for a while; None leaves them as they are."""
    import torch

    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
