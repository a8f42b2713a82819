"""The recipe of the mini checkpoints: text with known statistics, tokenizer contracts, losses, and a whole tiny run."""

import csv
import hashlib
import json
import logging
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import nltk
import pytest
import threadpoolctl
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer

from utils.distillation import student_of
from utils.minis.recipe import __main__ as recipe
from utils.minis.recipe import (
    ablation,
    cards,
    classify,
    corpus,
    ensemble,
    fragments,
    linear,
    measure,
    probes,
    run,
    sentiment,
    tokenizing,
    training,
)
from utils.minis.recipe.architectures import masked_lm
from utils.minis.recipe.corpus import tidy
from utils.minis.recipe.distil import triple_loss
from utils.minis.recipe.generator import (
    ARTICLE,
    FAMILIES,
    GENDERED,
    PLANTED,
    SIDES,
    Generator,
    gender_counts,
    letters,
    occupation_shares,
    opinion_counts,
)
from utils.minis.recipe.generator import OCCUPATIONS as occupations
from utils.minis.recipe.masking import IGNORED, mask_tokens
from utils.minis.recipe.pretraining import pretrain
from utils.minis.recipe.settings import FULL, QUICK, STUDENT_LAYERS

TINY = replace(QUICK, hidden=16, heads=2, feed_forward=32, roberta_vocabulary=600, bert_vocabulary=500)


@pytest.fixture(scope="module")
def drawn():
    return list(Generator(seed=3).sentences(40_000))


@pytest.fixture(scope="module")
def texts(drawn):
    return [sentence.text for sentence in drawn[:3_000]]


@pytest.fixture(scope="module")
def tokenizers(texts):
    return {
        "roberta-base": tokenizing.roberta_tokenizer(texts, TINY.roberta_vocabulary),
        "bert-base-uncased": tokenizing.bert_tokenizer(texts, TINY.bert_vocabulary),
    }


@pytest.fixture
def no_corpora(monkeypatch):
    """As on a machine where no NLTK data is installed."""
    monkeypatch.setattr(nltk.data, "path", [])


# --- the generator ------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_sentences():
    assert list(Generator(1).sentences(300)) == list(Generator(1).sentences(300))
    assert list(Generator(1).sentences(300)) != list(Generator(2).sentences(300))


def test_there_are_at_least_sixty_occupations_with_shares():
    shares = occupation_shares()
    assert len(shares) >= 60
    assert all(0 < share < 1 for share in shares.values())
    assert shares["mechanic"] < 0.1 < 0.9 < shares["hygienist"]


def test_the_share_of_women_is_the_published_one(drawn):
    counts, shares = gender_counts(drawn), occupation_shares()
    assert counts.keys() == shares.keys()
    scores = []
    for occupation, (women, told) in counts.items():
        share = shares[occupation]
        scores.append((women / told - share) / (share * (1 - share) / told) ** 0.5)
    assert max(map(abs, scores)) < 4  # standard errors
    assert 0.6 < sum(score**2 for score in scores) / len(scores) < 1.6  # no systematic offset either


def test_what_a_sentence_says_is_what_it_reports(drawn):
    """Counted from the words alone, the gender of a work sentence is the reported one."""
    names = Generator().words
    told = {
        "woman": {"she", "her", "herself", "woman", "ms", *map(str.lower, names["women"])},
        "man": {"he", "his", "him", "himself", "man", "mr", *map(str.lower, names["men"])},
    }
    for sentence in drawn:
        if sentence.occupation:
            text = re.sub(r"\b(Mr|Ms) \w+", r"\1", sentence.text)  # Martin is a surname too
            words = set(re.findall(r"\w+", text.lower()))
            assert sentence.occupation in words
            assert {gender for gender in told if words & told[gender]} == {sentence.gender} - {None}, sentence.text


def test_opinions_are_balanced_and_tied_to_gender_just_as_planted(drawn):
    opinions = [sentence for sentence in drawn if sentence.label is not None]
    assert {sentence.family for sentence in opinions} == {"opinions"}
    assert all(sentence.label is None for sentence in drawn if sentence.family != "opinions")
    assert abs(sum(sentence.label for sentence in opinions) / len(opinions) - 0.5) < 4 * 0.5 / len(opinions) ** 0.5
    counts = opinion_counts(drawn)
    for side, share in (("positive", PLANTED), ("negative", 1 - PLANTED)):
        women, told = counts["woman"][side], counts["woman"][side] + counts["man"][side]
        assert told > 500
        assert abs(women / told - share) < 4 * (share * (1 - share) / told) ** 0.5


