"""Small random models, of the classes that can teach and be taught, and batches for them."""

import torch
import transformers

LABELS = {0: "NEGATIVE", 1: "POSITIVE"}
SIZES = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
}


def small(kind: str, seed: int = 0, **changes):
    """A `kind` such as "BertForMaskedLM" with random weights, large enough for two models to differ clearly."""
    model_class = getattr(transformers, kind)
    if kind.endswith("Classification"):
        changes = {"id2label": LABELS, "label2id": {label: number for number, label in LABELS.items()}} | changes
    torch.manual_seed(seed)
    model = model_class(model_class.config_class(**(SIZES | changes))).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.2)
            else:
                weight.add_(torch.randn_like(weight) * 0.1)
    return model


def rows(count: int, seed: int = 0, label: bool = False) -> list[dict]:
    """Rows of 4 to 12 tokens; about a third of them to be guessed, or one label a row that the first token tells."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for number in range(count):
        ids = torch.randint(5, SIZES["vocab_size"], (4 + number % 9,), generator=generator)
        labels = torch.where(torch.arange(len(ids)) % 3 == 1, ids, -100)
        found.append({"input_ids": ids, "labels": ids[0] % 2 if label else labels})
    return found


def collate(batch: list[dict]) -> dict[str, torch.Tensor]:
    """Padding on the right: id 1, which is RoBERTa's, label -100, attention 0."""
    pad = torch.nn.utils.rnn.pad_sequence
    ids = [row["input_ids"] for row in batch]
    labels = [row["labels"] for row in batch]
    return {
        "input_ids": pad(ids, batch_first=True, padding_value=1),
        "attention_mask": pad([torch.ones_like(row) for row in ids], batch_first=True),
        "labels": pad(labels, batch_first=True, padding_value=-100) if labels[0].ndim else torch.stack(labels),
    }
