"""Checks and hints of lesson 02, Tokens and inputs. Every expected value is computed from the model in use."""

import functools

from utils import anatomy, checkpoints
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import BASES, by_name, function, near, shown

lesson = Lesson("02")
check, hint, progress = lesson.check, lesson.hint, lesson.progress

WORDS = ("good", "film", "nurse", "unbelievably", "café", "rewatchable", "🙂")
GAP = "The film was ___."
TEXTS = ("Good.", "We laughed from the first minute to the last, and then we cried.", "The food was cold.")
LIMIT = 20


@functools.cache
def _tokenizer(name: str):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(checkpoints.locate(name))


@functools.cache
def _model(name: str):
    from transformers import AutoModel

    with anatomy.no_load_report():
        return AutoModel.from_pretrained(checkpoints.locate(name))


@lesson.exercise(
    1,
    "Whole words",
    (
        "In the middle of a text a word has a space before it, and for RoBERTa the space is part of the word.",
        'roberta.tokenize(" film") gives the list of tokens, without special ones. How long may it be?',
        '{word for word in words if len(roberta.tokenize(" " + word)) == 1}',
    ),
)
def whole_words(answer):
    if isinstance(answer, (str, int)):
        raise Wrong("give the words themselves, as a set or a list.")
    tokenizer, given = _tokenizer("roberta-base"), set(answer)
    expected = {word for word in WORDS if len(tokenizer.tokenize(" " + word)) == 1}
    if given == expected:
        return f"{len(expected)} of the {len(WORDS)} words are one token each for RoBERTa."
    strange = sorted(given - set(WORDS))
    if strange:
        raise Wrong(f"{strange[0]!r} is not in the list. Give the words as they stand there, without a space.")
    if not given:
        raise Wrong(
            "there are some. Did you count <s> and </s>? tokenize leaves them out, calling the tokenizer adds them."
        )
    if given == {word for word in WORDS if len(tokenizer.tokenize(word)) == 1}:
        raise Wrong("that holds at the start of a text. Inside a text each word has a space before it.")
    if given == {word for word in WORDS if len(_tokenizer("distilbert-base-uncased").tokenize(word)) == 1}:
        raise Wrong("that is how DistilBERT cuts them. The question is about RoBERTa.")
    if given - expected:
        word = sorted(given - expected)[0]
        raise Wrong(f"{word!r} becomes {len(tokenizer.tokenize(' ' + word))} tokens inside a text.")
    raise Wrong(f"all of these are right, and {len(expected - given)} more would be.")


@lesson.exercise(
    2,
    "A mask for each model",
    (
        "The mask is another one in each family. The tokenizer knows its own.",
        'tokenizers[name].mask_token is the text of the mask. str.replace("___", …) puts it in.',
        '{name: text.replace("___", tokenizers[name].mask_token) for name in names}',
    ),
)
def mask_for_each_model(answer):
    given = by_name(answer, "the text for it")
    for name in BASES:
        text, mask = given[name], _tokenizer(name).mask_token
        if not isinstance(text, str):
            raise Wrong(f"the entry for {name} is a {type(text).__name__}. Give the text, not its ids.")
        if "___" in text:
            raise Wrong(f"the gap is still in the text for {name}. replace returns a new text, it changes none.")
        others = {_tokenizer(other).mask_token for other in BASES} - {mask}
        if any(other in text for other in others):
            raise Wrong(f"{name} does not know the mask in its text: for it these are some letters and signs.")
        count = _tokenizer(name)(text).input_ids.count(_tokenizer(name).mask_token_id)
        if count != 1 or text != GAP.replace("___", mask):
            raise Wrong(f"the text for {name} has {count} masks. Change nothing but the gap.")
    return "each text has one mask that its own model knows."


