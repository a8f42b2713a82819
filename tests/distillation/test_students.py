"""What a student starts from, for every class that can have one, and what is refused."""

import pytest
import torch
import transformers
from small_models import LABELS, SIZES, small

from utils import checkpoints
from utils.distillation import even_layers, student_of

PAIRS = {
    "BertForMaskedLM": "DistilBertForMaskedLM",
    "RobertaForMaskedLM": "RobertaForMaskedLM",
    "DistilBertForMaskedLM": "DistilBertForMaskedLM",
    "BertForSequenceClassification": "DistilBertForSequenceClassification",
    "RobertaForSequenceClassification": "RobertaForSequenceClassification",
    "DistilBertForSequenceClassification": "DistilBertForSequenceClassification",
}
MASKED_LM = [kind for kind in PAIRS if kind.endswith("MaskedLM")]
CLASSIFIERS = [kind for kind in PAIRS if kind.endswith("Classification")]
IDS = torch.tensor([[5, 17, 9, 33, 2], [8, 40, 2, 1, 1]])
MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])


def read(model):
    """Logits, and the last hidden states where there is no padding."""
    with torch.no_grad():
        output = model(input_ids=IDS, attention_mask=MASK, output_hidden_states=True)
    return output.logits[MASK == 1] if output.logits.ndim == 3 else output.logits, output.hidden_states[-1][MASK == 1]


def cut(teacher, layers):
    """Cuts all but `layers` out of the teacher, and the token types, which DistilBERT does not have."""
    encoder = (
        teacher.base_model.transformer if hasattr(teacher.base_model, "transformer") else teacher.base_model.encoder
    )
    encoder.layer = torch.nn.ModuleList(encoder.layer[number] for number in layers)
    if teacher.config.model_type == "bert":
        teacher.base_model.embeddings.token_type_embeddings.weight.data.zero_()
    return teacher


@pytest.mark.parametrize("layers", [[0, 3], [1, 2], [2], [0, 1, 2, 3], [3, 0]])
@pytest.mark.parametrize("kind", PAIRS)
def test_a_student_answers_as_its_teacher_with_the_other_layers_cut_out(kind, layers):
    teacher = small(kind)
    student = student_of(teacher, layers)
    assert type(student).__name__ == PAIRS[kind] and not student.training
    assert student.config.num_hidden_layers == len(layers)
    (logits, hidden), (expected_logits, expected) = read(student), read(cut(teacher, layers))
    torch.testing.assert_close(hidden, expected, rtol=1e-5, atol=1e-5)
    if kind != "BertForSequenceClassification":  # its head is another one
        torch.testing.assert_close(logits, expected_logits, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("total", "expected"), [(1, 1), (2, 1), (3, 1), (5, 2), (7, 3), (12, 6)])
@pytest.mark.parametrize("kind", ["BertForMaskedLM", "RobertaForMaskedLM"])
def test_half_of_any_number_of_layers_by_default(kind, total, expected):
    teacher = small(kind, num_hidden_layers=total)
    assert student_of(teacher).config.num_hidden_layers == expected
    assert student_of(teacher, count=total).config.num_hidden_layers == total


def test_even_layers_are_the_published_ones():
    assert even_layers(12) == [0, 2, 4, 7, 9, 11]
    assert even_layers(4) == [0, 3] and even_layers(12, 3) == [0, 6, 11] and even_layers(5, 1) == [0]


def test_even_layers_differ_and_keep_both_ends():
    for total in range(2, 40):
        for count in range(2, total + 1):
            layers = even_layers(total, count)
            assert len(set(layers)) == count and sorted(layers) == layers
            assert layers[0] == 0 and layers[-1] == total - 1


@pytest.mark.parametrize("kind", PAIRS)
def test_a_saved_student_loads_with_no_key_missing(kind, tmp_path):
    student = student_of(small(kind), seed=3)
    student.save_pretrained(tmp_path)
    loader = transformers.AutoModelForMaskedLM if kind in MASKED_LM else transformers.AutoModelForSequenceClassification
    loaded, found = loader.from_pretrained(tmp_path, output_loading_info=True)
    assert type(loaded) is type(student) and not any(found.values())
    for ours, expected in zip(read(loaded.eval()), read(student), strict=True):
        torch.testing.assert_close(ours, expected)


@pytest.mark.parametrize("kind", PAIRS)
def test_a_random_start_shares_no_matrix_with_the_teacher_and_follows_the_seed(kind):
    teacher = small(kind)
    first, again, other = (student_of(teacher, None, seed=seed).state_dict() for seed in (1, 1, 2))
    copied = student_of(teacher).state_dict()
    for name, value in first.items():
        assert torch.equal(value, again[name])
        if value.ndim > 1 and value.std() > 0:
            assert not torch.equal(value, other[name]) and not torch.equal(value, copied[name]), name


