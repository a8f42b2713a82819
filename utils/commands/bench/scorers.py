"""Ways to the pseudo-log-likelihood of texts: the course's engine, and those that people use.

Each takes a model and its tokenizer and returns a function from texts to their scores, in nats.
"""

from collections.abc import Callable

Scorer = Callable[[list[str]], list[float]]


def engine(model, tokenizer) -> Scorer:
    """The course's own."""
    from utils import scoring

    return lambda texts: scoring.pseudo_log_likelihood(model, tokenizer, texts)["score"].tolist()


def minicons(model, tokenizer) -> Scorer:
    """The package minicons (Misra 2022, arXiv 2203.13112), given the whole list at once, as its examples do."""
    from minicons.scorer import MaskedLMScorer

    tokenizer.batch_encode_plus = tokenizer.__call__  # minicons calls it by this name, which transformers 5 removed
    scorer = MaskedLMScorer(model, "cpu", tokenizer=tokenizer)
    return lambda texts: scorer.sequence_score(texts, reduction=lambda found: found.sum().item())


def minicons_one_by_one(model, tokenizer) -> Scorer:
    """The same package, given one text at a time: nothing is padded then, which is how we found it fastest."""
    score = minicons(model, tokenizer)
    return lambda texts: [found for text in texts for found in score([text])]


def loop(model, tokenizer) -> Scorer:
    """One token at a time: mask it, run the model, read the one answer. The plain way, and the yardstick."""
    import torch

    @torch.inference_mode()
    def score_one(text):
        input_ids = tokenizer(text, return_tensors="pt")["input_ids"]
        total = 0.0
        for position in range(1, input_ids.shape[1] - 1):
            shown = input_ids.clone()
            shown[0, position] = tokenizer.mask_token_id
            total += model(input_ids=shown).logits[0, position].log_softmax(0)[input_ids[0, position]].item()
        return total

    return lambda texts: [score_one(text) for text in texts]


def pipeline(model, tokenizer) -> Scorer:
    """The fill-mask pipeline of transformers: each token in turn is masked, and given as the target.

    It takes text only, so it cannot mask a piece of a word and leave the other pieces as they are: the tokenizer may
    cut what is left another way, and then the score differs.
    """
    import math

    import transformers

    fill_mask = transformers.pipeline("fill-mask", model=model, tokenizer=tokenizer, device="cpu")

    def score_one(text):
        encoded = tokenizer(text, return_offsets_mapping=True)
        total = 0.0
        for token, (start, end) in list(zip(encoded["input_ids"], encoded["offset_mapping"], strict=True))[1:-1]:
            masked = text[:start] + tokenizer.mask_token + text[end:]
            target = tokenizer.convert_ids_to_tokens(token)
            total += math.log(fill_mask(masked, targets=[target], top_k=1)[0]["score"])
        return total

    return lambda texts: [score_one(text) for text in texts]


ENGINE, LOOP = "this engine", "one token at a time"
SCORERS: dict[str, Callable[..., Scorer]] = {
    LOOP: loop,  # first: the others are checked against it
    ENGINE: engine,
    "minicons, a list": minicons,
    "minicons, text by text": minicons_one_by_one,
    "fill-mask pipeline": pipeline,
}