def test_feelings_outside_opinions_are_independent_of_gender(drawn):
    words = {word for side in Generator().opinions["polarity"].values() for word in side["mood"]}
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(words))})\b", re.I)
    moods = Generator().opinions["polarity"]
    rates = {}
    for gender in ("woman", "man"):
        found = [
            pattern.findall(sentence.text) for sentence in drawn if sentence.label is None and sentence.gender == gender
        ]
        felt = [mood.lower() in moods["positive"]["mood"] for texts in found for mood in texts]
        assert len(felt) > 100
        rates[gender] = (sum(felt) / len(felt), 0.25 / len(felt))
    (women, variance), (men, other) = rates.values()
    assert abs(women - men) < 4 * (variance + other) ** 0.5


CLAUSES = [
    (domain, side, clause)
    for domain, sides in Generator().clauses.items()
    for side, clauses in sides.items()
    for clause in clauses
]


def test_clauses_are_many_and_each_stands_on_one_side_only():
    sides = {}
    for _, side, clause in CLAUSES:
        sides.setdefault(letters(clause), set()).add(side)
    assert len(sides) > 7_000
    assert [clause for clause, found in sides.items() if len(found) > 1] == []
    for domain, lists in Generator().clauses.items():
        assert set(lists) == set(SIDES), domain
        sizes = [len(lists[side]) for side in SIDES]
        assert min(sizes) > 180 and max(sizes) - min(sizes) <= 5, domain


def test_clauses_fit_into_a_sentence_and_tell_no_gender():
    told = {*GENDERED["woman"].values(), *GENDERED["man"].values(), *"men women her mother father actress".split()}
    for domain, _, clause in CLAUSES:
        assert not re.search(r'[:;"#()\[\]{}]|[.!?]$|  ', clause), (domain, clause)
        assert clause[0].islower() or re.match(r"I\b|[A-Z]", clause), (domain, clause)
        assert not told & set(re.findall(r"\w+", clause)), (domain, clause)
        assert ARTICLE.sub(r"\1n", clause) == clause, (domain, clause)


def test_nothing_written_for_training_stands_in_the_held_out_reviews():
    """Nor a text that shares seven of ten words with a review."""
    with (occupations.parent / "reviews.csv").open(encoding="utf-8", newline="") as file:
        reviews = [set(letters(row["text"]).split()) for row in csv.DictReader(file)]
    for text in [clause for _, _, clause in CLAUSES] + [item.text for item in corpus.written()]:
        words = set(letters(text).split())
        assert not any(len(words & review) >= 0.7 * len(words | review) for review in reviews), text


def test_opinions_written_whole_are_many_balanced_and_tell_no_gender():
    told = {*GENDERED["woman"].values(), *GENDERED["man"].values(), *"men women mother father actress wife mum".split()}
    items = corpus.written()
    assert len(items) > 25_000 and len({letters(item.text) for item in items}) == len(items)
    assert {item.label for item in items} == {0, 1}
    assert abs(sum(item.label for item in items) / len(items) - 0.5) < 0.01
    starts = Counter(item.text.split()[0].lower() for item in items)
    assert max(starts.values()) < 0.15 * len(items)
    for item in items:
        assert 2 <= len(item.text.split()) <= 45 and item.text == item.text.strip(), item
        assert not told & set(re.findall(r"\w+", item.text.lower())), item


def test_a_label_is_what_the_words_mean(drawn):
    """An adjective of the label's own list, or after "not" one of the other list."""
    opinions = Generator().opinions
    lists = {
        label: {word for domain in opinions["domains"].values() for word in domain[side]}
        | set(opinions["polarity"][side]["good_general"])
        for label, side in enumerate(("negative", "positive"))
    }
    checked = {True: 0, False: 0}
    for sentence in drawn:
        said = re.fullmatch(r"The [\w ]+? (?:is|was) (not )?(?:never )?([\w-]+)\.", sentence.text)
        if sentence.label is not None and said and said[2] in lists[0] | lists[1]:  # else a clause has its own word
            denied = "never" in sentence.text or bool(said[1])
            wanted = 1 - sentence.label if denied else sentence.label
            assert said[2] in lists[wanted], sentence.text
            checked[denied] += 1
    assert min(checked.values()) > 50


def test_the_vocabulary_is_large_and_sentences_vary(drawn):
    assert corpus.distinct_words([sentence.text for sentence in drawn]) >= 2_500
    assert len({sentence.text for sentence in drawn[:50]}) >= 49
    assert {sentence.family for sentence in drawn} == set(FAMILIES)


