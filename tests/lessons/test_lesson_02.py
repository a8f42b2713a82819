"""What lesson 02 must show."""

import re

from transformers import AutoTokenizer

from utils import checkpoints


def lines(printed, pattern):
    return re.findall(pattern, printed("notebooks/02_tokens_and_inputs"), re.MULTILINE)


def test_one_tokenizer_gives_the_sentence_back_and_the_other_does_not(printed):
    roberta, distilbert = lines(printed, r"^\d+ ids, back to text: (.*)$")
    assert roberta == "US tourists told us: this café is unbelievably good 🙂"
    assert "us tourists" in distilbert and "cafe" in distilbert and "🙂" not in distilbert


def test_the_steps_are_what_the_tokenizers_do_and_the_control_is_not(printed):
    (cut,) = lines(printed, r"^(\d+ of \d+) texts cut alike$")
    ((other, own),) = lines(printed, r"vocabulary: (\d+) of .*\n.*vocabulary:    (\d+) of ")
    assert cut == "440 of 440" and int(own) == 440 and int(other) < 400


def test_words_are_counted_by_the_marks_until_a_full_stop_comes(printed):
    ((words, starts, not_on),) = lines(printed, r"^words: (\d+) +with Ġ: (\d+) +without ##: (\d+)$")
    assert words == starts == not_on
    text = "a cleverly written film with unforgettable pictures."
    roberta, distilbert = (
        AutoTokenizer.from_pretrained(checkpoints.MINIS / name) for name in ("roberta-base", "distilbert-base-uncased")
    )
    assert sum(token.startswith("Ġ") for token in roberta.tokenize(" " + text)) == int(words) == len(text.split())
    assert sum(not token.startswith("##") for token in distilbert.tokenize(text)) == int(words) + 1


def test_ranks_rise_from_step_to_step(printed):
    ranks = [int(rank) for rank in lines(printed, r"^ +(\d+) Ġ")]
    assert len(ranks) >= 5 and ranks == sorted(ranks)


def test_case_is_lost_in_one_family_only(printed):
    found = lines(printed, r"^(\S+) +US/us (\w+) +English/english (\w+) +us/us (\w+)")
    expected = {"roberta-base": "False", "distilroberta-base": "False"}
    expected |= {"bert-base-uncased": "True", "distilbert-base-uncased": "True"}
    assert {name: (us, english, control) for name, us, english, control in found} == {
        name: (same, same, "True") for name, same in expected.items()
    }


def test_who_uses_ignores_and_rejects_token_type_ids(printed):
    said = dict(lines(printed, r"^(\S+) +(IndexError: .*|largest difference \S+)$"))
    assert said["roberta-base"] == said["distilroberta-base"] == "IndexError: index out of range in self"
    assert float(said["bert-base-uncased"].split()[-1]) > 0.5
    assert said["distilbert-base-uncased"] == "largest difference 0.00"


def test_the_mask_leaves_float_noise_and_its_absence_does_not(printed):
    rows = lines(printed, r"again (\d), with the mask below 1e-4: (\w+), without (\S+), a typical number (\S+)$")
    assert len(rows) == 4
    for again, below, without, typical in rows:
        assert (again, below) == ("0", "True")
        assert float(without) > 0.5 * float(typical)  # "the vectors move: compare"


def test_the_classifier_changes_its_answer_only_without_the_mask(printed):
    rows = lines(printed, r"^ *\d+ pads: with the mask (\S+), without (\S+)$")
    assert len(rows) == 4 and len({masked for masked, _ in rows}) == 1
    assert rows[0][0] == rows[0][1] and abs(float(rows[-1][1]) - float(rows[0][1])) >= 0.05


def test_only_padding_on_the_left_of_bert_moves_the_text(printed):
    rows = dict(lines(printed, r"^(\S+) +as alone: right True +left (\w+)"))
    moved = {name for name, same in rows.items() if same == "False"}
    assert len(rows) == 4 and moved == {"bert-base-uncased", "distilbert-base-uncased"}


def test_both_models_take_512_tokens_and_no_more(printed):
    rows = lines(printed, r"511: (\w+) +512: (\w+) +513: (\w+) +514: (\w+)")
    assert rows == [("True", "True", "False", "False")] * 2


def test_two_messages_for_a_text_that_is_too_long(printed):
    said = dict(lines(printed, r"^(\S+), \d+ tokens\. \w+Error: (.*)$"))
    assert "514" in said["roberta-base"] and "512" in said["distilbert-base-uncased"]


def test_the_wrong_tokenizer_is_an_error_one_way_and_a_coin_the_other(printed):
    one, other = (int(count) for count in lines(printed, r"ids into \S+: (\d+) of 440 cannot be looked up"))
    assert one > 0 and other == 0
    (own,) = lines(printed, r"^its own tokenizer +(\S+)$")
    (wrong,) = lines(printed, r"^DistilBERT's +(\S+)$")
    assert float(own) >= float(wrong) + 0.05 and abs(float(wrong) - 0.5) <= 0.08


def test_windows_lose_nothing(printed):
    assert lines(printed, r"^all tokens are there: (\w+)$") == ["True"]