@lesson.exercise(
    3,
    "What is cut",
    (
        "Compare the number of ids of each text with the limit. Which count does truncation look at?",
        "distilbert(texts).input_ids has the ids of each text, with the special tokens, which count too.",
        "sum(len(ids) > 20 for ids in distilbert(texts).input_ids)",
    ),
)
def what_is_cut(answer):
    import pandas as pd

    texts = list(pd.read_csv(checkpoints.DATA / "reviews.csv").text)
    lengths = [len(ids) for ids in _tokenizer("distilbert-base-uncased")(texts).input_ids]
    expected = sum(length > LIMIT for length in lengths)
    if near(answer, expected):
        return f"{expected} of {len(texts)} texts lose their end, without a word."
    if near(answer, sum(length >= LIMIT for length in lengths)):
        raise Wrong(f"a text of exactly {LIMIT} tokens fits. Only longer ones are cut.")
    if near(answer, sum(length - 2 > LIMIT for length in lengths)):
        raise Wrong("the special tokens count too. They take two of the places.")
    if near(answer, sum(len(text.split()) > LIMIT for text in texts)):
        raise Wrong("that counts words. The limit is in tokens.")
    if near(answer, sum(len(ids) > LIMIT for ids in _tokenizer("roberta-base")(texts).input_ids)):
        raise Wrong("that is RoBERTa's tokenizer. The question is about DistilBERT's.")
    if near(answer, len(texts) - expected):
        raise Wrong("that many texts are kept whole. How many are cut?")
    if near(answer, expected / len(texts)):
        raise Wrong("that is the share. Give the number of texts.")
    raise Wrong(f"{shown(answer)} is not the number of texts with more than {LIMIT} tokens.")


@lesson.exercise(
    4,
    "Find the bug",
    (
        "The same text gives another vector in another batch. What tells the model which tokens are filling?",
        "The tokenizer returns more than input_ids. The function passes only a part of it to the model.",
        "Write model(**inputs) in place of model(input_ids=inputs.input_ids).",
    ),
)
def find_the_bug(answer):
    import torch

    function(answer)
    model, tokenizer = _model("roberta-base"), _tokenizer("roberta-base")
    with torch.inference_mode():
        alone = [model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0] for text in TEXTS]
        padded = tokenizer(list(TEXTS), padding=True, return_tensors="pt")
        bare = model(input_ids=padded.input_ids).last_hidden_state[:, 0]
        given = answer(model, tokenizer, list(TEXTS))
    expected = torch.stack([states[0] for states in alone])
    if not isinstance(given, torch.Tensor):
        raise Wrong(f"it returns a {type(given).__name__}. Return a tensor, (batch, hidden).")
    if given.shape != expected.shape:
        raise Wrong(
            f"it returns the shape {tuple(given.shape)}, and {tuple(expected.shape)} is right: (batch, hidden)."
        )
    if torch.allclose(given, expected, atol=1e-4):
        return "each vector is the same as for the text alone."
    if torch.allclose(given, bare, atol=1e-4):
        raise Wrong("the short texts still get another vector in a batch than alone: the pads take part.")
    if torch.allclose(given, torch.stack([states[-1] for states in alone]), atol=1e-4):
        raise Wrong("that is the vector of the last token. Keep the first one.")
    if torch.allclose(given, torch.stack([states.mean(0) for states in alone]), atol=1e-4):
        raise Wrong("that is the mean of all tokens. Keep the vector of the first one.")
    raise Wrong("these are not the vectors that the texts get alone.")


@lesson.exercise(
    5,
    "Count the positions",
    (
        "Pads all get the same position. The text counts on from there, wherever it begins.",
        "input_ids.ne(pad_token_id) marks the text. cumsum(1) counts along a row.",
        "is_text = input_ids.ne(pad_token_id).int(), then is_text.cumsum(1) * is_text + pad_token_id.",
    ),
)
def count_the_positions(answer):
    import torch

    function(answer)
    tokenizer, embeddings = _tokenizer("roberta-base"), _model("roberta-base").embeddings
    pad = tokenizer.pad_token_id
    for side in ("right", "left"):
        ids = tokenizer(list(TEXTS), padding=True, padding_side=side, return_tensors="pt").input_ids
        expected, is_text = embeddings.create_position_ids_from_input_ids(ids, pad), ids.ne(pad)
        given = answer(ids.clone(), pad)
        if not isinstance(given, torch.Tensor):
            raise Wrong(f"it returns a {type(given).__name__}. Return a tensor, (batch, tokens).")
        if given.shape != ids.shape:
            raise Wrong(f"it returns the shape {tuple(given.shape)} for ids of the shape {tuple(ids.shape)}.")
        if torch.equal(given.long(), expected):
            continue
        if side == "left":
            raise Wrong("right for padding on the right. With pads on the left the text must still begin at 2.")
        if given[0, 0] != pad + 1:
            raise Wrong(f"the first token is at {given[0, 0].item()}. RoBERTa counts on from the pad's id, {pad}.")
        if torch.equal(given[is_text].long(), expected[is_text]):
            raise Wrong(f"the text is right, the pads are not: each of them is at {pad}.")
        raise Wrong("the text does not count up by one from token to token.")
    return "the same positions as inside RoBERTa, with the pads on either side."


