"""Scores of whole sentences: the pseudo-log-likelihood, and AUL, which masks nothing."""

from collections.abc import Iterable

from utils.batching import default_batch_tokens
from utils.scoring.engine import Copy, logprobs
from utils.scoring.inputs import as_list, check_model, check_plain, encode, plain_positions

VARIANTS = ("original", "within_word_l2r")
ALL_POSITIONS = 4  # aul asks the head at every position, so its batches are this many times smaller


def pseudo_log_likelihood(
    model,
    tokenizer,
    texts: Iterable[str],
    variant: str = "original",
    *,
    batch_tokens: int | None = None,
    progress=False,
):
    """How likely the model finds each text: the sum over its tokens of log P(token | all others), in nats. Lesson 06.

    Each token is masked in a copy of its own (Salazar et al. 2020, arXiv 1910.14659). That flatters a word of several
    tokens, whose later pieces give it away; `variant="within_word_l2r"` masks those too (Kauf & Ivanova 2023,
    arXiv 2305.10588). What one word is, the tokenizer says: punctuation stands alone.

    Returns a pandas table, one row a text in the order given: `score`, and `tokens`, how many were summed. Special
    tokens do not count. `progress` shows a bar. Raises ValueError, which names the fix, for a model, a text or a
    variant that it cannot use.
    """
    if variant not in VARIANTS:
        raise ValueError(f'variant is {variant!r}. It must be "original" or "within_word_l2r".')
    check_model(model, tokenizer)
    texts = as_list(texts)
    encoded = encode(model, tokenizer, texts)
    check_plain(tokenizer, texts, encoded)
    if variant == "within_word_l2r" and not encoded.is_fast:
        raise ValueError("within_word_l2r needs a fast tokenizer, which knows the words: AutoTokenizer loads one.")
    copies, owners = [], []
    for number, input_ids in enumerate(encoded["input_ids"]):
        positions = plain_positions(encoded, number)
        words = encoded.word_ids(number) if variant == "within_word_l2r" else range(len(input_ids))
        for position in positions:
            masked = [later for later in positions if later >= position and words[later] == words[position]]
            copies.append(Copy(input_ids, masked, [position], [[input_ids[position]]]))
            owners.append(number)
    return _table(texts, owners, logprobs(model, tokenizer, copies, batch_tokens, progress))


def aul(model, tokenizer, texts: Iterable[str], *, batch_tokens: int | None = None, progress: bool = False):
    """All unmasked likelihood: the MEAN over a text's tokens of log P(token | the whole text), in nats. Lesson 06.

    Nothing is masked, so the model sees the very token that it is asked for (Kaneko & Bollegala 2022,
    arXiv 2104.07496). Returns a pandas table like that of `pseudo_log_likelihood`, and raises the same.
    """
    check_model(model, tokenizer)
    texts = as_list(texts)
    encoded = encode(model, tokenizer, texts)
    check_plain(tokenizer, texts, encoded)
    copies = []
    for number, input_ids in enumerate(encoded["input_ids"]):
        positions = plain_positions(encoded, number)
        copies.append(Copy(input_ids, [], positions, [[input_ids[position]] for position in positions]))
    if batch_tokens is None:
        batch_tokens = default_batch_tokens(model) // ALL_POSITIONS
    table = _table(texts, range(len(texts)), logprobs(model, tokenizer, copies, batch_tokens, progress))
    return table.assign(score=table["score"] / table["tokens"])


def _table(texts: list[str], owners: Iterable[int], answers: list):
    """What was found in each copy, summed over the copies of each text."""
    import pandas as pd

    found = pd.DataFrame({"score": [answer.sum() for answer in answers], "tokens": [answer.size for answer in answers]})
    return found.groupby(list(owners)).sum().set_index(pd.Index(texts, name="text"))
