"""What the scores can work with: a masked language model, its own tokenizer, and texts that fit it."""

from collections.abc import Iterable

from utils.batching import longest_input

SHOWN = 50  # characters of a text in a message


def check_model(model, tokenizer) -> None:
    """Raises ValueError that names the fix where `model` has no masked-LM head, or cannot run as it is."""
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from transformers.models.auto import modeling_auto

    if not isinstance(model, PreTrainedModel) or not isinstance(tokenizer, PreTrainedTokenizerBase):
        given = f"{type(model).__name__} and {type(tokenizer).__name__}"
        raise ValueError(
            f"A loaded model and its tokenizer are needed, in this order, and these are a {given}. Load them with "
            "AutoModelForMaskedLM.from_pretrained(folder) and AutoTokenizer.from_pretrained(folder)."
        )
    name = type(model).__name__
    classes = {parent.__name__ for parent in type(model).__mro__}
    masked = classes & set(modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES.values())
    causal = classes & set(modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values())
    if getattr(model.config, "is_decoder", False) or (causal and not masked):
        raise ValueError(
            f"This {name} is a causal model: it sees only what stands before a token, and these scores need both "
            "sides. Load a masked one, such as roberta-base, with AutoModelForMaskedLM."
        )
    if not masked:
        raise ValueError(
            f"{name} has no masked-language-model head, so it gives no probabilities of tokens. Load the same folder "
            "with AutoModelForMaskedLM.from_pretrained(folder)."
        )
    if model.device.type == "meta":
        raise ValueError(
            'This model is on the device "meta": it has shapes and no weights. Build it with device="cpu".'
        )
    for which, token in (("mask", tokenizer.mask_token_id), ("padding", tokenizer.pad_token_id)):
        if token is None:
            raise ValueError(f"This tokenizer has no {which} token. Load the model's own: AutoTokenizer, same folder.")


def as_list(texts: Iterable[str], what: str = "text") -> list[str]:
    """The texts as a list. Raises ValueError where there is none, and for a bare string, a blank or another type."""
    if isinstance(texts, str):
        raise ValueError(f"One string was given for the list of {what}s. Put it into brackets: [{short(texts)}].")
    texts = list(texts)
    if not texts:
        raise ValueError(f"There is no {what}: the list is empty. Give at least one.")
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"The {what} at index {number} is {text!r}, a {type(text).__name__}. Give strings only.")
        if not text.strip():
            raise ValueError(f"The {what} at index {number} is empty. Leave it out, or write one.")
    return texts


def encode(model, tokenizer, texts: list[str]):
    """The tokenizer's `BatchEncoding` of the texts: `input_ids` with the special tokens, and `special_tokens_mask`.

    Raises ValueError for a text that is longer than the model can read, and for a tokenizer of another model.
    """
    encoded = tokenizer(texts, return_special_tokens_mask=True, verbose=False)
    longest, known = longest_input(model, tokenizer), model.get_input_embeddings().num_embeddings
    for number, input_ids in enumerate(encoded["input_ids"]):
        if len(input_ids) > longest:
            raise ValueError(
                f"The text at index {number} is {len(input_ids):,} tokens long, and this model reads {longest:,}: "
                f"{short(texts[number])}. Score it sentence by sentence."
            )
        if max(input_ids) >= known:
            raise ValueError(
                f"The tokenizer gives ids up to {max(input_ids)}, and the model knows {known} tokens: they do not "
                "belong together. Load both from the same folder."
            )
    return encoded


def plain_positions(encoded, number: int) -> list[int]:
    """The positions of text `number` that hold its own tokens, and no special ones."""
    return [position for position, special in enumerate(encoded["special_tokens_mask"][number]) if not special]


def check_plain(tokenizer, texts: list[str], encoded) -> None:
    """Raises ValueError where a text, whose tokens are to be scored, holds a mask or no token at all."""
    for number, input_ids in enumerate(encoded["input_ids"]):
        if tokenizer.mask_token_id in input_ids:
            raise ValueError(
                f"The text at index {number} holds {tokenizer.mask_token}: {short(texts[number])}. This score masks by "
                "itself: write the whole text. To ask what stands at a mask, use token_logprobs."
            )
        if all(encoded["special_tokens_mask"][number]):
            raise ValueError(f"The text at index {number} has no token: {short(texts[number])}. Leave it out.")


def short(text: str) -> str:
    """The beginning of a text, quoted, for a message."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
