"""Every check of lesson 02, both ways: right answers pass, likely wrong ones fail with the message meant for them."""

import pandas as pd
import torch
from both_ways import (  # noqa: F401
    test_each_exercise_is_proved_both_ways,
    test_right_answer_passes,
    test_wrong_answer_fails_with_its_own_message,
)
from transformers import AutoModel, AutoTokenizer

from utils import checkpoints
from utils.exercises.lesson_02 import BASES, GAP, LIMIT, TEXTS, WORDS, lesson


def tokenizer(name):
    return AutoTokenizer.from_pretrained(checkpoints.locate(name))


def whole(name="roberta-base", space=" "):
    return {word for word in WORDS if len(tokenizer(name).tokenize(space + word)) == 1}


def masked(*masks):
    """The text for each model, with these masks, or with its own."""
    own = [tokenizer(name).mask_token for name in BASES]
    return {name: GAP.replace("___", mask) for name, mask in zip(BASES, masks or own, strict=True)}


def cut(name="distilbert-base-uncased", long=lambda length: length > LIMIT):
    texts = list(pd.read_csv(checkpoints.DATA / "reviews.csv").text)
    return sum(long(len(ids)) for ids in tokenizer(name)(texts).input_ids)


def words_cut():
    return sum(len(text.split()) > LIMIT for text in pd.read_csv(checkpoints.DATA / "reviews.csv").text)


def vectors(inputs=dict, keep=lambda states, mask: states[:, 0]):
    """A learner's function: `inputs` picks what the model gets, `keep` what is returned."""

    def run(model, tokenizer, texts):
        batch = tokenizer(texts, padding=True, return_tensors="pt")
        with torch.inference_mode():
            return keep(model(**inputs(batch)).last_hidden_state, batch.attention_mask)

    return run


def one_by_one(model, tokenizer, texts):
    with torch.inference_mode():
        return torch.cat([model(**tokenizer(text, return_tensors="pt")).last_hidden_state[:, 0] for text in texts])


def mean(states, mask):
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def last(states, mask):
    return states[torch.arange(len(mask)), mask.sum(1) - 1]


def bare(batch):
    return {"input_ids": batch.input_ids}


def positions(ids, pad):
    is_text = ids.ne(pad).int()
    return is_text.cumsum(1) * is_text + pad


def positions_by_a_loop(ids, pad):
    result = torch.full_like(ids, pad)
    for row, line in enumerate(ids):
        count = pad
        for column, token in enumerate(line):
            if token != pad:
                count += 1
                result[row, column] = count
    return result


def from_zero(ids, pad):
    return torch.arange(ids.shape[1]).expand_as(ids)


def pads_counted(ids, pad):
    return torch.arange(pad + 1, pad + 1 + ids.shape[1]).expand_as(ids)


def right_side_only(ids, pad):
    return torch.where(ids.ne(pad), pads_counted(ids, pad), pad)


def all_at_two(ids, pad):
    return torch.where(ids.ne(pad), pad + 1, pad)


def windows(tokenizer, text, longest, overlap, **more):
    asked = {"max_length": longest, "stride": overlap, "return_overflowing_tokens": True} | more
    return tokenizer(text, truncation=True, **asked).input_ids


def windows_by_hand(tokenizer, text, longest, overlap):
    ids, room = tokenizer(text, add_special_tokens=False).input_ids, longest - 2
    starts = range(0, max(1, len(ids) - overlap), room - overlap)
    return [[tokenizer.cls_token_id, *ids[i : i + room], tokenizer.sep_token_id] for i in starts]


def one_window(tokenizer, text, longest, overlap):
    return [tokenizer(text, truncation=True, max_length=longest).input_ids]


def stride_as_step(tokenizer, text, longest, overlap):
    return windows(tokenizer, text, longest, max(0, longest - 2 - max(overlap, 5)))


def too_long_by_two(tokenizer, text, longest, overlap):
    return windows(tokenizer, text, longest + 2, overlap)


def without_special_tokens(tokenizer, text, longest, overlap):
    return windows(tokenizer, text, longest, overlap, add_special_tokens=False)


def last_window_dropped(tokenizer, text, longest, overlap):
    return windows(tokenizer, text, longest, overlap)[:-1]


def guard(error=ValueError, text="cannot be read", limit=lambda model: 512, highest=lambda ids: ids.max(), more=0):
    """A learner's guard, with the places where it can go wrong."""

    def check(ids, model):
        rows = model.get_input_embeddings().num_embeddings
        if highest(ids) >= rows + more or ids.shape[1] > limit(model):
            raise error(text)

    return check


def table(model):
    return model.config.max_position_embeddings


RIGHT = [
    (1, whole),
    (1, lambda: sorted(whole())),
    (2, masked),
    (3, cut),
    (3, lambda: float(cut())),
    (4, lambda: vectors()),
    (4, lambda: one_by_one),
    (5, lambda: positions),
    (5, lambda: positions_by_a_loop),
    (6, lambda: windows),
    (6, lambda: windows_by_hand),
    (7, lambda: guard()),
    (7, lambda: guard(limit=lambda model: 512 if table(model) == 514 else table(model))),
]