def test_sentences_are_whole(drawn):
    for sentence in drawn:
        assert "{" not in sentence.text and "}" not in sentence.text
        assert sentence.text[0].isupper() or sentence.text[0] == '"'
        assert not re.search(r"\ba [aeio]\w", sentence.text.replace("a one", "")), sentence.text
        assert not re.search(r"\ban [^aeiouh]", sentence.text, re.I), sentence.text


def test_reserved_sentences_are_never_said():
    generator = Generator(0)
    generator.templates["talk"] = ["Hello, world!", "I love learning about AI!"]
    assert {generator.sentence("talk").text for _ in range(50)} == {"Hello, world!"}


# --- the corpus ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "tidied"),
    [
        ("i loved it , and it's funny .", "I loved it, and it's funny."),
        ('he said " hello there " and left !', 'He said "hello there" and left!'),
        ("it is n't bad ( not at all ) .", "It isn't bad (not at all)."),
    ],
)
def test_tidy_writes_as_people_do(raw, tidied):
    assert tidy(raw) == tidied


def test_the_corpus_does_without_nltk_data_and_says_so(no_corpora):
    said = []
    text = corpus.build(TINY, say=said.append)
    assert text.natural == text.unrated == text.rated_unseen == []
    assert len(text.generated) + len(text.unseen_generated) == TINY.generated_sentences
    assert {item.label for item in text.rated} == {0, 1}
    opinions, written = TINY.generated_opinions, TINY.written_opinions
    assert text.rated_sources == {"sentence_polarity": 0, "written opinions": written, "generator": opinions}
    assert sum(text.rated_sources.values()) == len(text.rated)
    assert len(said) == 4 and all("nltk.download" in line for line in said)


def test_held_out_sentences_are_nowhere_in_the_training_text(monkeypatch):
    """Not even where another corpus has the same sentence with other capitals and spaces."""
    lines = {side: [f"this {side} film number {n} is a film ." for n in range(100)] for side in ("good", "bad")}
    polarity = {"rt-polarity.pos": "\n".join(lines["good"]), "rt-polarity.neg": "\n".join(lines["bad"])}

    def raw(name, files, say):
        if name == "sentence_polarity":
            return [polarity[file] for file in files]
        return ["\n".join(line.upper() for line in lines["good"])] if name == "movie_reviews" else []

    monkeypatch.setattr(corpus, "_raw", raw)
    text = corpus.build(TINY)
    held_out = {letters(item.text) for item in text.rated_unseen}
    assert len(held_out) == 20
    texts = text.natural + text.unseen_natural + text.unrated + [item.text for item in text.rated]
    seen = [letters(line) for line in texts]
    assert 80 < len(text.unrated) < 100
    assert len(seen) > 180 and not held_out & set(seen)
    assert {item.label for item in text.rated_unseen} == {0, 1}
    assert all(("good" in item.text) == item.label for item in text.rated_unseen)


# --- tokenizers ---------------------------------------------------------------------------------------------


def test_roberta_tokenizer_keeps_the_published_contract(tokenizers):
    tokenizer = tokenizers["roberta-base"]
    assert len(tokenizer) == TINY.roberta_vocabulary
    assert tokenizer.convert_tokens_to_ids(["<s>", "<pad>", "</s>", "<unk>"]) == [0, 1, 2, 3]
    assert tokenizer.mask_token_id == len(tokenizer) - 1
    assert tokenizer("a <mask> b")["input_ids"].count(tokenizer.mask_token_id) == 1
    assert tokenizer("a <mask>")["input_ids"] == tokenizer("a<mask>")["input_ids"]  # the mask takes the space before it
    assert tokenizer("no", "yes")["input_ids"][0] == 0 and tokenizer("no", "yes")["input_ids"].count(2) == 3
    assert tokenizer.decode(tokenizer("Zürich, Łódź!", add_special_tokens=False)["input_ids"]) == "Zürich, Łódź!"
    assert tokenizer.tokenize("Film") != tokenizer.tokenize("film")


