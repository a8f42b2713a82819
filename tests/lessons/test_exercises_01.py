"""Every check of lesson 01, both ways: right answers pass, likely wrong ones fail with the message meant for them."""

import transformers
from both_ways import (  # noqa: F401
    test_each_exercise_is_proved_both_ways,
    test_right_answer_passes,
    test_wrong_answer_fails_with_its_own_message,
)
from transformers import AutoConfig, AutoModelForSequenceClassification

from utils import anatomy, checkpoints
from utils.exercises.lesson_01 import BASES, lesson


def layers(extra=0):
    return {name: AutoConfig.from_pretrained(checkpoints.locate(name)).num_hidden_layers + extra for name in BASES}


def published_layers():
    return {name: checkpoints.blueprint(name).config.num_hidden_layers for name in BASES}


def swapped_layers():
    swap = dict(zip(BASES, (BASES[1], BASES[0], BASES[3], BASES[2]), strict=True))
    return {swap[name]: number for name, number in layers().items()}


def load_info(name, kind):
    folder = checkpoints.locate(name)
    return AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)[1][kind]


def loader(refuse, error=ValueError, result=lambda model, info: model, text="missing: {}"):
    """A learner's guard: `refuse(key)` says which missing names it minds."""

    def load(model_class, folder):
        model, info = model_class.from_pretrained(folder, output_loading_info=True)
        bad = [key for key in info["missing_keys"] if refuse(key)]
        if bad:
            raise error(text.format(bad[0]))
        return result(model, info)

    return load


def refuses_left_overs(model_class, folder):
    model, info = model_class.from_pretrained(folder, output_loading_info=True)
    if info["unexpected_keys"]:
        raise ValueError("left over")
    return model


def minds(key):
    return not key.startswith("pooler.")


def share(name, tables=("word_embeddings",)):
    model = checkpoints.blueprint(name)
    return sum(anatomy.embeddings(model)[table] for table in tables) / anatomy.count(model)


def parameters(name):
    return anatomy.count(checkpoints.blueprint(name))


RIGHT = [
    (1, lambda: "RobertaModel"),
    (1, lambda: transformers.RobertaModel),
    (2, layers),
    (3, lambda: load_info("roberta-base", "missing_keys")),
    (3, lambda: sorted(load_info("roberta-base", "missing_keys"))),
    (4, lambda: loader(minds)),
    (5, lambda: share("distilroberta-base")),
    (5, lambda: 0.4701),  # rounded by a learner
    (6, lambda: parameters("distilbert-base-uncased") / parameters("bert-base-uncased")),
    (7, lambda: {"distilroberta-base", "distilbert-base-uncased"}),
    (7, lambda: ["distilbert-base-uncased", "distilroberta-base"]),
]

EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm")

WRONG = [
    (1, lambda: "DistilRobertaModel", "no class called DistilRobertaModel"),
    (1, lambda: "DistilBertModel", "DistilBERT is the student of BERT"),
    (1, lambda: "AutoModel", "only picks a class"),
    (1, lambda: "RobertaForMaskedLM", "not what AutoModel returns"),
    (2, published_layers, "the published models' layers"),
    (2, lambda: layers(extra=1), "one too many each"),
    (2, swapped_layers, "look again at roberta-base, distilroberta-base"),
    (2, lambda: {"roberta-base": 4}, "no entry for distilroberta-base"),
    (2, lambda: 4, "give a dictionary"),
    (3, lambda: load_info("roberta-base", "unexpected_keys"), "left-over weights: in the file"),
    (3, lambda: load_info("roberta-base-SST-2", "missing_keys"), "nothing is missing in the model you loaded"),
    (3, lambda: len(load_info("roberta-base", "missing_keys")), "that is a number"),
    (3, lambda: {"classifier.dense.weight"}, "1 of the 4"),
    (3, lambda: "classifier.dense.weight", "that is one text"),
    (3, lambda: {*load_info("roberta-base", "missing_keys"), *load_info("roberta-base", "unexpected_keys")}, "mixes"),
    (4, lambda: loader(lambda key: False), "lets RoBERTa weights into DistilBertModel"),
    (4, lambda: loader(lambda key: True), "only the pooler is missing"),
    (4, lambda: loader(minds, result=lambda model, info: (model, info)), "returns a tuple"),
    (4, lambda: loader(minds, result=lambda model, info: None), "returns nothing"),
    (4, lambda: loader(minds, error=KeyError), "refuses the wrong class with KeyError"),
    (4, lambda: loader(minds, text=""), "with no words"),
    (4, lambda: refuses_left_overs, "only the pooler is missing"),
    (4, lambda: "load_or_refuse", "give the function itself"),
    (5, lambda: 100 * share("distilroberta-base"), "as a percentage"),
    (5, lambda: share("roberta-base"), "the teacher's share"),
    (5, lambda: share("distilroberta-base", EMBEDDINGS), "counts all embeddings"),
    (5, lambda: 50265 * 768, "number of parameters in the table"),
    (5, lambda: 0.9, "0.9 is not the share"),
    (6, lambda: 0.5, "still layers divided by layers"),
    (6, lambda: parameters("bert-base-uncased") / parameters("distilbert-base-uncased"), "upside down"),
    (6, lambda: 1 - parameters("distilbert-base-uncased") / parameters("bert-base-uncased"), "what is left"),
    (6, lambda: parameters("distilbert-base-uncased") / parameters("roberta-base"), "not DistilBERT's teacher"),
    (6, lambda: "61 %", "is not DistilBERT's parameters divided by BERT's"),
    (7, lambda: set(), "the answer for single precision"),
    (7, lambda: {"distilbert-base-uncased"}, "1 more would too"),
    (7, lambda: set(BASES), "too much"),
    (7, lambda: {"distilbert-base-uncased", "distilroberta-base", "bert-base-uncased"}, "bert-base-uncased takes"),
    (7, lambda: {"distilbert"}, "is not one of the four names"),
    (7, lambda: "distilbert-base-uncased", "that is one text"),
]


def test_hint_three_is_no_empty_promise(verdict):
    """The code in the last hint of exercises 5 and 7 gives the right answer."""
    names = BASES
    model = checkpoints.blueprint("distilroberta-base")
    scope = {"anatomy": anatomy, "checkpoints": checkpoints, "model": model, "names": names}
    for number in (5, 7):
        answer = eval(lesson.exercises[number].hints[2], scope)
        assert verdict(lesson, number, answer).startswith("[OK]")


def test_checks_leave_the_verbosity_as_it_was(verdict):
    verdict(lesson, 3, load_info("roberta-base", "missing_keys"))
    verdict(lesson, 4, loader(minds))
    assert transformers.logging.get_verbosity() == transformers.logging.CRITICAL
