"""Checks and hints of lesson 03, Hidden states. Every expected value is computed from the model in use."""

import functools

from utils import anatomy, checkpoints
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import BASES, by_name, function

lesson = Lesson("03")
check, hint, progress = lesson.check, lesson.hint, lesson.progress

BATCH = ["Hello", "I loved every minute of this film."]
SENTENCE = "The food was cold, but the staff were kind."


def load(name, **settings):
    """Model and tokenizer of the checkpoint `name`, in evaluation mode and without a word."""
    from transformers import AutoModel, AutoTokenizer

    folder = checkpoints.locate(name)
    with anatomy.no_load_report():
        return AutoModel.from_pretrained(folder, **settings), AutoTokenizer.from_pretrained(folder)


@lesson.exercise(
    1,
    "The shape of a batch",
    (
        "Read a shape from the left: texts, tokens, hidden. How long is each text after padding?",
        "tokenizer(texts, padding=True, return_tensors='pt') makes the batch. The model's output has a shape.",
        "tuple(model(**batch).last_hidden_state.shape)",
    ),
)
def shape_of_a_batch(answer):
    model, tokenizer = load("distilbert-base-uncased")
    ids = tokenizer(BATCH).input_ids
    tokens, hidden = max(map(len, ids)), model.config.hidden_size
    expected = (len(BATCH), tokens, hidden)
    try:
        shape = tuple(int(number) for number in answer)
    except (TypeError, ValueError):
        raise Wrong("give the shape, a tuple of whole numbers such as (1, 3, 768).") from None
    if shape == expected:
        return f"{len(BATCH)} texts, {tokens} tokens in the longer one, {hidden} numbers for each."
    if len(shape) != 3:
        raise Wrong(f"that has {len(shape)} numbers. last_hidden_state has three: texts, tokens, hidden.")
    if shape == (len(BATCH), tokens - 2, hidden):
        raise Wrong("the tokenizer adds a token in front and one behind. They have vectors too.")
    if shape == (len(BATCH), min(map(len, ids)), hidden):
        raise Wrong("that is the length of the short text. Padding makes all as long as the longest.")
    if shape[0] != len(BATCH):
        raise Wrong(f"the first number counts the texts of the batch, and there are {len(BATCH)}.")
    if shape[2] != hidden:
        raise Wrong("the last number is the width of the model that is loaded here. Its config has it: hidden_size.")
    raise Wrong("texts and hidden are right. Count the tokens of the longer text again, with a tokenizer.")


@lesson.exercise(
    2,
    "Thirteen or twelve",
    (
        "hidden_states has the output of each layer, and of one thing before them.",
        "A blueprint runs on the device meta: blueprint(ids, output_hidden_states=True).hidden_states",
        "{name: checkpoints.blueprint(name).config.num_hidden_layers + 1 for name in names}",
    ),
)
def thirteen_or_twelve(answer):
    given = by_name(answer, "a number")
    layers = {name: checkpoints.blueprint(name).config.num_hidden_layers for name in BASES}
    here = {name: load(name)[0].config.num_hidden_layers + 1 for name in BASES}
    expected = {name: number + 1 for name, number in layers.items()}
    if given == expected:
        return "one more than the layers: the embeddings come first."
    if given == layers:
        raise Wrong("those are the layers. hidden_states also holds what leaves the embeddings.")
    if given == here:
        raise Wrong("those are the models loaded here. The question is about the published ones: use blueprints.")
    wrong = [name for name in BASES if given[name] != expected[name]]
    raise Wrong(f"look again at {', '.join(wrong)}. Run its blueprint and count.")


@lesson.exercise(
    3,
    "The pooler by hand",
    (
        "It takes one token's vector and applies one linear layer.",
        "model.pooler.dense is that layer: call it. One function comes after it.",
        "return torch.tanh(model.pooler.dense(last_hidden_state[:, 0]))",
    ),
)
def pooler_by_hand(answer):
    import torch

    function(answer)
    model, tokenizer = load("bert-base-uncased")
    batch = tokenizer(BATCH, padding=True, return_tensors="pt")
    with torch.inference_mode():
        model.pooler.dense.bias += 0.5  # a random pooler starts at 0, and a forgotten bias would not show
        output = model(**batch)
        hidden = output.last_hidden_state
        found = answer(model, hidden)
        dense = model.pooler.dense
        if not torch.is_tensor(found):
            raise Wrong(f"it returns a {type(found).__name__}. Return the tensor.")
        if _same(found, output.pooler_output):
            return "tanh of one linear layer on the first token."
        others = {
            "the linear layer is right. One function is missing after it, which squeezes to -1 to 1.": dense(
                hidden[:, 0]
            ),
            "the bias is missing. It is model.pooler.dense.bias.": torch.tanh(hidden[:, 0] @ dense.weight.T),
            "that takes the mean over the tokens. The pooler takes the first token.": torch.tanh(dense(hidden.mean(1))),
            "that takes the last token. The pooler takes the first.": torch.tanh(dense(hidden[:, -1])),
            "the weight must be turned: W h is written h @ W.T here.": torch.tanh(
                hidden[:, 0] @ dense.weight + dense.bias
            ),
            "that is done for every token. Take the first token of each text only.": torch.tanh(dense(hidden)),
        }
    for message, wrong in others.items():
        if _same(found, wrong):
            raise Wrong(message)
    raise Wrong(
        f"it returns {tuple(found.shape)}, and its numbers are not pooler_output, "
        f"which has {tuple(output.pooler_output.shape)}. First token, linear layer, tanh."
    )


