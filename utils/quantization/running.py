"""A model in ONNX Runtime that is called as its PyTorch original is. Lesson 08."""

from pathlib import Path

import onnxruntime
import torch
from transformers import PreTrainedConfig
from transformers.modeling_outputs import ModelOutput

from utils.quantization.files import facts_of

ERRORS_ONLY = 3


def load(path: str | Path, threads: int | None):
    """The model in the file, in a session of its own."""
    facts = facts_of(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads() if threads is None else threads
    options.log_severity_level = ERRORS_ONLY
    options.add_session_config_entry("session.force_spinning_stop", "1")  # else it slows down who comes after it
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    kind = OnnxForMaskedLM if facts["class"].endswith("ForMaskedLM") else OnnxForSequenceClassification
    return kind(session, Path(path), facts).eval()


class Table(torch.nn.Module):
    """How many rows a table of embeddings has for tokens; the table itself is in the file."""

    padding_idx = None

    def __init__(self, rows: int):
        super().__init__()
        self.num_embeddings = rows


class OnnxModel(torch.nn.Module):
    """`model(input_ids, attention_mask).logits`, computed by ONNX Runtime.

    `config` is the original's, `path` the file.
    """

    def __init__(self, session, path: Path, facts: dict):
        super().__init__()
        self.session, self.path = session, path
        self.config = PreTrainedConfig(**facts["config"])  # of no known type: there are no layers to reach into
        self.word_embeddings, self.position_embeddings = Table(facts["vocabulary"]), Table(facts["longest"])
        self.device = torch.device("cpu")

    def forward(self, input_ids, attention_mask=None, **ignored):
        """The logits, as a tensor. Without a mask every token counts. Other inputs the graph does not have.

        Raises ValueError for more tokens than the model reads.
        """
        tokens, longest = input_ids.shape[1], self.position_embeddings.num_embeddings
        if tokens > longest:
            raise ValueError(
                f"A text has {tokens} tokens and this model reads {longest} at most. Cut it: "
                f"tokenizer(texts, truncation=True, max_length={longest}, …)."
            )
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        inputs = {"input_ids": input_ids.numpy(), "attention_mask": mask.numpy()}
        return ModelOutput(logits=torch.from_numpy(self.session.run(["logits"], inputs)[0]))

    def get_input_embeddings(self):
        """The table that says how many ids there are."""
        return self.word_embeddings


class OnnxForSequenceClassification(OnnxModel):
    """A classifier: logits (batch, labels)."""


class OnnxForMaskedLM(OnnxModel):
    """A masked language model: logits (batch, tokens, vocabulary)."""
