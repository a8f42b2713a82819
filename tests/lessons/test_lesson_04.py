"""What lesson 04 must show."""

import re

from utils import checkpoints


def numbers(pattern, text):
    return [float(number.replace(",", "")) for number in re.findall(pattern, text)]


def test_the_pipeline_by_hand_agrees_to_the_sixth_digit(printed):
    assert "difference of the scores below 0.000001: True" in printed("notebooks/04_pipelines")


def test_both_classifiers_call_both_sentences_positive(printed):
    text = printed("notebooks/04_pipelines")
    for sentence in ("I love learning about AI!", "I enjoy sunny days and learning new things!"):
        assert f"RoBERTa     LABEL_1   {sentence}" in text and f"DistilBERT  POSITIVE  {sentence}" in text


def test_the_meaning_of_the_labels_is_shown_by_texts_that_are_known(printed):
    assert re.findall(r"^(LABEL_\d)  (positive|negative)", printed("notebooks/04_pipelines"), re.MULTILINE) == [
        ("LABEL_1", "positive"),
        ("LABEL_0", "negative"),
        ("LABEL_1", "positive"),
        ("LABEL_0", "negative"),
    ]


def test_the_old_argument_does_nothing(printed):
    text = printed("notebooks/04_pipelines")
    counted = numbers(r"labels with (?:return_all_scores=True|top_k=None|bananas=True): +(\d)", text)
    assert counted == [1, 2, 1]


def test_the_scores_promise_more_than_they_keep_and_the_control_is_chance(printed):
    text = printed("notebooks/04_pipelines")
    said = numbers(r"says (0\.\d+) on average", text)
    right = numbers(r"on average, is right (0\.\d+)", text)
    assert len(said) == 2 and all(promise > kept for promise, kept in zip(said, right, strict=True))
    assert all(abs(share - 0.5) < 0.1 for share in numbers(r"shuffled truth (0\.\d+)", text))


def test_a_base_model_answers_near_one_half_and_changes_its_mind(printed):
    text = printed("notebooks/04_pipelines")
    rows = re.findall(r"^load (\d): (LABEL_\d) (0\.\d+)  (?!fine-tuned)", text, re.MULTILINE)
    tuned = re.findall(r"^load \d: (LABEL_\d 0\.\d+)  fine-tuned", text, re.MULTILINE)
    assert all(abs(float(score) - 0.5) < 0.1 for _, _, score in rows)
    first, second = ([row[1:] for row in rows if row[0] == load] for load in "12")
    assert len(first) == len(second) == 2 and first != second
    assert len(tuned) == 2 and len(set(tuned)) == 1


def test_the_space_before_the_word_matters_a_thousandfold(printed):
    times = numbers(r"that is about ([\d,]+) times as much", printed("notebooks/04_pipelines"))
    assert len(times) == 2 and min(times) > 1000


def test_the_published_fillings_stand_beside_ours(printed):
    text = printed("notebooks/04_pipelines")
    for name, prompts in checkpoints.published()["fill_mask"].items():
        if name in checkpoints.CATALOGUE:
            for prompt, words in prompts.items():
                assert f"{name}: {prompt}\n  card: {', '.join(words)}\n  here: " in text


def test_every_published_filling_is_likely_and_fits_the_mask_of_its_model():
    published = checkpoints.published()["fill_mask"]
    assert set(published) == {
        "what",
        "source",
        *(row.name for row in checkpoints.CATALOGUE.values() if row.task == "MaskedLM"),
    }
    for name in set(published) - {"what", "source"}:
        mask = "<mask>" if "roberta" in name else "[MASK]"
        for prompt, words in published[name].items():
            assert prompt.count(mask) == 1 and len(words) == 5
            assert list(words.values()) == sorted(words.values(), reverse=True) and sum(words.values()) < 1


def test_four_tasks_are_gone(printed):
    assert printed("notebooks/04_pipelines").count("has been removed from transformers.") == 4


def test_sorting_saves_padding(printed):
    as_they_come, in_order = numbers(r"padding, .*: +(\d+)", printed("notebooks/04_pipelines"))
    assert in_order < as_they_come / 2


def test_every_bad_input_has_its_message(printed):
    text = printed("notebooks/04_pipelines")
    for message in (
        "You need to specify",
        "list index out of range",
        "size 514",
        "must match the size of tensor b (512)",
    ):
        assert message in text
    assert text.count("gives both verdicts the very same answer: True") == 2
    assert "an empty text" in text and "not a text but a NoneType" in text