WRONG = [
    (1, lambda: whole(space=""), "holds at the start of a text"),
    (1, lambda: whole("distilbert-base-uncased", ""), "how DistilBERT cuts them"),
    (1, set, "Did you count <s> and </s>?"),
    (1, lambda: {" film"}, "is not in the list"),
    (1, lambda: whole() | {"unbelievably"}, "'unbelievably' becomes"),
    (1, lambda: {"film"}, "more would be"),
    (1, lambda: "film", "give the words themselves"),
    (1, lambda: 3, "give the words themselves"),
    (2, lambda: masked(*["[MASK]"] * 4), "roberta-base does not know the mask"),
    (2, lambda: masked(*["<mask>"] * 4), "bert-base-uncased does not know the mask"),
    (2, lambda: masked(*["___"] * 4), "the gap is still in the text"),
    (2, lambda: {"roberta-base": "The film was <mask>."}, "no entry for distilroberta-base"),
    (2, lambda: {name: [1, 2] for name in BASES}, "Give the text, not its ids"),
    (2, lambda: masked("<mask><mask>", *[tokenizer(name).mask_token for name in BASES[1:]]), "has 2 masks"),
    (2, lambda: "<mask>", "give a dictionary"),
    (3, lambda: cut(long=lambda length: length >= LIMIT), "exactly 20 tokens fits"),
    (3, lambda: cut(long=lambda length: length - 2 > LIMIT), "special tokens count too"),
    (3, words_cut, "that counts words"),
    (3, lambda: cut("roberta-base"), "that is RoBERTa's tokenizer"),
    (3, lambda: 440 - cut(), "are kept whole"),
    (3, lambda: cut() / 440, "that is the share"),
    (3, lambda: 440, "440 is not the number"),
    (4, lambda: vectors(bare), "the pads take part"),
    (4, lambda: vectors(keep=mean), "the mean of all tokens"),
    (4, lambda: vectors(keep=last), "the vector of the last token"),
    (4, lambda: vectors(keep=lambda states, mask: states), "and (3, 224) is right"),
    (4, lambda: vectors(keep=lambda states, mask: states[:, 0].tolist()), "returns a list"),
    (4, lambda: vectors(keep=lambda states, mask: states[:, 1]), "not the vectors that the texts get alone"),
    (4, lambda: torch.zeros(3, 224), "give the function itself"),
    (5, lambda: from_zero, "the first token is at 0"),
    (5, lambda: pads_counted, "the pads are not"),
    (5, lambda: right_side_only, "With pads on the left"),
    (5, lambda: all_at_two, "does not count up by one"),
    (5, lambda: lambda ids, pad: positions(ids, pad)[0], "returns the shape"),
    (5, lambda: lambda ids, pad: positions(ids, pad).tolist(), "returns a list"),
    (6, lambda: one_window, "throws the rest of the text away"),
    (6, lambda: stride_as_step, "the step or the overlap?"),
    (6, lambda: too_long_by_two, "40 were allowed"),
    (6, lambda: without_special_tokens, "lacks its special tokens"),
    (6, lambda: last_window_dropped, "do not give the text"),
    (6, lambda: lambda *asked: one_window(*asked)[0], "return a list of windows"),
    (7, lambda: guard(limit=table), "lets through 513 tokens"),
    (7, lambda: guard(limit=lambda model: 511), "refuses 512 tokens"),
    (7, lambda: guard(limit=lambda model: 10**6), "lets through 513 tokens"),
    (7, lambda: guard(highest=lambda ids: ids[0].max()), "It stands in the second text"),
    (7, lambda: guard(more=1), "lets through an id that has no row"),
    (7, lambda: guard(more=-1), "refuses the id of the last row"),
    (7, lambda: guard(error=IndexError), "refuses with IndexError"),
    (7, lambda: guard(text=""), "with no words"),
]


def test_hint_three_is_no_empty_promise(verdict):
    """The code in the last hint of exercises 1 to 3 gives the right answer."""
    tokenizers = {name: tokenizer(name) for name in BASES}
    scope = {"words": WORDS, "roberta": tokenizers["roberta-base"], "text": GAP, "names": BASES}
    scope |= {"distilbert": tokenizers["distilbert-base-uncased"], "tokenizers": tokenizers}
    scope["texts"] = list(pd.read_csv(checkpoints.DATA / "reviews.csv").text)
    for number in (1, 2, 3):
        answer = eval(lesson.exercises[number].hints[2], scope)
        assert verdict(lesson, number, answer).startswith("[OK]")


def test_the_function_of_exercise_4_is_broken_as_it_says():
    model, reader = AutoModel.from_pretrained(checkpoints.locate("roberta-base")), tokenizer("roberta-base")
    broken, mended = (
        [vectors(inputs)(model, reader, ["Good.", beside])[0] for beside in TEXTS[:2]] for inputs in (bare, dict)
    )
    assert not torch.allclose(*broken, atol=1e-2) and torch.allclose(*mended, atol=1e-4)
