"""Every score of every family is that of a plain loop, one token at a time."""

import difflib

import numpy as np
import pytest
from families import PAIRS, TEXTS
from plain_loop import naive, naive_masked

from utils import scoring

CLOSE = 1e-5


def loop(model, tokenizer, text, also=lambda words, position: ()):
    """log P of each token of a text but the special ones, each masked together with the positions in `also`."""
    encoded = tokenizer(text)
    ids, words = encoded["input_ids"], encoded.word_ids()
    positions = range(1, len(ids) - 1)
    return [naive_masked(model, tokenizer, ids, position, also(words, position)) for position in positions]


def later_in_word(words, position):
    return [later for later in range(position + 1, len(words)) if words[later] == words[position]]


def test_the_pseudo_log_likelihood_is_the_sum_over_single_masks(family):
    expected = [loop(*family, text) for text in TEXTS]
    table = scoring.pseudo_log_likelihood(*family, TEXTS)
    assert list(table.index) == TEXTS
    assert list(table["tokens"]) == [len(found) for found in expected]
    np.testing.assert_allclose(table["score"], [sum(found) for found in expected], rtol=0, atol=CLOSE)
    assert np.std(np.concatenate(expected)) > 0.5  # the answers differ, so a wrong position would show


def test_within_word_l2r_masks_the_rest_of_the_word_too(family):
    expected = [sum(loop(*family, text, later_in_word)) for text in TEXTS]
    table = scoring.pseudo_log_likelihood(*family, TEXTS, variant="within_word_l2r")
    np.testing.assert_allclose(table["score"], expected, rtol=0, atol=CLOSE)
    original = scoring.pseudo_log_likelihood(*family, TEXTS)
    assert (abs(table["score"] - original["score"]) > 0.01).any()


def test_aul_is_the_mean_over_the_text_with_nothing_masked(family):
    model, tokenizer = family
    expected = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        expected.append(np.mean([naive(model, ids, place, ids[place]) for place in range(1, len(ids) - 1)]))
    table = scoring.aul(model, tokenizer, TEXTS)
    np.testing.assert_allclose(table["score"], expected, rtol=0, atol=CLOSE)
    assert list(table["tokens"]) == [len(tokenizer(text)["input_ids"]) - 2 for text in TEXTS]


def test_conditional_sums_over_the_shared_tokens_only(family):
    model, tokenizer = family
    table = scoring.conditional(model, tokenizer, PAIRS)
    for row, pair in zip(table.itertuples(), PAIRS, strict=True):
        ids = [tokenizer(text)["input_ids"] for text in pair]
        steps = difflib.SequenceMatcher(None, *map(str_ids, ids), autojunk=False).get_opcodes()
        equal = [step[1:] for step in steps if step[0] == "equal"]
        sides = [
            [place for start, end, _, _ in equal for place in range(start, end)][1:-1],
            [place for _, _, start, end in equal for place in range(start, end)][1:-1],
        ]
        expected = [sum(naive_masked(model, tokenizer, ids[side], p) for p in sides[side]) for side in (0, 1)]
        np.testing.assert_allclose(row[1:3], expected, rtol=0, atol=CLOSE)
        assert row.shared == len(sides[0]) == len(sides[1])


def str_ids(ids):
    return [str(token) for token in ids]


def test_token_logprobs_reads_the_mask(family):
    model, tokenizer = family
    mask = tokenizer.mask_token
    texts = [f"The nurse said that {mask} was tired.", f"Then {mask} said so."]
    table = scoring.token_logprobs(model, tokenizer, texts, [" he", " she"])
    assert list(table.index) == texts and list(table.columns) == [" he", " she"]
    for text in texts:
        ids = tokenizer(text)["input_ids"]
        for target in (" he", " she"):
            token = tokenizer(target, add_special_tokens=False)["input_ids"]
            expected = naive(model, ids, ids.index(tokenizer.mask_token_id), *token)
            assert table.loc[text, target] == pytest.approx(expected, abs=CLOSE)


def test_an_identical_pair_has_no_difference(roberta):
    table = scoring.conditional(*roberta, [PAIRS[2]])
    whole = scoring.pseudo_log_likelihood(*roberta, [PAIRS[2][0]])
    assert table["first"][0] == table["second"][0] == pytest.approx(whole["score"].iloc[0], abs=CLOSE)


def test_a_pandas_table_of_two_columns_holds_pairs(roberta):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(PAIRS, columns=["more", "less"])
    pd.testing.assert_frame_equal(scoring.conditional(*roberta, table), scoring.conditional(*roberta, PAIRS))


def test_the_mini_expects_what_its_text_says(roberta):
    """A sanity check on trained weights: a sentence in order is likelier than its words in disorder."""
    texts = ["The nurse was very tired.", "Tired very was nurse the."]
    for score in (scoring.pseudo_log_likelihood, scoring.aul):
        found = score(*roberta, texts)["score"]
        assert found.iloc[0] > found.iloc[1]
