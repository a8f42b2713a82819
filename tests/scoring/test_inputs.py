"""What cannot be scored is refused in a sentence that names the fix."""

import pytest
import transformers

from utils import scoring
from utils.checkpoints import MINIS, blueprint

SCORES = {
    "token_logprobs": lambda model, tokenizer, texts: scoring.token_logprobs(model, tokenizer, texts, [" he"]),
    "pseudo_log_likelihood": scoring.pseudo_log_likelihood,
    "aul": scoring.aul,
    "conditional": lambda model, tokenizer, texts: scoring.conditional(
        model, tokenizer, [(text, text) for text in texts] if isinstance(texts, list) else texts
    ),
}


def tiny(kind, auto_class, **options):
    small = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    return auto_class.from_config(transformers.AutoConfig.for_model(kind, vocab_size=5600, **small, **options))


@pytest.fixture(params=SCORES)
def score(request):
    return SCORES[request.param]


def test_a_model_without_a_head_is_refused(score, roberta):
    for auto_class in (transformers.AutoModel, transformers.AutoModelForSequenceClassification):
        with pytest.raises(ValueError, match="no masked-language-model head.*AutoModelForMaskedLM"):
            score(tiny("roberta", auto_class), roberta[1], ["A text."])


def test_a_causal_model_is_refused(score, roberta):
    gpt = transformers.AutoModelForCausalLM.from_config(
        transformers.GPT2Config(vocab_size=5600, n_embd=8, n_layer=1, n_head=1)
    )
    decoder = tiny("roberta", transformers.AutoModelForMaskedLM, is_decoder=True)
    for model in (gpt, tiny("roberta", transformers.AutoModelForCausalLM, is_decoder=True), decoder):
        with pytest.raises(ValueError, match="causal model.*AutoModelForMaskedLM"):
            score(model, roberta[1], ["A text."])


def test_what_is_no_model_is_refused(score, roberta):
    for given in (roberta[::-1], ("roberta-base", roberta[1]), (roberta[0], None)):
        with pytest.raises(ValueError, match="in this order.*from_pretrained"):
            score(*given, ["A text."])


def test_a_model_without_weights_is_refused(score, roberta):
    with pytest.raises(ValueError, match='device="cpu"'):
        score(blueprint("distilroberta-base", "MaskedLM"), roberta[1], ["A text."])


def test_a_tokenizer_without_a_mask_is_refused(score, roberta):
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINIS / "roberta-base")
    tokenizer.mask_token = None
    with pytest.raises(ValueError, match="no mask token"):
        score(roberta[0], tokenizer, ["A text."])


def test_the_tokenizer_of_another_model_is_refused(score, roberta, bert):
    small = tiny("bert", transformers.AutoModelForMaskedLM)
    small.resize_token_embeddings(50)
    with pytest.raises(ValueError, match="do not belong together"):
        score(small, bert[1], ["A nurse said [MASK] was tired." if score is SCORES["token_logprobs"] else "A nurse."])


@pytest.mark.parametrize(
    "texts, message",
    [
        ([], "list is empty"),
        (["A text.", ""], "index [01].* is empty"),
        (["  "], "is empty"),
        (["A text.", None], "is None, a NoneType"),
        ("A text.", "One string was given"),
    ],
)
def test_texts_that_are_none_are_refused(score, roberta, texts, message):
    with pytest.raises(ValueError, match=message):
        score(*roberta, texts)


@pytest.mark.parametrize("words", [511, 10_000])
def test_a_text_that_is_too_long_is_refused(score, roberta, bert, words):
    for model, tokenizer in (roberta, bert):
        mask = tokenizer.mask_token if score is SCORES["token_logprobs"] else "a"
        with pytest.raises(ValueError, match=f"{words + 2:,} tokens long, and this model reads 512.*sentence"):
            score(model, tokenizer, [mask + " a" * (words - 1)])


def test_the_longest_text_that_fits_is_scored(roberta, bert):
    for model, tokenizer in (roberta, bert):
        assert scoring.aul(model, tokenizer, ["a" + " a" * 509])["tokens"].iloc[0] == 510


@pytest.mark.parametrize("name", ["pseudo_log_likelihood", "aul", "conditional"])
def test_a_mask_in_a_text_whose_tokens_are_scored_is_refused(name, roberta):
    with pytest.raises(ValueError, match="masks by itself.*token_logprobs"):
        SCORES[name](*roberta, ["He is a <mask>."])


@pytest.mark.parametrize("name", ["pseudo_log_likelihood", "aul", "conditional"])
def test_a_text_without_a_token_is_refused(name, bert):
    with pytest.raises(ValueError, match="has no token"):
        SCORES[name](*bert, ["\u0000"])


def test_an_unknown_variant_is_refused(roberta):
    with pytest.raises(ValueError, match='"original" or "within_word_l2r"'):
        scoring.pseudo_log_likelihood(*roberta, ["A text."], variant="l2r")


@pytest.mark.parametrize(
    "pairs, message",
    [
        (["One text.", "Another."], "index 0 is no pair"),
        ([("One.", "Two.", "Three.")], "index 0 is no pair"),
        ([("One.", "Two."), ("One.", 2)], "sentence of pair 1 at index 1 is 2"),
        ([("yes", "never")], "shares no token"),
    ],
)
def test_what_is_no_pair_is_refused(bert, pairs, message):
    with pytest.raises(ValueError, match=message):
        scoring.conditional(*bert, pairs)


@pytest.mark.parametrize("scored", [scoring.aul, scoring.pseudo_log_likelihood])
def test_a_batch_of_nothing_is_refused(scored, roberta):
    with pytest.raises(ValueError, match="Give 1 or more"):
        scored(*roberta, ["A text."], batch_tokens=0)
