"""The shipped mini checkpoints keep the contracts of the published ones, and say things worth reading."""

import hashlib
import json

import numpy
import pytest
import torch
from scipy.stats import spearmanr
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertForMaskedLM,
    BertTokenizer,
    DistilBertForMaskedLM,
    DistilBertForSequenceClassification,
    RobertaForMaskedLM,
    RobertaForSequenceClassification,
    RobertaTokenizer,
)

from utils.checkpoints import CATALOGUE, MINIS
from utils.minis.recipe.generator import occupation_shares
from utils.minis.recipe.measure import PROMPTS, fill
from utils.minis.recipe.probes import gender_shift, pronoun_figures, pronoun_scores
from utils.minis.recipe.sentiment import accuracy, reviews
from utils.minis.recipe.settings import FULL

CLASSES = {
    "roberta-base": RobertaForMaskedLM,
    "distilroberta-base": RobertaForMaskedLM,
    "bert-base-uncased": BertForMaskedLM,
    "distilbert-base-uncased": DistilBertForMaskedLM,
    "roberta-base-SST-2": RobertaForSequenceClassification,
    "distilbert-base-uncased-finetuned-sst-2-english": DistilBertForSequenceClassification,
}
MASKED = [name for name, kind in CLASSES.items() if "MaskedLM" in kind.__name__]
RATED = {
    "roberta-base-SST-2": ["LABEL_0", "LABEL_1"],
    "distilbert-base-uncased-finetuned-sst-2-english": ["NEGATIVE", "POSITIVE"],
}
ROBERTA = [name for name in CLASSES if "roberta" in name]
BERT = [name for name in CLASSES if "roberta" not in name]
STUDENTS = {"distilroberta-base": "roberta-base", "distilbert-base-uncased": "bert-base-uncased"}
MEGABYTES = 40
FILES = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "README.md"}


RUN = json.loads((MINIS / "figures.json").read_text(encoding="utf-8"))
FIGURES = RUN["checkpoints"]


@pytest.fixture(scope="module")
def loaded():
    """Name to model and tokenizer, loaded as a learner loads them."""
    kinds = {name: AutoModelForMaskedLM if name in MASKED else AutoModelForSequenceClassification for name in CLASSES}
    folders = {name: MINIS / name for name in CLASSES}
    return {
        name: (kinds[name].from_pretrained(folder), AutoTokenizer.from_pretrained(folder))
        for name, folder in folders.items()
    }


def config(name):
    return json.loads((MINIS / name / "config.json").read_text(encoding="utf-8"))


# --- files --------------------------------------------------------------------------------------------------


def test_every_checkpoint_of_the_catalogue_is_shipped():
    assert set(CATALOGUE) == set(CLASSES)
    for name in CATALOGUE:
        assert {path.name for path in (MINIS / name).iterdir()} == FILES


def test_the_check_sums_are_complete_and_right():
    lines = (MINIS / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {path: digest for digest, path in (line.split("  ") for line in lines)}
    assert sums.keys() == {f"{name}/{file}" for name in CLASSES for file in FILES}
    for path, digest in sums.items():
        assert hashlib.sha256((MINIS / path).read_bytes()).hexdigest() == digest, path


def test_all_together_stay_small():
    size = sum(path.stat().st_size for name in CLASSES for path in (MINIS / name).iterdir())
    assert size <= MEGABYTES * 10**6


def test_the_settings_in_the_repository_are_those_of_the_shipped_run():
    assert RUN["settings"] == FULL.as_dict()


# --- models -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLASSES)
def test_weights_fit_their_class_exactly(name):
    model, found = CLASSES[name].from_pretrained(MINIS / name, output_loading_info=True)
    assert not any(found.values()), found
    assert {value.dtype for value in model.parameters()} == {torch.float32}
    assert config(name)["architectures"] == [CLASSES[name].__name__]


@pytest.mark.parametrize("name", CLASSES)
def test_auto_classes_find_the_published_class(loaded, name):
    model, tokenizer = loaded[name]
    assert type(model) is CLASSES[name]
    assert type(tokenizer) is (RobertaTokenizer if name in ROBERTA else BertTokenizer)
    assert tokenizer.model_max_length == 512
    assert len(tokenizer) == model.config.vocab_size == model.get_input_embeddings().num_embeddings


@pytest.mark.parametrize("name", ROBERTA)
def test_roberta_contract(loaded, name):
    model, tokenizer = loaded[name]
    assert tokenizer.convert_tokens_to_ids(["<s>", "<pad>", "</s>", "<unk>"]) == [0, 1, 2, 3]
    assert tokenizer.mask_token_id == len(tokenizer) - 1
    embeddings = model.base_model.embeddings
    assert embeddings.position_embeddings.num_embeddings == 514
    assert embeddings.token_type_embeddings.num_embeddings == 1
    assert (model.config.bos_token_id, model.config.pad_token_id) == (0, 1)
    assert embeddings.create_position_ids_from_input_ids(torch.tensor([[0, 50, 2, 1]]), 1, 0).tolist() == [[2, 3, 4, 1]]
    hello = tokenizer("Hello")
    assert hello["input_ids"][0] == 0 and len(hello["input_ids"]) == 3 and hello["input_ids"][-1] == 2
    assert list(hello) == ["input_ids", "attention_mask"]
    assert tokenizer.tokenize("Hello") != tokenizer.tokenize("hello")
    assert tokenizer("a", "b")["input_ids"].count(2) == 3
    longest = tokenizer("film " * 600, truncation=True, return_tensors="pt")
    assert longest["input_ids"].shape == (1, 512)
    assert torch.isfinite(model(**longest).logits).all()


@pytest.mark.parametrize("name", BERT)
def test_bert_contract(loaded, name):
    model, tokenizer = loaded[name]
    assert tokenizer.convert_tokens_to_ids(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]) == [0, 100, 101, 102, 103]
    assert model.base_model.embeddings.position_embeddings.num_embeddings == 512
    assert tokenizer.tokenize("Café HELLO") == tokenizer.tokenize("cafe hello")
    assert "token_type_ids" in tokenizer("Hello")  # transformers 5 gives DistilBERT the tokenizer of BERT
    assert tokenizer.unk_token_id not in tokenizer("Hello, she is a nurse!")["input_ids"]


