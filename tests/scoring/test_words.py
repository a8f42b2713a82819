"""A target is the one token that a text would really hold at its mask; else an error offers the right spelling."""

import pytest
import transformers
from families import unigram_tokenizer

from utils import scoring
from utils.scoring.words import one_token

MIDDLE, START, QUOTED = "The man said that <mask> was tired.", "<mask> was tired.", 'She said "<mask> was tired"'


def test_two_spellings_of_a_word_are_one_token(roberta):
    table = scoring.token_logprobs(*roberta, [MIDDLE], [" he", "Ġhe"])
    assert table[" he"].iloc[0] == table["Ġhe"].iloc[0]


def test_a_target_is_read_as_the_tokenizer_reads_a_text(roberta, bert):
    for _, tokenizer in (roberta, bert):
        for target in (" he", " she", "He"):
            assert [one_token(tokenizer, target)] == tokenizer(target, add_special_tokens=False)["input_ids"]
    assert bert[1].convert_ids_to_tokens(one_token(bert[1], "##s")) == "##s"
    assert roberta[1].convert_ids_to_tokens(one_token(roberta[1], "Ġnurse")) == "Ġnurse"


@pytest.mark.parametrize(
    "text, target, offer",
    [
        (MIDDLE, "he", "would hold 'Ġhe' .* Write ' he'"),
        (START, " He", "would hold 'He' .* Write 'He'"),
        (START, " he", "Write 'He'"),
        (START, "he", "Write 'He'"),
        (START, "Ġhe", "Write 'He'"),
        (QUOTED, " he", "would hold 'he' .* Write 'he'"),
    ],
)
def test_a_token_that_the_text_would_not_hold_is_an_error_that_offers_the_right_one(roberta, text, target, offer):
    with pytest.raises(ValueError, match=offer):
        scoring.token_logprobs(*roberta, [text], [target])


@pytest.mark.parametrize("text, target", [(MIDDLE, " he"), (START, "He"), (QUOTED, "he")])
def test_the_right_one_is_scored(roberta, text, target):
    assert scoring.token_logprobs(*roberta, [text], [target]).iloc[0, 0] < 0


def test_one_text_that_does_not_fit_among_many_is_found(roberta):
    with pytest.raises(ValueError, match="<mask> was tired"):
        scoring.token_logprobs(*roberta, [MIDDLE, START], [" he"])


def test_strict_false_scores_the_token_as_it_is(roberta):
    table = scoring.token_logprobs(*roberta, [MIDDLE], ["he", " he"], strict=False)
    assert table["he"].iloc[0] < table[" he"].iloc[0]


@pytest.mark.parametrize("target", ["he", "He", " he"])
def test_an_uncased_model_takes_every_spelling(bert, target):
    texts = ["The man said that [MASK] was tired.", "[MASK] was tired."]
    assert (
        scoring.token_logprobs(*bert, texts, [target]).to_numpy()
        == scoring.token_logprobs(*bert, texts, ["he"]).to_numpy()
    ).all()


def test_a_word_that_melts_into_its_neighbour_is_scored(bert):
    assert scoring.token_logprobs(*bert, ["They walk[MASK] home."], ["##ed"]).iloc[0, 0] < 0


def test_pieces_are_named_and_the_spelling_that_is_one_token_is_offered(roberta, bert):
    with pytest.raises(ValueError, match="3 tokens, 'n', 'ur', 'se', .*Write ' nurse', which is one: 'Ġnurse'"):
        scoring.token_logprobs(*roberta, [MIDDLE], ["nurse"])
    with pytest.raises(ValueError, match="'gh', '##e', .*Write ' he'"):
        scoring.token_logprobs(*bert, ["I saw [MASK]."], ["Ġhe"])


def test_a_target_with_no_such_spelling_leads_to_whole_sentences(roberta):
    with pytest.raises(ValueError, match="is 3 tokens.*pseudo_log_likelihood"):
        scoring.token_logprobs(*roberta, [MIDDLE], [" hairdressers"])


def test_an_unknown_word_is_refused(bert):
    with pytest.raises(ValueError, match="not in the vocabulary"):
        scoring.token_logprobs(*bert, ["I saw [MASK]."], ["☃"])


def test_a_text_without_a_mask_is_refused_with_the_right_mask(roberta):
    with pytest.raises(ValueError, match="no mask in 'I saw .MASK..'. Write <mask>"):
        scoring.token_logprobs(*roberta, ["I saw [MASK]."], [" he"])


def test_of_two_masks_one_must_be_chosen(roberta):
    texts = ["The <mask> said that <mask> was tired."]
    with pytest.raises(ValueError, match="2 masks.*mask=0.*mask=-1"):
        scoring.token_logprobs(*roberta, texts, [" he"])
    last = scoring.token_logprobs(*roberta, texts, [" he"], mask=-1)
    assert last.equals(scoring.token_logprobs(*roberta, texts, [" he"], mask=1))
    assert not last.equals(scoring.token_logprobs(*roberta, texts, [" he"], mask=0))
    with pytest.raises(ValueError, match="no mask=2"):
        scoring.token_logprobs(*roberta, texts, [" he"], mask=2)


def test_a_tokenizer_that_marks_words_with_a_low_line(roberta):
    tokenizer = unigram_tokenizer()
    assert one_token(tokenizer, " he") == one_token(tokenizer, "he") == one_token(tokenizer, "▁he")
    config = transformers.AutoConfig.for_model("albert", vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8)
    config.update({"num_attention_heads": 1, "num_hidden_layers": 1, "pad_token_id": tokenizer.pad_token_id})
    model = transformers.AutoModelForMaskedLM.from_config(config)
    assert scoring.token_logprobs(model, tokenizer, ["he said [MASK] was a"], ["he"]).iloc[0, 0] < 0
    with pytest.raises(ValueError, match="would hold '▁He'"):
        scoring.token_logprobs(model, tokenizer, ["[MASK] was a"], ["he"])
