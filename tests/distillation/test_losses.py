"""The three losses against references written with the modules of torch.nn: values and gradients, masks and padding."""

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from utils.commands.place import ROOT
from utils.distillation import cosine_loss, masked_lm_loss, soft_target_loss

BATCH, TOKENS, WIDTH = 3, 5, 7


@st.composite
def batches(draw):
    """Student and teacher (batch, tokens, width), an attention mask with padding on the right, and labels."""
    batch, tokens, width = draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(2, 9))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    scale = draw(st.sampled_from([0.1, 1.0, 5.0]))
    student, teacher = torch.randn(2, batch, tokens, width, generator=generator, dtype=torch.float64) * scale
    lengths = torch.tensor(draw(st.lists(st.integers(1, tokens), min_size=batch, max_size=batch)))
    mask = (torch.arange(tokens) < lengths[:, None]).long()
    labels = torch.randint(width, (batch, tokens), generator=generator)
    chosen = torch.rand(batch, tokens, generator=generator) < 0.5
    chosen[0, 0] = True
    return student.requires_grad_(), teacher, mask, labels.masked_fill(~(chosen & mask.bool()), -100)


def assert_same(ours, reference, student):
    """Equal within 1e-6, and so are the gradients."""
    torch.testing.assert_close(ours, reference, rtol=1e-6, atol=1e-6)
    (gradient,) = torch.autograd.grad(ours, student)
    (expected,) = torch.autograd.grad(reference, student)
    torch.testing.assert_close(gradient, expected, rtol=1e-6, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(batches(), st.sampled_from([0.5, 1.0, 2.0, 4.0]))
def test_the_soft_target_loss_is_that_of_torch(batch, temperature):
    student, teacher, mask, _ = batch
    rows = [(row, column) for row in range(len(mask)) for column in range(mask.shape[1]) if mask[row, column]]
    ours, theirs = (torch.stack([logits[place] for place in rows]) for logits in (student, teacher))
    divergence = nn.KLDivLoss(reduction="batchmean")(
        nn.LogSoftmax(-1)(ours / temperature), nn.Softmax(-1)(theirs / temperature)
    )
    assert_same(soft_target_loss(student, teacher, temperature, mask), divergence * temperature**2, student)


@settings(deadline=None, max_examples=40)
@given(batches())
def test_the_masked_lm_loss_is_that_of_torch(batch):
    logits, _, _, labels = batch
    reference = nn.CrossEntropyLoss()(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))
    assert_same(masked_lm_loss(logits, labels), reference, logits)


@settings(deadline=None, max_examples=40)
@given(batches())
def test_the_cosine_loss_is_that_of_torch(batch):
    student, teacher, mask, _ = batch
    reference = nn.CosineEmbeddingLoss()(student[mask == 1], teacher[mask == 1], torch.ones(int(mask.sum())))
    assert_same(cosine_loss(student, teacher, mask), reference, student)


@pytest.fixture
def single():
    """As in training: single precision, logits of the size that a vocabulary head gives."""
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(2, BATCH * TOKENS, 500, generator=generator) * 2
    return student.requires_grad_(), teacher


def test_they_agree_in_single_precision_too(single):
    student, teacher = single
    divergence = nn.KLDivLoss(reduction="batchmean")((student / 2).log_softmax(-1), (teacher / 2).softmax(-1)) * 4
    assert_same(soft_target_loss(student, teacher), divergence, student)
    assert_same(masked_lm_loss(student, torch.arange(15)), nn.CrossEntropyLoss()(student, torch.arange(15)), student)
    reference = nn.CosineEmbeddingLoss()(student, teacher, torch.ones(15))
    assert_same(cosine_loss(student, teacher), reference, student)


def test_the_gradient_of_soft_targets_is_that_of_cross_entropy_with_them(single):
    """The teacher's entropy is a constant, so the paper's formula, minus the sum of t · log s, teaches the same."""
    student, teacher = single
    paper = nn.CrossEntropyLoss()(student / 2, (teacher / 2).softmax(-1)) * 4
    (gradient,) = torch.autograd.grad(soft_target_loss(student, teacher), student)
    (expected,) = torch.autograd.grad(paper, student)
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-6)
    assert paper > soft_target_loss(student, teacher)