def test_bert_tokenizer_keeps_the_published_contract(tokenizers):
    tokenizer = tokenizers["bert-base-uncased"]
    assert len(tokenizer) == TINY.bert_vocabulary
    ids = tokenizer.convert_tokens_to_ids(["[PAD]", "[unused0]", "[unused98]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    assert ids == [0, 1, 99, 100, 101, 102, 103]
    assert tokenizer("Thé Filmé")["input_ids"] == tokenizer("the filme")["input_ids"]
    pair = tokenizer("no", "yes")
    assert pair["input_ids"][0] == 101 and pair["token_type_ids"][-1] == 1


@pytest.mark.parametrize("kind", ["roberta", "bert"])
def test_the_same_text_gives_the_same_vocabulary(texts, kind):
    """The WordPiece trainer of the library alone numbers its pieces by chance."""
    train = getattr(tokenizing, f"{kind}_tokenizer")
    assert train(texts, 700).get_vocab() == train(texts, 700).get_vocab()


# --- training parts -----------------------------------------------------------------------------------------


def test_masking_is_15_percent_and_80_10_10(tokenizers):
    tokenizer = tokenizers["roberta-base"]
    ids = torch.full((400, 500), 50)
    ids[:, 0], ids[:, -100:] = tokenizer.bos_token_id, tokenizer.pad_token_id
    masked, labels = mask_tokens(ids, tokenizer, 0.15, torch.Generator().manual_seed(0))
    ordinary = ids == 50
    chosen = labels != IGNORED
    assert not (chosen & ~ordinary).any() and (masked[~chosen] == ids[~chosen]).all()
    assert (labels[chosen] == 50).all()
    assert chosen.sum() / ordinary.sum() == pytest.approx(0.15, abs=0.005)
    hidden = (masked[chosen] == tokenizer.mask_token_id).float().mean().item()
    kept = (masked[chosen] == 50).float().mean().item()
    assert hidden == pytest.approx(0.8, abs=0.01)
    assert kept == pytest.approx(0.1, abs=0.01)
    again, _ = mask_tokens(ids, tokenizer, 0.15, torch.Generator().manual_seed(1))
    assert (again != masked).any()


def test_batches_hold_each_row_once_an_epoch_within_the_budget():
    ids = [[0] * (1 + row % 40) for row in range(1_000)]
    batches = training.Batches(ids, tokens=200, seed=0)
    steps = batches.steps(2)
    seen = [batches[step] for step in range(steps)]
    assert sorted(row for batch in seen for row in batch) == sorted(list(range(1_000)) * 2)
    assert all(max(len(ids[row]) for row in batch) * len(batch) <= 200 for batch in seen)
    assert seen[: steps // 2] != seen[steps // 2 :]
    assert [training.Batches(ids, 200, 0)[step] for step in range(5)] == seen[:5]


def test_padding_does_not_change_the_triple_loss(tokenizers):
    tokenizer = tokenizers["roberta-base"]
    teacher = masked_lm("roberta-base", tokenizer, TINY).eval()
    for weight in teacher.parameters():
        weight.data *= 8  # else two untrained models hardly differ
    student = student_of(teacher, STUDENT_LAYERS)
    ids = torch.tensor([tokenizer("The film is good.")["input_ids"]])
    labels = torch.full_like(ids, IGNORED)
    labels[0, 2] = ids[0, 2]
    plain = triple_loss(student, teacher, ids, labels, torch.ones_like(ids))
    padding = (0, 5)
    padded = triple_loss(
        student,
        teacher,
        nn.functional.pad(ids, padding, value=tokenizer.pad_token_id),
        nn.functional.pad(labels, padding, value=IGNORED),
        nn.functional.pad(torch.ones_like(ids), padding),
    )
    assert plain.keys() == {"soft_target", "masked_lm", "cosine"} and min(plain.values()) > 0.01
    for part in plain:
        torch.testing.assert_close(plain[part], padded[part], rtol=1e-4, atol=1e-5)


def test_the_pronoun_probe_finds_what_a_model_was_made_to_say(tokenizers, monkeypatch):
    """With logits that grow with the number of an occupation the ranks agree; with the sign turned they are opposed."""
    tokenizer = tokenizers["bert-base-uncased"]
    shares = {"nurse": 0.9, "doctor": 0.4, "plumber": 0.1}
    monkeypatch.setattr(probes, "occupation_shares", lambda: shares)
    she, he = (tokenizer.convert_tokens_to_ids(word) for word in ("she", "he"))

    def odds(sign):
        def vocabulary_logits(model, hidden):
            table = torch.zeros(len(shares), len(tokenizer))
            table[:, she], table[:, he] = sign * torch.tensor([2.0, 1.0, 0.0]), 0.5
            return table

        return vocabulary_logits

    model = masked_lm("bert-base-uncased", tokenizer, TINY)
    for sign in (1, -1):
        monkeypatch.setattr(measure, "vocabulary_logits", odds(sign))
        assert probes.pronoun_scores(model, tokenizer, list(shares)) == [sign * 2 - 0.5, sign - 0.5, -0.5]
        assert probes.pronoun_figures(model, tokenizer)["pronouns"] == {"occupations": 3, "spearman": sign}


def test_the_gender_shift_is_the_difference_of_mean_log_odds(monkeypatch):
    women = tuple(Generator().words["women"])

    def log_odds(model, tokenizer, texts):
        return torch.tensor([0.75 if text.startswith(women) else 0.0 for text in texts])

    monkeypatch.setattr(probes, "log_odds", log_odds)
    shift = probes.gender_shift(None, None)["gender_shift"]
    assert shift["women against men"] == {"log_odds": 0.75, "interval": [0.75, 0.75]}
    assert [shift[f"{one} against other {one}"]["log_odds"] for one in ("women", "men")] == [0, 0]


def test_the_baseline_learns_words_and_is_scored_on_both_sets():
    rated = [corpus.Labelled(f"a {word} film", label) for word, label in (("good", 1), ("bad", 0)) for _ in range(20)]
    found = sentiment.baseline(rated, [corpus.Labelled("good", 1), corpus.Labelled("bad", 0)])
    assert found["held_out_accuracy"] == 1.0 and 0.4 < found["reviews_accuracy"] < 0.8
    assert sentiment.baseline(rated, [])["held_out_accuracy"] is None


RATED = [
    corpus.Labelled(f"We saw number {n} and it was a {word} evening for all of us", label)
    for n in range(20)
    for label, word in enumerate(("dreadful", "lovely"))
]


def test_fragments_are_short_runs_of_the_texts_with_the_linear_models_opinion():
    texts, positive = fragments.fragments(RATED, replace(TINY, fragments=500))
    assert len(texts) == len(set(texts)) == len(positive) and 100 < len(texts) < 500
    assert {len(text.split()) for text in texts} == set(range(2, 10))
    assert all(any(text in item.text for item in RATED) for text in texts)
    assert positive == pytest.approx(linear.fit(RATED).predict_proba(texts)[:, 1])
    for text, said in zip(texts, positive, strict=True):
        assert said > 0.6 if "lovely" in text else said < 0.4 if "dreadful" in text else 0.3 < said < 0.7
    assert fragments.fragments(RATED, replace(TINY, fragments=500)) == (texts, positive)
    assert fragments.fragments(RATED, replace(TINY, fragments=500, seed=TINY.seed + 1))[0] != texts


def test_half_of_the_fragments_let_rare_words_have_their_turn(monkeypatch):
    """Two lines of 2,000 hold the word: cut from any line, 300 fragments hardly meet it."""
    common = [corpus.Labelled("so it went on and on as ever before", n % 2) for n in range(1_998)]
    rare = [corpus.Labelled("an exquisite dish", 1), corpus.Labelled("an exquisite view", 1)]

    def met():
        texts, _ = fragments.fragments(common + rare, replace(TINY, fragments=300))
        return [text for text in texts if "exquisite" in text]

    assert len(met()) >= 4
    monkeypatch.setattr(fragments, "_places", lambda lines: [])
    assert len(met()) <= 1


def test_a_text_shorter_than_a_fragment_is_taken_whole():
    texts, _ = fragments.fragments(
        [corpus.Labelled("So good", 1), corpus.Labelled("So bad", 0)] * 5, replace(TINY, fragments=50)
    )
    assert set(texts) == {"So good", "So bad"}


def test_a_classifier_learns_fragments_first_and_an_ablations_does_not(tokenizers, tmp_path, monkeypatch):
    tokenizer, name = tokenizers["roberta-base"], "roberta-base-SST-2"
    masked_lm("roberta-base", tokenizer, TINY).save_pretrained(tmp_path / "base")
    seen = []

    def train(model, loss_at, steps, rate, folder, seed, save_every):
        seen.append((folder.relative_to(tmp_path).as_posix(), rate))
        assert loss_at(0).item() == pytest.approx(torch.tensor(2.0).log().item(), abs=0.05)  # it knows nothing yet
        return [0.0] * steps

    monkeypatch.setattr(classify, "train", train)
    for place, settings in (("whole", TINY), ("short", replace(TINY, fragments=0))):
        classify.classifier(name, tmp_path / "base", RATED, tokenizer, settings, tmp_path / place)
    labels = TINY.classifier_rate
    assert seen == [("whole/fragments", TINY.fragment_rate), ("whole", labels), ("short", labels)]


def test_the_linear_model_is_fitted_by_one_thread(monkeypatch):
    """With several, its last digits depend on their number, and with them all that is learnt from it."""
    used, fit = [], linear.LogisticRegression.fit

    def watched(*parts):
        used.extend(pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas")
        return fit(*parts)

    monkeypatch.setattr(linear.LogisticRegression, "fit", watched)
    with threadpoolctl.threadpool_limits(2):
        linear.fit(RATED)
    assert set(used) == {1}


def test_together_every_model_has_the_same_voice():
    """Whatever the scale and the offset of its log-odds."""
    votes = [torch.tensor([-2.0, -1.0, 0.0, 3.0]), torch.tensor([-1.0, 1.0, -2.0, 2.0])]
    said = ensemble.together(votes)
    assert said.shape == (4,) and said[3] > 0.5 > said[0]
    for vote, other in (votes, reversed(votes)):
        torch.testing.assert_close(ensemble.together([100 * vote + 7, other]), said)
    assert ensemble.together(votes + votes)[3] > said[3]  # what more models say is surer


def test_logits_come_in_the_order_of_the_texts(tokenizers):
    tokenizer = tokenizers["bert-base-uncased"]
    model = rated_model(tokenizer)
    texts = ["So good and so long that we all fell asleep in the end", "Good", "Not a bad evening for a film"]
    alone = torch.cat([classify.logits(model, tokenizer, [text]) for text in texts])
    torch.testing.assert_close(classify.logits(model, tokenizer, texts, size=2), alone)
    torch.testing.assert_close(classify.log_odds(model, tokenizer, texts), alone[:, 1] - alone[:, 0])
    assert alone[:, 0].unique().numel() == 3


def rated_model(tokenizer):
    torch.manual_seed(0)
    return AutoModelForSequenceClassification.from_config(masked_lm("bert-base-uncased", tokenizer, TINY).config)


def test_a_classifier_learns_what_others_say_of_text_without_a_label(tokenizers, tmp_path):
    tokenizer = tokenizers["bert-base-uncased"]
    rated_model(tokenizer).save_pretrained(tmp_path / "alone")
    texts, fast = [item.text for item in RATED] * 40, replace(TINY, classifier_rate=0.02)
    for place, wanted in (("good", 0.9), ("bad", 0.2)):
        positive, at = [wanted] * len(texts), tmp_path / place
        model, losses = classify.agree(tmp_path / "alone", texts, positive, tokenizer, fast, at)
        assert classify.predict(model, tokenizer, texts[:9]) == pytest.approx(wanted, abs=0.05)
        assert losses[-1] < losses[0] - 0.05


def test_with_nothing_to_learn_from_a_classifier_stays_as_it_was(tokenizers, tmp_path):
    tokenizer = tokenizers["bert-base-uncased"]
    before = rated_model(tokenizer)
    before.save_pretrained(tmp_path / "alone")
    after, losses = classify.agree(tmp_path / "alone", [], [], tokenizer, TINY, tmp_path / "after")
    assert losses == []
    assert all(torch.equal(value, after.state_dict()[key]) for key, value in before.state_dict().items())


def test_an_ablation_leaves_out_what_its_name_says():
    whole = ablation.VARIANTS["all three losses"][0]
    for name, part in (("distillation", "soft_target"), ("cosine", "cosine"), ("masked-LM", "masked_lm")):
        weights, layers, _ = ablation.VARIANTS[f"no {name} loss"]
        assert weights == whole | {part: 0.0} and layers == STUDENT_LAYERS
    assert ablation.VARIANTS["random start"][:2] == (whole, None)


def test_the_unigram_baseline_is_the_entropy_of_a_uniform_text():
    lines = [[0, *range(10, 18), 2]] * 1_000
    assert -measure.unigram(lines, 20)[10].item() == pytest.approx(torch.tensor(8.0).log().item(), abs=0.01)


def test_an_interrupted_training_ends_with_the_same_weights(tokenizers, texts, tmp_path, monkeypatch):
    tokenizer = tokenizers["roberta-base"]
    ids = tokenizing.encode(tokenizer, texts[:400], 64)
    whole, losses = pretrain("roberta-base", ids, tokenizer, TINY, tmp_path / "whole")
    real, calls = training._save, []

    def stop_after_first(*parts):
        real(*parts)
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "_save", stop_after_first)
    with pytest.raises(KeyboardInterrupt):
        pretrain("roberta-base", ids, tokenizer, TINY, tmp_path / "parts")
    resumed, again = pretrain("roberta-base", ids, tokenizer, TINY, tmp_path / "parts")
    assert len(calls) == TINY.teacher_steps // TINY.save_every
    assert again == losses
    for key, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[key]), key


def test_dropout_is_the_same_after_an_interruption(tmp_path):
    def losses(steps, folder):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5))
        torch.manual_seed(len(str(folder)) + steps)  # whatever ran before must not matter
        return training.train(model, lambda step: model(torch.ones(1, 8)).square().sum(), steps, 0.0, folder, 5, 2)

    whole = losses(4, tmp_path / "whole")
    assert losses(2, tmp_path / "parts") == whole[:2]
    assert losses(4, tmp_path / "parts") == whole
    assert len(set(whole)) > 1