@lesson.exercise(
    4,
    "The mean without the pads",
    (
        "A pad must count neither in the sum nor in the number that you divide by.",
        "attention_mask is 1 for a token and 0 for a pad. Give it a third dimension, so that it fits hidden.",
        "mask = attention_mask[:, :, None]; return (hidden * mask).sum(1) / mask.sum(1)",
    ),
)
def mean_without_pads(answer):
    import torch

    function(answer)
    hidden = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    wide = mask[:, :, None]
    found = answer(hidden, mask)
    if not torch.is_tensor(found):
        raise Wrong(f"it returns a {type(found).__name__}. Return a tensor of shape (batch, hidden).")
    if _same(found, (hidden * wide).sum(1) / wide.sum(1)):
        return "each text's vector is now its own, whoever stands beside it."
    others = {
        "that is the mean over all tokens: the pads are counted as words.": hidden.mean(1),
        "the sum is right. But it is divided by all tokens, so short texts come out too small.": (hidden * wide).mean(
            1
        ),
        "that is the sum. Divide it by the number of real tokens of each text.": (hidden * wide).sum(1),
        "that is the first token. The mean takes all real tokens.": hidden[:, 0],
        "that is one vector for the whole batch. Give one for each text.": hidden[mask.bool()].mean(0),
        "that is the mean over the hidden numbers. Take it over the tokens, dimension 1.": hidden.mean(2),
    }
    for message, wrong in others.items():
        if _same(found, wrong):
            raise Wrong(message)
    if found.shape != (2, 4):
        raise Wrong(f"for 2 texts of 5 tokens and 4 hidden numbers it returns {tuple(found.shape)}, not (2, 4).")
    raise Wrong("the shape is right, the numbers are not. A pad must count neither in the sum nor in the divisor.")


@lesson.exercise(
    5,
    "The head that looks ahead",
    (
        "The lesson looks one token back, on the diagonal below the main one. You need the one above.",
        "weights.diagonal(1, 2, 3).mean(-1) gives a number for each layer and head.",
        "divmod(int(ahead.argmax()), ahead.shape[1]) turns the place of the largest into layer and head.",
    ),
)
def head_that_looks_ahead(answer):
    import torch

    model, tokenizer = load("bert-base-uncased", attn_implementation="eager")
    with torch.inference_mode():
        output = model(**tokenizer(SENTENCE, return_tensors="pt"), output_attentions=True)
    weights = torch.stack(output.attentions)[:, 0]
    layers, heads = weights.shape[:2]

    def best(offset):
        return divmod(int(weights.diagonal(offset, 2, 3).mean(-1).argmax()), heads)

    try:
        layer, head = (int(number) for number in answer)
    except (TypeError, ValueError):
        raise Wrong("give two whole numbers: (layer, head), each counted from 0.") from None
    expected = best(1)
    if (layer, head) == expected:
        weight = weights[expected].diagonal(1).mean()
        return f"layer {layer}, head {head} puts {weight:.0%} of its weight on the next token."
    if (layer, head) == best(-1):
        raise Wrong("that head looks back. The next token is on the other side of the diagonal.")
    if (layer, head) == best(0):
        raise Wrong("that head looks at the token itself: the main diagonal. Take the one above it.")
    if (layer, head) == (expected[0] + 1, expected[1] + 1):
        raise Wrong("right, but counted from 1. Python counts from 0.")
    if (layer, head) == expected[::-1]:
        raise Wrong("right, but turned round. Give the layer first.")
    if not (0 <= layer < layers and 0 <= head < heads):
        raise Wrong(f"there are {layers} layers of {heads} heads here, counted from 0. Use divmod with {heads}.")
    found = weights[layer, head].diagonal(1).mean()
    raise Wrong(
        f"that head puts {found:.2f} on the next token. Another puts {weights[expected].diagonal(1).mean():.2f}."
    )


@lesson.exercise(
    6,
    "Find the bug",
    (
        "What changes from call to call, although weights and text stay the same?",
        "Print model.training. from_pretrained does not leave it so, but a training loop does.",
        "Call model.eval() before you run the model.",
    ),
)
def another_vector_each_time(answer):
    import torch

    function(answer)
    model, tokenizer = load("distilroberta-base")
    with torch.inference_mode():
        right = model(**tokenizer(SENTENCE, return_tensors="pt")).last_hidden_state[0, 0]
        model.train()
        first, second = answer(model, tokenizer, SENTENCE), answer(model, tokenizer, SENTENCE)
    if not torch.is_tensor(first):
        raise Wrong(f"it returns a {type(first).__name__}. Return the vector.")
    if first.numel() != right.numel():
        raise Wrong(f"it returns {tuple(first.shape)}. Keep the last line: one vector, the first token's.")
    first, second = first.reshape(-1), second.reshape(-1)
    if _same(first, right):
        return "the same vector each time, and the right one."
    if _same(first, second):
        raise Wrong("it repeats itself now, but dropout is still on: a seed only freezes the noise. Turn it off.")
    raise Wrong(
        "two calls still differ. inference_mode and no_grad save memory and leave dropout on. What turns it off?"
    )