def test_a_perfect_copy_has_nothing_to_learn_from_its_teacher(single):
    student, teacher = single
    assert soft_target_loss(teacher, teacher).item() == pytest.approx(0, abs=1e-6)
    assert cosine_loss(teacher, teacher).item() == pytest.approx(0, abs=1e-6)
    assert cosine_loss(-teacher, teacher).item() == pytest.approx(2, abs=1e-6)
    assert soft_target_loss(student, teacher) > 0.1 and cosine_loss(student, teacher) > 0.1


def test_padding_weighs_nothing():
    torch.manual_seed(0)
    student, teacher = torch.randn(2, BATCH, TOKENS, WIDTH)
    mask = torch.ones(BATCH, TOKENS)
    padded = [nn.functional.pad(states, (0, 0, 0, 4), value=9.0) for states in (student, teacher)]
    padded[0][:, TOKENS:] *= torch.randn(WIDTH)
    longer = nn.functional.pad(mask, (0, 4))
    for loss in (soft_target_loss, cosine_loss):
        plain = loss(student, teacher, attention_mask=mask)
        torch.testing.assert_close(loss(*padded, attention_mask=longer), plain, rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(loss(student, teacher), plain, rtol=1e-6, atol=1e-6)
        assert not torch.allclose(loss(*padded), plain)


def test_the_teacher_gets_no_gradient_that_it_did_not_ask_for(single):
    student, teacher = single
    (soft_target_loss(student, teacher) + cosine_loss(student, teacher)).backward()
    assert student.grad.abs().sum() > 0 and teacher.grad is None


def test_where_nothing_was_masked_there_is_nothing_to_learn():
    logits = torch.randn(2, 3, 5, requires_grad=True)
    loss = masked_lm_loss(logits, torch.full((2, 3), -100))
    loss.backward()
    assert loss.item() == 0 and not logits.grad.any()


def test_a_classifiers_logits_and_labels_do_as_well():
    torch.manual_seed(0)
    student, teacher = torch.randn(2, 6, 2)
    labels = torch.tensor([0, 1, 1, 0, 1, -100])
    torch.testing.assert_close(masked_lm_loss(student, labels), nn.CrossEntropyLoss()(student[:5], labels[:5]))
    row_by_row = torch.stack([soft_target_loss(student[row], teacher[row]) for row in range(6)])
    torch.testing.assert_close(soft_target_loss(student, teacher), row_by_row.mean())


LOGITS = torch.zeros(2, 3, 5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: soft_target_loss(LOGITS, LOGITS[..., :4]), r"\(2, 3, 5\), its teacher's \(2, 3, 4\)"),
        (lambda: soft_target_loss(LOGITS, LOGITS, 0), "number above 0"),
        (lambda: soft_target_loss(LOGITS, LOGITS, -1.0), "number above 0"),
        (lambda: soft_target_loss(LOGITS, LOGITS, float("nan")), "number above 0"),
        (lambda: soft_target_loss(LOGITS, LOGITS, attention_mask=torch.ones(2, 4)), r"must be \(2, 3\), not \(2, 4\)"),
        (lambda: soft_target_loss(LOGITS, LOGITS, attention_mask=torch.zeros(2, 3)), "hides every position"),
        (lambda: cosine_loss(LOGITS, LOGITS[:, :2]), "same tokens, and have the same vocabulary and width"),
        (lambda: cosine_loss(LOGITS, LOGITS, torch.zeros(2, 3)), "hides every position"),
        (lambda: masked_lm_loss(LOGITS, torch.zeros(2, 4).long()), r"need labels \(2, 3\), not \(2, 4\)"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_importing_the_room_brings_no_torch():
    code = "import sys; import utils.distillation; print([name for name in ('torch', 'pandas') if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