def test_only_the_head_of_berts_classifier_follows_the_seed():
    teacher = small("BertForSequenceClassification")
    one, same, two = (student_of(teacher, seed=seed).state_dict() for seed in (1, 1, 2))
    changed = {name for name, value in one.items() if not torch.equal(value, two[name])}
    assert changed == {"pre_classifier.weight", "classifier.weight"}
    assert all(torch.equal(value, same[name]) for name, value in one.items())


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_a_classifier_keeps_its_labels(kind):
    student = student_of(small(kind))
    assert student.config.id2label == LABELS and student.config.label2id == {"NEGATIVE": 0, "POSITIVE": 1}
    three = small(kind, id2label={0: "a", 1: "b", 2: "c"}, label2id={"a": 0, "b": 1, "c": 2})
    assert student_of(three)(IDS).logits.shape == (2, 3)


@pytest.mark.parametrize(
    ("teacher", "student"),
    [("bert-base-uncased", "distilbert-base-uncased"), ("roberta-base", "distilroberta-base")],
)
def test_the_published_teachers_have_students_of_the_published_shapes(teacher, student):
    """At full size, on the meta device, which holds shapes alone."""
    with torch.device("meta"):
        made = student_of(checkpoints.blueprint(teacher, "MaskedLM"))
    expected = checkpoints.blueprint(student, "MaskedLM")
    shapes = {name: tuple(value.shape) for name, value in expected.state_dict().items()}
    assert {name: tuple(value.shape) for name, value in made.state_dict().items()} == shapes
    assert made.config.num_hidden_layers == 6 and made.num_parameters() == expected.num_parameters()


def test_berts_settings_are_handed_down():
    changes = {"hidden_act": "relu", "hidden_dropout_prob": 0.3, "attention_probs_dropout_prob": 0.2}
    config = student_of(small("BertForMaskedLM", **changes, initializer_range=0.07)).config
    assert (config.activation, config.dropout, config.attention_dropout) == ("relu", 0.3, 0.2)
    assert config.initializer_range == 0.07 and config.pad_token_id == 0
    assert (config.dim, config.n_heads, config.hidden_dim) == (16, 2, 24)
    assert (config.vocab_size, config.max_position_embeddings) == (60, 40)


def test_an_untied_head_stays_untied():
    teacher = small("BertForMaskedLM", tie_word_embeddings=False)
    student = student_of(teacher, [0, 1, 2, 3])
    assert not torch.equal(student.vocab_projector.weight, student.distilbert.embeddings.word_embeddings.weight)
    torch.testing.assert_close(read(student)[0], read(cut(teacher, range(4)))[0], rtol=1e-5, atol=1e-5)


def test_teacher_and_student_share_no_memory_and_the_teacher_is_left_alone():
    teacher = small("RobertaForMaskedLM").train()
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    student = student_of(teacher)
    with torch.no_grad():
        for weight in student.parameters():
            weight.add_(1)
    assert all(torch.equal(value, before[name]) for name, value in teacher.state_dict().items())
    assert teacher.training and teacher.config.num_hidden_layers == 4


def test_the_dice_of_the_caller_are_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    student_of(small_without_dice(), None)
    assert torch.equal(torch.rand(3), expected)


def small_without_dice():
    with torch.random.fork_rng():
        return small("RobertaForMaskedLM")


def test_a_teacher_in_half_precision_has_a_student_in_single():
    assert student_of(small("RobertaForMaskedLM").half()).dtype == torch.float32


def refused(kind, message, *args, **kwargs):
    return pytest.param(kind, message, args, kwargs, id=message)


@pytest.mark.parametrize(
    ("kind", "message", "args", "kwargs"),
    [
        refused("BertModel", "Load the teacher as one of BertForMaskedLM"),
        refused("ElectraForMaskedLM", "no student for ElectraForMaskedLM"),
        refused("BertForTokenClassification", "no student for BertForTokenClassification"),
        refused("GPT2LMHeadModel", "reads from left to right"),
        refused("BertLMHeadModel", "BertLMHeadModel reads from left to right"),
        refused("BartForSequenceClassification", "is an encoder-decoder"),
        refused("T5ForConditionalGeneration", "T5ForConditionalGeneration is an encoder-decoder"),
        refused("BertForMaskedLM", "0 to 3, each once", [0, 4]),
        refused("BertForMaskedLM", "at least one of the teacher's layers", []),
        refused("BertForMaskedLM", "layers=.1, 1.: name", [1, 1]),
        refused("BertForMaskedLM", "layers=.-1.: name", [-1]),
        refused("BertForMaskedLM", "layers=.0.5.: name", [0.5]),
        refused("BertForMaskedLM", "layers='odd': ", "odd"),
        refused("BertForMaskedLM", "layers=2: ", 2),
        refused("BertForMaskedLM", "Leave count out", [0, 3], count=2),
        refused("RobertaForMaskedLM", "A teacher of 4 layers cannot give 5", count=5),
        refused("RobertaForMaskedLM", "A teacher of 4 layers cannot give 0", None, count=0),
    ],
)
def test_what_cannot_have_a_student_is_refused(kind, message, args, kwargs):
    if kind in PAIRS:
        teacher = small(kind)
    else:
        model_class = getattr(transformers, kind)
        more = {"is_decoder": True} if kind == "BertLMHeadModel" else {}
        config = model_class.config_class(**SIZES, **more)
        with torch.device("meta"):
            teacher = model_class(config)
    with pytest.raises(ValueError, match=message):
        student_of(teacher, *args, **kwargs)
