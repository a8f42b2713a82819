"""From a PyTorch model to an ONNX file in float32. Lesson 08."""

import json
from pathlib import Path

from utils.batching import evaluating, longest_input
from utils.quantization.files import FACTS, need, new_file, quiet

EXAMPLE = (2, 16)  # the exporter watches one pass; 2 so that it does not take the batch for a constant


def export(model, path: str | Path) -> Path:
    """Write the model as an ONNX file, and return its path. Lesson 08.

    For the models of this course that give logits: classifiers and masked language models, of any batch size and
    length. `torch.onnx.export(…, dynamo=True)` follows one pass and writes down its operations with their weights in
    float32, so the file is as large as the model in memory. It takes some seconds.
    Raises ValueError for a model that the exporter cannot take, RuntimeError where a package is missing (with the line
    that installs it), and OSError where the file cannot be written, with nothing left behind.
    """
    need("onnx", "onnxscript")
    import torch

    check(model)
    input_ids = torch.full(EXAMPLE, 5)
    inputs = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
    varying = {name: {0: "batch", 1: "tokens"} for name in inputs}
    with new_file(path) as partial, quiet(), evaluating(model), torch.inference_mode():
        try:
            program = torch.onnx.export(
                model,
                kwargs=inputs,
                dynamic_shapes=varying,
                input_names=list(inputs),
                output_names=["logits"],
                dynamo=True,
                verbose=False,
            )
        except torch.onnx.errors.OnnxExporterError as error:
            raise ValueError(f"The exporter cannot take this {type(model).__name__}: {reason(error)}") from error
        program.model.metadata_props[FACTS] = json.dumps(facts(model))
        program.save(str(partial), external_data=False)
    return Path(path)


def check(model) -> None:
    """Raise ValueError for what has no config, no logits, no weights or not float32."""
    import torch

    fix = "Give what AutoModelForSequenceClassification.from_pretrained(folder) returns."
    config = getattr(model, "config", None)
    if not isinstance(model, torch.nn.Module) or config is None:
        raise ValueError(f"model is a {type(model).__name__}, not a model of transformers. {fix}")
    if config.is_encoder_decoder or not type(model).__name__.endswith(("ForSequenceClassification", "ForMaskedLM")):
        raise ValueError(f"model is a {type(model).__name__}: only encoders with a head that gives logits. {fix}")
    if model.device.type != "cpu":
        raise ValueError(f'The weights are on device "{model.device.type}". Load the model on "cpu".')
    if model.dtype != torch.float32:
        raise ValueError(f"The weights are {model.dtype}. Make them float32 first: model.float().")


def facts(model) -> dict:
    """What the graph does not say: the class, the config, and how many ids and positions there are."""
    config = json.loads(model.config.to_json_string(use_diff=False))
    return {
        "class": type(model).__name__,
        "config": {name: value for name, value in config.items() if name != "model_type"},
        "vocabulary": model.get_input_embeddings().num_embeddings,
        "longest": longest_input(model, None),
    }


def reason(error: Exception) -> str:
    """The deepest cause, in its first line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