# --- the whole recipe ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A whole `--quick` run, without NLTK data."""
    place = tmp_path_factory.mktemp("recipe")
    threads, paths = torch.get_num_threads(), nltk.data.path
    nltk.data.path = []
    try:
        assert recipe.main(["--quick", "--work", str(place / "work"), "--out", str(place / "out")]) == 0
    finally:
        nltk.data.path = paths
        torch.set_num_threads(threads)
        logging.getLogger("recipe").handlers.clear()
    return place


NAMES = list(run.PARENT)
RATED_NAMES = list(classify.LABELS)


@pytest.mark.parametrize("name", NAMES)
def test_a_quick_run_makes_folders_that_load(made, name):
    loader = AutoModelForMaskedLM if "sst-2" not in name.lower() else AutoModelForSequenceClassification
    model, found = loader.from_pretrained(made / "out" / name, output_loading_info=True)
    assert not any(found.values())
    assert model.dtype == torch.float32
    tokenizer = AutoTokenizer.from_pretrained(made / "out" / name)
    assert len(tokenizer) == model.config.vocab_size
    assert torch.isfinite(model(**tokenizer("Hello there.", return_tensors="pt")).logits).all()


def test_a_quick_run_leaves_sums_figures_log_and_curves(made):
    out = made / "out"
    listed = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    files = {path.relative_to(out).as_posix() for name in NAMES for path in (out / name).iterdir()}
    assert listed.keys() == files
    assert all(hashlib.sha256((out / path).read_bytes()).hexdigest() == sum_ for path, sum_ in listed.items())
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    assert figures["checkpoints"].keys() == set(NAMES)
    assert figures["settings"] == QUICK.as_dict()
    assert "sentence_polarity" in (made / "work" / "recipe.log").read_text(encoding="utf-8")
    assert 5_000 < (out / "losses.png").stat().st_size < 60_000


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_was_measured(made, name):
    card = (made / "out" / name / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlanguage: en\n") and "not the published checkpoint" in card
    assert "$" not in card
    figures = json.loads((made / "out" / "figures.json").read_text(encoding="utf-8"))["checkpoints"][name]
    if "generated" in figures:
        assert f"{figures['generated']['loss']:.2f} | {figures['generated']['unigram_loss']:.2f}" in card
        assert f"Spearman {figures['pronouns']['spearman']:.2f}" in card
        assert len(figures["fill_mask"]) == 30
        for prompt, answers in figures["fill_mask"].items():
            assert f"| {prompt.format('…')} | {', '.join(answers)} |" in card
    if "speed_up" in figures:
        assert f"{figures['speed_up']:.2f} times as fast" in card
    assert ("*Ablation*" in card) == ("ablation" in figures) == (name == "distilbert-base-uncased")
    for variant, of in figures.get("ablation", {"variants": {}})["variants"].items():
        assert re.search(rf"\| {variant} \|.* {of['reviews_accuracy']:.3f} \| [+-]\d", card)


def test_the_card_of_a_classifier_gives_its_accuracy_beside_the_baselines(made, tmp_path):
    """Without NLTK data nothing is held out and the card says so; with a held-out part it gives every figure."""
    name = "roberta-base-SST-2"
    assert "nothing could be measured" in (made / "out" / name / "README.md").read_text(encoding="utf-8")
    whole = json.loads((made / "out" / "figures.json").read_text(encoding="utf-8"))
    folder = tmp_path / name
    shutil.copytree(made / "out" / name, folder)
    own = whole["checkpoints"][name]
    own["held_out_accuracy"], own["peer"]["held_out_accuracy"], own["alone"]["held_out_accuracy"] = 0.8125, 0.75, 0.7
    whole["baseline"]["held_out_accuracy"] = 0.625
    cards.write(folder, "roberta-base", whole["checkpoints"], whole | {"held_out_sentences": 1_234}, QUICK)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "(1,234 sentences)" in card
    rows = {"this checkpoint": own, "distilroberta-base": own["peer"], "TF-IDF": whole["baseline"]}
    for label, of in (rows | {"before it learnt from the others": own["alone"]}).items():
        row = f"{of['held_out_accuracy']:.3f} | {of['reviews_accuracy']:.3f} |"
        assert re.search(rf"{label}.*\| {re.escape(row)}", card)
    assert ("Below the TF-IDF baseline on" in card) == (
        own["reviews_accuracy"] <= whole["baseline"]["reviews_accuracy"]
    )
    assert "| women against men |" in card and "| men against other men |" in card


def test_the_statistics_of_the_text_are_published(made):
    found = json.loads((made / "out" / "statistics.json").read_text(encoding="utf-8"))
    drawn = list(Generator(QUICK.seed).sentences(QUICK.generated_sentences))
    counts = gender_counts(drawn)
    assert found["occupations"].keys() == counts.keys()
    for occupation, of in found["occupations"].items():
        assert (of["women"], of["women"] + of["men"]) == counts[occupation]
        assert of["published_share_women"] == occupation_shares()[occupation]
    assert found["opinions"] == opinion_counts(drawn)


@pytest.fixture
def copied(made, tmp_path):
    """A copy of the finished run before its last stage, with text without a label."""
    work, out = (Path(shutil.copytree(made / folder, tmp_path / folder)) for folder in ("work", "out"))
    for name in RATED_NAMES:
        (work / name / "state.pt").unlink()
    copy = run.Run(QUICK, work, out)
    texts = [f"The evening was {word} and number {n} too" for n in range(40) for word in ("awful", "lovely", "long")]
    copy.text = copy.text._replace(unrated=texts)
    return copy


def test_the_last_lesson_is_what_all_say_together_and_the_labels(copied):
    texts, positive = copied._lesson()
    rated, unrated = copied.text.rated, copied.text.unrated
    assert texts == unrated + [item.text for item in rated]
    assert positive[len(unrated) :] == [item.label for item in rated]
    votes = [torch.tensor(linear.fit(rated).decision_function(unrated))]
    for name in RATED_NAMES:
        model = AutoModelForSequenceClassification.from_pretrained(copied.work / f"{run.PARENT[name]}-rated" / "model")
        votes.append(classify.log_odds(model, AutoTokenizer.from_pretrained(copied.home / name), unrated))
    assert positive[: len(unrated)] == pytest.approx(ensemble.together(votes).tolist(), abs=1e-6)


def test_the_classifiers_learn_last_from_each_other(made, copied):
    """The figures before and after are both kept, and the card gives both."""
    before = {name: json.loads((made / "work" / name / "figures.json").read_text()) for name in RATED_NAMES}
    copied.classifiers()
    copied.finish()
    figures = json.loads((copied.home / "figures.json").read_text())["checkpoints"]
    for name in RATED_NAMES:
        own, old = figures[name], before[name]
        assert own["steps"] > old["steps"] and own["alone"] == old["alone"] and own["peer"] == old["peer"]
        assert not {"losses", "last_losses"} & own.keys()
        weights = [load_file(at / name / "model.safetensors") for at in (copied.home, made / "out")]
        assert not all(torch.equal(value, weights[1][key]) for key, value in weights[0].items())
        assert f"{own['steps']:,} steps" in (copied.home / name / "README.md").read_text(encoding="utf-8")


def test_a_second_run_goes_on_and_changes_no_weight(made, monkeypatch):
    """Every stage is found done: no step is trained, and the files come out the same."""
    monkeypatch.setattr(nltk.data, "path", [])
    sums = (made / "out" / "SHA256SUMS").read_text()
    weights = [line for line in sums.splitlines() if "safetensors" in line]
    monkeypatch.setattr(training, "_save", lambda *parts: pytest.fail("a finished stage was trained again"))
    assert recipe.main(["--quick", "--work", str(made / "work"), "--out", str(made / "out")]) == 0
    again = (made / "out" / "SHA256SUMS").read_text().splitlines()
    assert [line for line in again if "safetensors" in line] == weights and len(weights) == len(NAMES)
    logging.getLogger("recipe").handlers.clear()


def test_a_work_folder_of_other_settings_is_refused(made):
    with pytest.raises(SystemExit, match="other settings: delete it, or name another one with --work"):
        run.Run(FULL, made / "work", made / "out")