@lesson.exercise(
    6,
    "Windows",
    (
        "The tokenizer can do it all in one call. It needs to be told to return what it cuts off.",
        "return_overflowing_tokens=True gives all windows. stride is the overlap, not the step.",
        "tokenizer(text, truncation=True, max_length=…, stride=…, return_overflowing_tokens=True).input_ids",
    ),
)
def windows(answer):
    function(answer)
    text = " ".join(TEXTS * 6)
    for name in ("roberta-base", "distilbert-base-uncased"):
        tokenizer = _tokenizer(name)
        start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
        whole = tokenizer(text).input_ids[1:-1]
        for longest, overlap in ((40, 10), (24, 0)):
            given = answer(tokenizer, text, longest, overlap)
            if not isinstance(given, (list, tuple)) or not all(isinstance(ids, (list, tuple)) for ids in given):
                raise Wrong("return a list of windows, each of them a list of ids.")
            given = [list(ids) for ids in given]
            if max(map(len, given)) > longest:
                raise Wrong(
                    f"a window has {max(map(len, given))} ids, and {longest} were allowed, special ones included."
                )
            if not all(ids[:1] == [start] and ids[-1:] == [end] for ids in given):
                raise Wrong("a window lacks its special tokens. Each one must be a whole input of its own.")
            if len(given) == 1:
                raise Wrong("it returns one window and throws the rest of the text away.")
            inner = [ids[1:-1] for ids in given]
            if inner[0][len(inner[0]) - overlap :] != inner[1][:overlap] or overlap >= len(inner[0]):
                raise Wrong(
                    f"neighbours should share {overlap} tokens, and they do not. Is stride the step or the overlap?"
                )
            if inner[0] + [token for ids in inner[1:] for token in ids[overlap:]] != whole:
                raise Wrong(f"put together again without the {overlap} shared tokens, they do not give the text.")
    return "every token is in a window, and neighbours share what you asked for."


@lesson.exercise(
    7,
    "A guard for inputs",
    (
        "Two things can be wrong with ids: one of them has no row in the word table, or there are too many.",
        "model.get_input_embeddings().num_embeddings counts the rows. A text may have 512 tokens in all four models.",
        "Raise ValueError if input_ids.max() >= rows, and if input_ids.shape[1] > 512.",
    ),
)
def guard_for_inputs(answer):
    import torch

    function(answer)
    for name in ("roberta-base", "distilbert-base-uncased"):
        model = _model(name)
        rows = model.get_input_embeddings().num_embeddings
        plain, full, long = (torch.full((2, length), 200) for length in (5, 512, 513))
        highest, beyond = plain.clone(), plain.clone()
        highest[1, 2], beyond[1, 2] = rows - 1, rows
        for ids, why in (
            (plain, "a plain batch"),
            (full, "512 tokens, which fit"),
            (highest, "the id of the last row, which exists"),
        ):
            try:
                answer(ids, model)
            except Exception:
                raise Wrong(f"for {name} it refuses {why}.") from None
        for ids, why in (
            (beyond, "an id that has no row. It stands in the second text of the batch"),
            (long, "513 tokens. How many does its position table serve?"),
        ):
            try:
                answer(ids, model)
            except ValueError as error:
                if not str(error).strip():
                    raise Wrong("it raises ValueError with no words. Say what is wrong.") from None
            except Exception as error:
                raise Wrong(f"it refuses with {type(error).__name__}. Raise ValueError.") from None
            else:
                raise Wrong(f"for {name} it lets through {why}.")
    return "it lets good inputs pass, and says what is wrong before the model does."
