"""What happens to the shapes in one forward pass, step by step, and which parameters each step holds."""

import contextlib
from collections.abc import Iterator, Mapping


def trace(model, inputs):
    """One forward pass as a pandas table, one row a step in the order they run. Lesson 03.

    A step is an embedding module, one pass through a layer, or a module before, between or after them (pooler, head).
    `enters` and `leaves` are the shapes of the first tensor on either side, such as (batch, tokens, hidden).
    `parameters` counts each weight in the first step that holds it, so the column sums to `anatomy.count(model)`;
    `shared` is what a step uses again. A last row for each module whose weights no step called holds the rest.

    Works on any transformers model with one stack of layers. `inputs` is what the tokenizer returns with
    `return_tensors="pt"`. On the device "meta" (a blueprint) shapes are all there is, and all that is needed.
    Hooks are removed at the end, and the model is as before. Raises ValueError for a model without such a stack, one
    with encoder and decoder, and inputs that it cannot run.
    """
    import pandas as pd

    stack = _stack(model)
    steps = {module: name for name, module in _steps(model, model.get_submodule(stack))}
    rows, seen, layers = [], set(), 0
    for module, enters, leaves in _calls(model, steps, _tensors(inputs, model.device)):
        sizes = {id(parameter): parameter.numel() for parameter in module.parameters()}
        new = sum(size for key, size in sizes.items() if key not in seen)
        seen |= sizes.keys()
        step = _short(steps[module])
        if steps[module].startswith(f"{stack}."):
            layers += 1
            step = f"layer {layers}"
        rows.append((step, steps[module], enters, leaves, new, sum(sizes.values()) - new))
    if not layers:
        raise ValueError(f"{type(model).__name__} did not call its layers one by one, so there is nothing to trace.")
    rest: dict[str, int] = {}
    for name, parameter in model.named_parameters():
        if id(parameter) not in seen:
            owner = name.rpartition(".")[0]
            rest[owner] = rest.get(owner, 0) + parameter.numel()
    rows += [(f"{_short(owner)} (not called)", owner, None, None, size, 0) for owner, size in rest.items()]
    return pd.DataFrame(rows, columns=["step", "module", "enters", "leaves", "parameters", "shared"])


def _stack(model) -> str:
    """The name of the stack of layers: the list of modules that holds the most parameters."""
    from torch.nn import ModuleList
    from transformers import PreTrainedModel

    name = type(model).__name__
    if not isinstance(model, PreTrainedModel):
        raise ValueError(f"This is a {name}, not a transformers model. Load one: AutoModel.from_pretrained(folder).")
    if model.config.is_encoder_decoder and model.get_encoder() is not model.get_decoder():
        raise ValueError(
            f"{name} has an encoder and a decoder, and a trace follows one stack of layers. "
            "Trace its encoder: anatomy.trace(model.get_encoder(), inputs)."
        )
    lists = {name: module for name, module in model.named_modules() if isinstance(module, ModuleList) and len(module)}
    if not lists:
        raise ValueError(f"{name} has no stack of layers (no ModuleList). Trace an encoder, such as BERT or RoBERTa.")
    return max(lists, key=lambda name: sum(parameter.numel() for parameter in lists[name].parameters()))


def _steps(module, stack, prefix: str = "") -> Iterator[tuple[str, object]]:
    """The modules that run one after the other: the layers, and all that stands beside the way down to them."""
    from torch.nn import ModuleDict, ModuleList

    for name, child in module.named_children():
        if isinstance(child, (ModuleDict, ModuleList)) or any(inner is stack for inner in child.modules()):
            yield from _steps(child, stack, f"{prefix}{name}.")
        elif any(True for _ in child.parameters()):
            yield f"{prefix}{name}", child


def _calls(model, steps, tensors: dict) -> list[tuple]:
    """(module, shape that enters, shape that leaves) for each call of a step in one forward pass."""
    import torch

    calls = []

    def note(module, args, kwargs, output):
        calls.append((module, _shape([*args, *kwargs.values()]), _shape(output)))

    values = _no_values() if model.device.type == "meta" else contextlib.nullcontext()
    with contextlib.ExitStack() as hooks, torch.inference_mode(), values:
        for module in steps:
            hooks.enter_context(module.register_forward_hook(note, with_kwargs=True))
        try:
            model(**tensors)
        except Exception as error:  # whatever the model did not like, the learner needs the way out
            fix = "Make them with its own tokenizer: tokenizer(text, return_tensors='pt')."
            if model.device.type == "meta":
                fix = "Some models need values: try it with the model on the device cpu."
            raise ValueError(
                f"{type(model).__name__} could not run these inputs ({type(error).__name__}: {error}). {fix}"
            ) from error
    return calls


def _no_values():
    """Inside it, code that asks a tensor without values for one (is any token padded?) gets the answer no."""
    import torch
    from torch.overrides import TorchFunctionMode

    questions = {torch.Tensor.item, torch.Tensor.__bool__, torch.Tensor.__int__, torch.Tensor.__contains__}

    class NoValues(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            if function in questions and args[0].is_meta:
                return False
            return function(*args, **(kwargs or {}))

    return NoValues()


def _tensors(inputs, device) -> dict:
    """The inputs on the model's device."""
    import torch

    fix = "Make them with the model's tokenizer: tokenizer(text, return_tensors='pt')."
    if not isinstance(inputs, Mapping):
        raise ValueError(f"The inputs are a {type(inputs).__name__}, not a dict of tensors. {fix}")
    wrong = [f"{name} is a {type(value).__name__}" for name, value in inputs.items() if not torch.is_tensor(value)]
    if wrong:
        raise ValueError(f"The inputs must be tensors, but {' and '.join(wrong)}. {fix}")
    return {name: value.to(device) for name, value in inputs.items()}


def _shape(value) -> tuple[int, ...] | None:
    """The shape of the first tensor in what a module takes or gives; None if there is none."""
    if hasattr(value, "shape"):
        return tuple(value.shape)
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return None
    return next(filter(None, map(_shape, value)), None)


def _short(name: str) -> str:
    """The last part of a module's name, with the list that it is in."""
    parts = name.split(".")
    return ".".join(parts[-2:]) if parts[-1].isdigit() else parts[-1]