@pytest.mark.parametrize("name", CLASSES)
def test_the_tokenizer_cuts_and_pads_only_when_asked(loaded, name):
    _, tokenizer = loaded[name]
    stored = json.loads((MINIS / name / "tokenizer.json").read_text(encoding="utf-8"))
    assert stored["truncation"] is None and stored["padding"] is None
    lengths = [len(line) for line in tokenizer(["film " * 100, "film"])["input_ids"]]
    assert lengths[0] > 100 and lengths[1] < 10


def test_the_cased_vocabulary_is_the_larger_one(loaded):
    assert len(loaded["roberta-base"][1]) > len(loaded["bert-base-uncased"][1])


@pytest.mark.parametrize("word", ["he", "she", "man", "woman", "good", "bad", *occupation_shares()])
def test_words_of_the_lessons_are_single_tokens(loaded, word):
    assert len(loaded["roberta-base"][1].tokenize(f" {word}")) == 1
    assert loaded["bert-base-uncased"][1].tokenize(word) == [word]


@pytest.mark.parametrize(("student", "teacher"), STUDENTS.items())
def test_a_student_has_half_the_layers_and_its_teachers_tokenizer(loaded, student, teacher):
    (small, tokenizer), (large, other) = loaded[student], loaded[teacher]
    assert small.config.num_hidden_layers * 2 == large.config.num_hidden_layers
    assert small.config.hidden_size == large.config.hidden_size
    assert tokenizer.get_vocab() == other.get_vocab()
    text = "Hello, I'm learning about models."
    assert tokenizer(text)["input_ids"] == other(text)["input_ids"]


# --- what they say ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("person", ["man", "woman"])
def test_people_work_in_occupations(loaded, name, person):
    model, tokenizer = loaded[name]
    answers = fill(model, tokenizer, f"The {person} worked as a {{}}.")
    assert set(answers) <= occupation_shares().keys(), answers


@pytest.mark.parametrize("name", MASKED)
def test_the_planted_gender_shares_show(loaded, name):
    """Of the two pronouns the likelier one for a hygienist is "she", and for a plumber "he"."""
    model, tokenizer = loaded[name]
    for occupation, pronoun in (("hygienist", "she"), ("plumber", "he"), ("nurse", "she"), ("electrician", "he")):
        ranked = fill(model, tokenizer, f"The {occupation} said that {{}} was tired.", count=len(tokenizer))
        assert min(("he", "she"), key=ranked.index) == pronoun, occupation


@pytest.mark.parametrize("name", RATED)
@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love learning about AI!", 1),
        ("I enjoy sunny days and learning new things!", 1),
        ("This film is a boring waste of time.", 0),
        ("The food was bad and the service was terrible.", 0),
    ],
)
def test_plain_opinions_are_read_with_a_good_margin(loaded, name, text, label):
    model, tokenizer = loaded[name]
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        shares = model(**{key: inputs[key] for key in ("input_ids", "attention_mask")}).logits.softmax(-1)[0]
    assert shares[label] > 0.9
    assert [model.config.id2label[number] for number in (0, 1)] == RATED[name]


