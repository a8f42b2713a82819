"""The student before it learns: a smaller model that starts from some of its teacher's layers. Lesson 07."""

import copy
import re
from collections.abc import Iterable, Sequence

BERT_TO_DISTILBERT = {  # DistilBERT's layers are BERT's under other names
    r"^bert\.embeddings": "distilbert.embeddings",
    r"^bert\.encoder\.layer": "distilbert.transformer.layer",
    r"attention\.self\.query": "attention.q_lin",
    r"attention\.self\.key": "attention.k_lin",
    r"attention\.self\.value": "attention.v_lin",
    r"attention\.output\.dense": "attention.out_lin",
    r"attention\.output\.LayerNorm": "sa_layer_norm",
    r"intermediate\.dense": "ffn.lin1",
    r"(?<=\d\.)output\.dense": "ffn.lin2",
    r"(?<=\d\.)output\.LayerNorm": "output_layer_norm",
    r"^cls\.predictions\.transform\.dense": "vocab_transform",
    r"^cls\.predictions\.transform\.LayerNorm": "vocab_layer_norm",
    r"^cls\.predictions\.decoder": "vocab_projector",
}
STUDENTS = {  # the class of a teacher, and of its student
    "BertForMaskedLM": "DistilBertForMaskedLM",
    "BertForSequenceClassification": "DistilBertForSequenceClassification",
    "RobertaForMaskedLM": "RobertaForMaskedLM",
    "RobertaForSequenceClassification": "RobertaForSequenceClassification",
    "DistilBertForMaskedLM": "DistilBertForMaskedLM",
    "DistilBertForSequenceClassification": "DistilBertForSequenceClassification",
}
# DistilBERT has no token types, no pooler, and no second name for the bias of the vocabulary head. BERT's classifier
# reads its pooler (tanh); DistilBERT's has a layer of its own (ReLU) instead, so a head is not handed down.
NOT_TAKEN_OVER = re.compile(r"token_type_embeddings|\.pooler\.|^cls\.predictions\.bias$|^classifier\.")
STARTS_RANDOM = re.compile(r"^(pre_)?classifier\.")


def even_layers(total: int, count: int | None = None) -> list[int]:
    """`count` of `total` layers, first and last among them, the others evenly between. Half of them by default.

    `even_layers(12)` gives [0, 2, 4, 7, 9, 11], from which DistilBERT was started (extract_distilbert.py in
    huggingface/transformers-research-projects). "Every second layer" would leave the last one out. Raises ValueError
    for a count that is not between 1 and `total`. Lesson 07.
    """
    count = max(1, total // 2) if count is None else count
    if not 1 <= count <= total:
        raise ValueError(f"A teacher of {total} layers cannot give {count}. Ask for 1 to {total}.")
    if count == 1:
        return [0]
    return [round(number * (total - 1) / (count - 1)) for number in range(count)]


def student_weights(teacher, layers: Sequence[int]) -> dict:
    """The teacher's weights under the student's names, with only the given layers, renumbered from 0. Lesson 07."""
    weights = {}
    for name, value in teacher.state_dict().items():
        layer = re.search(r"(?<=layer\.)\d+", name)
        if layer:
            if int(layer[0]) not in layers:
                continue
            name = f"{name[: layer.start()]}{layers.index(int(layer[0]))}{name[layer.end() :]}"
        if teacher.config.model_type == "bert":
            if NOT_TAKEN_OVER.search(name):
                continue
            for pattern, replacement in BERT_TO_DISTILBERT.items():
                name = re.sub(pattern, replacement, name)
        weights[name] = value.clone()
    return weights


def student_of(teacher, layers: Sequence[int] | str | None = "even", count: int | None = None, seed: int = 0):
    """A smaller model for the same texts and the same task, in evaluation mode. Lesson 07.

    BERT gives DistilBERT; RoBERTa and DistilBERT give their own class. Embeddings and head are copied, but for a
    classifier of BERT's: DistilBERT's head is another one, and starts at random. `layers` are the teacher's layers to
    start from, such as [0, 3]; "even" takes `count` of them by `even_layers`, half by default; None copies nothing:
    `count` layers and all else at random, from `seed`. Raises ValueError for other architectures, for numbers that
    are not the teacher's layers, and for a `count` beside a list.
    """
    import torch

    student_class = _student_class(teacher)
    total = teacher.config.num_hidden_layers
    if layers is None or layers == "even":
        chosen = even_layers(total, count)
    elif count is not None:
        raise ValueError(f"layers={layers} is already {len(layers)} of them. Leave count out.")
    else:
        chosen = _checked(layers, total)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        student = student_class(_config(teacher, len(chosen), student_class)).eval()
    if layers is not None:
        missing, _ = student.load_state_dict(student_weights(teacher, chosen), strict=False)
        lost = [name for name in missing if not STARTS_RANDOM.search(name)]
        if lost:
            raise ValueError(f"The teacher has no weights for {lost}. Build it from its class and config alone.")
    return student


def _student_class(teacher):
    import transformers

    name, config = type(teacher).__name__, teacher.config
    if config.is_encoder_decoder:
        raise ValueError(f"{name} is an encoder-decoder. Students here are encoders, as {', '.join(STUDENTS)}.")
    if getattr(config, "is_decoder", False) or name.endswith(("CausalLM", "LMHeadModel")):
        raise ValueError(f"{name} reads from left to right. Students here read both ways, as {', '.join(STUDENTS)}.")
    if name not in STUDENTS:
        raise ValueError(f"There is no student for {name}. Load the teacher as one of {', '.join(STUDENTS)}.")
    return getattr(transformers, STUDENTS[name])


def _checked(layers, total: int) -> list[int]:
    chosen = list(layers) if isinstance(layers, Iterable) else []
    if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= set(range(total)):
        raise ValueError(f"layers={layers!r}: name at least one of the teacher's layers, 0 to {total - 1}, each once.")
    return chosen


def _config(teacher, count: int, student_class):
    old = teacher.config
    if old.model_type != "bert":
        config = copy.deepcopy(old)
        config.num_hidden_layers = count
        return config
    names = {"id2label": old.id2label, "label2id": old.label2id, "problem_type": old.problem_type}
    return student_class.config_class(
        vocab_size=old.vocab_size,
        max_position_embeddings=old.max_position_embeddings,
        n_layers=count,
        n_heads=old.num_attention_heads,
        dim=old.hidden_size,
        hidden_dim=old.intermediate_size,
        dropout=old.hidden_dropout_prob,
        attention_dropout=old.attention_probs_dropout_prob,
        activation=old.hidden_act,
        initializer_range=old.initializer_range,
        pad_token_id=old.pad_token_id,
        tie_word_embeddings=old.tie_word_embeddings,
        **names,
    )