@lesson.exercise(
    7,
    "DistilBERT's layers",
    (
        "For each layer of the student, look for the teacher layer with the highest CKA.",
        'anatomy.layer_vectors(model, tokenizer, texts, "tokens") gives every layer, the embeddings first.',
        "[max(range(len(teacher)), key=lambda column: anatomy.cka(row, teacher[column])) for row in student]",
    ),
)
def layers_of_distilbert(answer):
    table = distilbert_agreement()
    expected = table.argmax(1).tolist()
    given = answer.values() if isinstance(answer, dict) else answer
    try:
        given = [int(number) for number in given]
    except (TypeError, ValueError):
        raise Wrong("give a list: for each layer of the student, the number of the nearest teacher layer.") from None
    if given == expected:
        pairs = ", ".join(f"{row} to {column}" for row, column in enumerate(expected))
        return f"{pairs}. Embeddings to embeddings, and then the whole way up."
    if given == expected[1:]:
        raise Wrong("the embeddings are missing: layer_vectors gives them first, as layer 0.")
    if given == table.argmax(0).tolist():
        raise Wrong("that is the nearest student layer of each teacher layer. Turn it round: the student has the rows.")
    if given == table.argmin(1).tolist():
        raise Wrong("that is the farthest layer. A high CKA means agreement.")
    if given == [number + 1 for number in expected]:
        raise Wrong("one too many each: layer 0 is the embeddings, so count from 0.")
    if len(given) != len(expected):
        raise Wrong(f"the student has {len(expected)} states with the embeddings. You give {len(given)} numbers.")
    if given == list(range(len(expected))):
        raise Wrong("that only counts up. Measure: the student has half of the layers and still goes the whole way.")
    row = next(row for row, number in enumerate(given) if number != expected[row])
    raise Wrong(f"look again at layer {row} of the student: another teacher layer has a higher CKA.")


@lesson.exercise(
    8,
    "CKA from its formula",
    (
        "Centre both tables first: take the mean of each column away.",
        "‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖). np.linalg.norm(matrix) is the Frobenius norm.",
        "return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))",
    ),
)
def cka_from_its_formula(answer):
    import numpy as np

    function(answer)
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 6))
    y = x @ random.normal(size=(6, 9)) + random.normal(size=(60, 9))
    rotation = np.linalg.qr(random.normal(size=(6, 6)))[0]

    def value(first, second):
        found = answer(first.copy(), second.copy())
        if np.ndim(found) or isinstance(found, (str, bool)) or found is None:
            raise Wrong("it must return one number.")
        return float(found)

    itself, found = value(x, x), value(x, y)
    if abs(itself) < 1e-6:
        raise Wrong("a table with itself gives 0. That is a distance; CKA is 1 for perfect agreement.")
    if abs(value(5 * x, y) - found) > 1e-6:
        raise Wrong("it changes when one table is multiplied by 5. Divide by the norms of both products.")
    if abs(itself - 1) > 1e-6:
        raise Wrong(f"a table with itself gives {itself:.3f}, not 1. Look at the denominator.")
    if abs(value(x @ rotation, y) - found) > 1e-6:
        raise Wrong("it changes when one table is rotated. Compare the products XᵀX, not number 5 with number 5.")
    if abs(value(x + 3, y) - found) > 1e-6:
        raise Wrong("it changes when 3 is added to one table. Centre the columns first.")
    expected = anatomy.cka(x, y)
    if abs(found - expected) < 1e-6:
        return "1 with itself, and blind to rotation, scale and place. It agrees with anatomy.cka."
    if abs(found - expected**0.5) < 1e-6:
        raise Wrong("the norm in the numerator is squared in the formula.")
    raise Wrong(f"it has the right symmetries, but gives {found:.3f} where anatomy.cka gives {expected:.3f}.")


def review_texts() -> list[str]:
    """The texts of exercise 7: the first 60 reviews."""
    import pandas as pd

    return pd.read_csv(checkpoints.DATA / "reviews.csv").text[:60].tolist()


@functools.cache
def distilbert_agreement():
    """CKA of DistilBERT's layers (rows) with BERT's (columns), measured once: it takes some seconds."""
    import numpy as np

    names = ("distilbert-base-uncased", "bert-base-uncased")
    student, teacher = (anatomy.layer_vectors(*load(name), review_texts(), "tokens") for name in names)
    return np.array([[anatomy.cka(row, column) for column in teacher] for row in student])


def _same(found, expected) -> bool:
    import torch

    return found.shape == expected.shape and torch.allclose(found, expected, atol=1e-5)