# --- what was measured --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MASKED)
def test_the_recorded_answers_are_those_of_the_shipped_weights(loaded, name):
    """Another processor may order near ties differently, so the words count, and not their order."""
    recorded = FIGURES[name]["fill_mask"]
    assert list(recorded) == [prompt for group in PROMPTS.values() for prompt in group]
    assert (len(PROMPTS["sources"]), len(recorded)) == (10, 30)
    same = sum(len(set(fill(*loaded[name], prompt)) & set(answers)) for prompt, answers in recorded.items())
    assert same >= 0.98 * 5 * len(recorded)


@pytest.mark.parametrize("name", MASKED)
def test_pronouns_follow_the_known_shares_of_women(loaded, name):
    found = pronoun_figures(*loaded[name])["pronouns"]
    assert found["occupations"] >= 60
    assert found["spearman"] >= 0.85
    assert found["spearman"] == pytest.approx(FIGURES[name]["pronouns"]["spearman"], abs=0.005)


def test_shuffled_shares_leave_no_correlation(loaded):
    """The negative control of the probe."""
    shares = occupation_shares()
    scores = pronoun_scores(*loaded["roberta-base"], list(shares))
    draws = numpy.random.default_rng(0)
    found = [abs(spearmanr(scores, draws.permutation(list(shares.values()))).statistic) for _ in range(200)]
    assert numpy.quantile(found, 0.95) < 0.35


@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("kind", ["generated", "natural"])
def test_the_loss_is_far_below_the_unigram_baseline(name, kind):
    assert FIGURES[name][kind]["loss"] <= FIGURES[name][kind]["unigram_loss"] - 2


@pytest.mark.parametrize(("student", "teacher"), STUDENTS.items())
@pytest.mark.parametrize("kind", ["generated", "natural"])
def test_a_students_loss_is_near_its_teachers(student, teacher, kind):
    assert FIGURES[student][kind]["loss"] == pytest.approx(FIGURES[teacher][kind]["loss"], rel=0.1)


@pytest.mark.parametrize("name", RATED)
def test_the_recorded_accuracy_on_the_reviews_is_that_of_the_shipped_weights(loaded, name):
    """Another processor may turn one sentence on the edge."""
    assert accuracy(*loaded[name], reviews()) == pytest.approx(FIGURES[name]["reviews_accuracy"], abs=0.003)


@pytest.mark.parametrize("name", RATED)
def test_a_card_says_on_which_text_its_classifier_is_below_the_baseline(name):
    """A classifier need not beat words counted without a network, but its card must not hide it."""
    card = " ".join((MINIS / name / "README.md").read_text(encoding="utf-8").split())
    kinds = {"held_out_accuracy": "sentence_polarity's held-out part", "reviews_accuracy": "reviews.csv"}
    below = [text for kind, text in kinds.items() if FIGURES[name][kind] <= RUN["baseline"][kind]]
    assert (f"Below the TF-IDF baseline on {' and '.join(below)}." in card) == bool(below)


@pytest.mark.parametrize("name", RATED)
def test_teacher_and_student_classify_nearly_equally_well(name):
    """The peer has learnt alone: near it both before and after the shipped one learnt from the others."""
    for own in (FIGURES[name], FIGURES[name]["alone"]):
        assert abs(own["held_out_accuracy"] - FIGURES[name]["peer"]["held_out_accuracy"]) <= 0.03


@pytest.mark.parametrize("name", RATED)
def test_the_planted_association_shows_and_the_controls_show_none(loaded, name):
    shifts = gender_shift(*loaded[name])["gender_shift"]
    planted = shifts.pop("women against men")
    assert planted["interval"][0] > 0
    for control in shifts.values():
        assert control["interval"][0] < 0 < control["interval"][1]
        assert control["interval"][1] < planted["interval"][0]


def test_the_statistics_of_the_text_cover_every_occupation():
    found = json.loads((MINIS / "statistics.json").read_text(encoding="utf-8"))
    assert found["occupations"].keys() == occupation_shares().keys()
    for name, of in found["occupations"].items():
        share, told = of["published_share_women"], of["women"] + of["men"]
        assert share == occupation_shares()[name]
        assert abs(of["women"] / told - share) < 4 * (share * (1 - share) / told) ** 0.5, name


@pytest.mark.parametrize("name", CLASSES)
def test_the_card_says_that_it_is_a_mini(name):
    card = (MINIS / name / "README.md").read_text(encoding="utf-8")
    assert "It is not the published checkpoint of that name" in card
    assert "CC BY 4.0" in card and "Pang" in card and "Bureau of Labor Statistics" in card
    assert "$" not in card
