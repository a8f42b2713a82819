"""Who may teach whom, and the words in which the others are refused."""

import pytest
from small_models import small

from utils.distillation import check_pair

WHATEVER = {"id2label": {0: "no", 1: "yes"}, "label2id": {"no": 0, "yes": 1}}
TURNED = {"id2label": {0: "POSITIVE", 1: "NEGATIVE"}, "label2id": {"POSITIVE": 0, "NEGATIVE": 1}}


@pytest.mark.parametrize(
    ("student", "teacher"),
    [
        (("DistilBertForMaskedLM", {"n_layers": 1}), ("BertForMaskedLM", {})),
        (("RobertaForMaskedLM", {"num_hidden_layers": 3}), ("RobertaForMaskedLM", {})),
        (("DistilBertForSequenceClassification", {}), ("BertForSequenceClassification", {})),
        (("BertForSequenceClassification", {}), ("BertForSequenceClassification", WHATEVER)),  # names may differ
        (("ElectraForMaskedLM", {}), ("BertForMaskedLM", {})),
    ],
)
def test_pairs_that_can_be(student, teacher):
    check_pair(*(small(kind, **changes) for kind, changes in (student, teacher)))


@pytest.mark.parametrize(
    ("student", "teacher", "message"),
    [
        (
            ("DistilBertForMaskedLM", {"vocab_size": 61}),
            ("BertForMaskedLM", {}),
            "vocab_size is 61 .* 60 in the teacher",
        ),
        (("RobertaForMaskedLM", {"vocab_size": 50}), ("BertForMaskedLM", {}), "compared token by token"),
        (("DistilBertForMaskedLM", {"hidden_size": 8}), ("BertForMaskedLM", {}), "hidden_size is 8 .* weight 0"),
        (("RobertaForMaskedLM", {"max_position_embeddings": 42}), ("RobertaForMaskedLM", {}), "is too long for the"),
        (("DistilBertForMaskedLM", {}), ("BertForSequenceClassification", {}), "the other chooses labels"),
        (
            ("DistilBertForSequenceClassification", {"id2label": {0: "a", 1: "b", 2: "c"}}),
            ("BertForSequenceClassification", {}),
            "num_labels is 3 in the student and 2",
        ),
        (("BertForSequenceClassification", TURNED), ("BertForSequenceClassification", {}), "Use one order"),
        (("BertModel", {}), ("BertForMaskedLM", {}), "BertModel has no head to distil"),
        (("BertForMaskedLM", {}), ("BertLMHeadModel", {"is_decoder": True}), "BertLMHeadModel writes texts"),
        (("BertForMaskedLM", {}), ("BertForNextSentencePrediction", {}), "has no head to distil"),
        (("BertForMaskedLM", {}), ("BartForSequenceClassification", {}), "writes texts. Distil an encoder"),
        (
            ("BertForSequenceClassification", {}),
            ("BertForSequenceClassification", {"id2label": {0: "score"}, "label2id": {"score": 0}}),
            "no soft targets",
        ),
        (
            ("BertForSequenceClassification", {"problem_type": "multi_label_classification"}),
            ("BertForSequenceClassification", {}),
            "no soft targets",
        ),
    ],
)
def test_pairs_that_cannot_be(student, teacher, message):
    models = [small(kind, **changes) for kind, changes in (student, teacher)]
    with pytest.raises(ValueError, match=message):
        check_pair(*models)


def test_without_the_cosine_loss_the_widths_may_differ():
    student, teacher = small("DistilBertForMaskedLM", hidden_size=8), small("BertForMaskedLM")
    check_pair(student, teacher, cosine=False)
