"""The checks of lesson 07, proved both ways: right answers pass, likely wrong ones fail with their own message."""

import copy
import functools
from pathlib import Path

import nbformat
import torch
from both_ways import (  # noqa: F401
    test_each_exercise_is_proved_both_ways,
    test_right_answer_passes,
    test_wrong_answer_fails_with_its_own_message,
)
from torch import nn
from torch.nn.functional import cosine_similarity

from utils import distillation
from utils.exercises.lesson_07 import (
    LAYERS,
    lesson,
    loaded,
    logits,
    probability,
    sizes,
    smudged,
    soft_loss,
)

EXERCISES = Path(__file__).parents[2] / "exercises/07_distillation.ipynb"
torch.set_num_threads(1)


def soft(**slips):
    """A learner's function for exercise 2, with a slip where an argument says so."""
    return lambda student, teacher, T: soft_loss(student, teacher, T, **slips)


def with_torch(student, teacher, T):
    log_s, log_t = (student / T).log_softmax(-1), (teacher / T).log_softmax(-1)
    return T * T * nn.KLDivLoss(reduction="batchmean", log_target=True)(log_s, log_t)


def embedding_loss(student, teacher, mask):
    real = mask.bool()
    return nn.CosineEmbeddingLoss()(student[real], teacher[real], torch.ones(int(mask.sum())))


def by_mask(student, teacher, mask):
    return ((1 - cosine_similarity(student, teacher, dim=-1)) * mask).sum() / mask.sum()


def pads_are_zero(student, teacher, mask):
    return (1 - cosine_similarity(student * mask[..., None], teacher * mask[..., None], dim=-1)).mean()


def text_by_text(student, teacher, mask):
    return (((1 - cosine_similarity(student, teacher, dim=-1)) * mask).sum(1) / mask.sum(1)).mean()


def cut(teacher, layers, config=True, embeddings=True, head=True, shared=False, of=lambda layers: layers):
    """A learner's function for exercise 4, with a slip where an argument says so."""
    student = copy.deepcopy(teacher)
    encoder = (teacher if shared else student).roberta.encoder
    student.roberta.encoder.layer = nn.ModuleList(encoder.layer[number] for number in of(layers))
    if config:
        student.config.num_hidden_layers = len(layers)
    if not embeddings:
        nn.init.normal_(student.roberta.embeddings.position_embeddings.weight)
    if not head:
        nn.init.normal_(student.lm_head.dense.weight)
    return student


def fresh(teacher, layers, copied=True):
    config = copy.deepcopy(teacher.config)
    config.num_hidden_layers = len(layers)
    student = type(teacher)(config)
    if copied:
        student.load_state_dict(distillation.student_weights(teacher, layers))
    return student


def in_place(teacher, layers):
    teacher.roberta.encoder.layer = nn.ModuleList(teacher.roberta.encoder.layer[number] for number in layers)
    return teacher


def slip(**slips):
    return lambda: functools.partial(cut, **slips)


def stain(middle=0.0, half=0.45):
    mean, _, known = smudged()
    centre = 9 * mean - sum(known) + middle
    return centre - half, centre + half


def less_time(faster):
    return 100 * faster / (100 + faster)


def millions(of=lambda count, value: value, task="MaskedLM"):
    return {count: of(count, value) for count, value in sizes(task).items()}


@functools.cache
def taught(with_teacher=True, steps=20, seed=0, layers=(0, 3)):
    teacher, tokenizer = loaded()
    student = distillation.student_of(teacher, list(layers))
    chosen = teacher if with_teacher else None
    distillation.teach(student, tokenizer, pool()[:-100], chosen, steps=steps, batch_size=16, seed=seed)
    return student


@functools.cache
def pool():
    from utils.minis.recipe.generator import Generator

    return list(dict.fromkeys(sentence.text for sentence in Generator(seed=5).sentences(500)))


def start():
    return distillation.student_of(loaded()[0])


def given(student, control, test=None):
    return student, control, pool()[-100:] if test is None else test


RIGHT = [
    (1, lambda: probability(3)),
    (1, lambda: round(probability(3), 6)),
    (1, lambda: (logits() / 3).softmax(-1)[loaded()[1].convert_tokens_to_ids("door")]),
    (2, soft),
    (2, lambda: with_torch),
    (2, lambda: distillation.soft_target_loss),
    (3, lambda: embedding_loss),
    (3, lambda: by_mask),
    (3, lambda: distillation.cosine_loss),
    (4, lambda: cut),
    (4, lambda: fresh),
    (4, lambda: distillation.student_of),
    (5, stain),
    (5, lambda: [round(end, 2) for end in stain()]),
    (6, lambda: less_time),
    (6, lambda: lambda faster: round(less_time(faster), 1)),
    (7, millions),
    (7, lambda: millions(lambda count, value: round(value, 1))),
    (8, lambda: given(taught(), taught(False))),
]

WRONG = [
    (1, lambda: probability(1), "that is at temperature 1"),
    (1, lambda: probability(1 / 3), "the logits were multiplied"),
    (1, lambda: probability(1) / 3, "that divides the probability"),
    (1, lambda: probability(1) ** (1 / 3), "is no longer 1"),
    (1, lambda: probability(2), "that is at temperature 2"),
    (1, lambda: 100 * probability(3), "that is per cent"),
    (1, lambda: 0.5, "is not the probability of 'door'"),
    (1, logits, "is not one number"),
    (2, lambda: soft(soften=False), "1 of 3 bug is left: the teacher answers at temperature 1"),
    (2, lambda: soft(positions=False), "1 of 3 bug is left: the mean runs over the vocabulary"),
    (2, lambda: soft(square=False), "1 of 3 bug is left: T² is missing"),
    (2, lambda: soft(positions=False, square=False), "2 of 3 bugs are left"),
    (2, lambda: soft(turned=True), "have changed places"),
    (2, lambda: lambda *_: 1.0, "is not T² times the divergence"),
    (2, lambda: 1.0, "give the function itself"),
    (3, lambda: lambda s, t, mask: (1 - cosine_similarity(s, t, dim=-1)).mean(), "the pads count, too"),
    (3, lambda: lambda s, t, mask: ((1 - cosine_similarity(s, t, dim=-1)) * mask).mean(), "but still counted"),
    (3, lambda: pads_are_zero, "each of them counts as a loss of 1"),
    (3, lambda: text_by_text, "each text weighs the same"),
    (3, lambda: lambda s, t, mask: 1 - by_mask(s, t, mask), "that is the cosine"),
    (3, lambda: lambda s, t, mask: by_mask(s, t, mask) * mask.sum(), "that is a sum"),
    (3, lambda: lambda s, t, mask: s[mask.bool()] @ t, "it stops"),
    (3, lambda: lambda s, t, mask: 0.0, "tokens it gives 0"),
    (4, lambda: in_place, "the teacher itself has lost layers"),
    (4, slip(config=False), "config.num_hidden_layers says 4"),
    (4, slip(embeddings=False), "the embeddings are not the teacher's"),
    (4, slip(head=False), "the head over the vocabulary is not the teacher's"),
    (4, slip(shared=True), "share memory"),
    (4, slip(of=lambda layers: range(len(layers))), "layer 1 of the student is the teacher's layer 1"),
    (4, lambda: functools.partial(fresh, copied=False), "is none of the teacher's"),
    (4, lambda: lambda teacher, layers: copy.deepcopy(teacher), "the student has 4 layers"),
    (4, lambda: lambda teacher, layers: cut(teacher, layers).roberta, "it returns a RobertaModel"),
    (5, lambda: stain(half=0.05), "is uncertain by nine times as much"),
    (5, lambda: stain(half=0), "that is the middle"),
    (5, lambda: (67.6, 68.4), "rounded to one decimal, inwards"),
    (5, lambda: stain()[::-1], "the upper end comes first"),
    (5, lambda: stain(half=0.9), "at most 0.05"),
    (5, lambda: stain(middle=-smudged()[0]), "not of the eight"),
    (5, lambda: (smudged()[0] - 0.05, smudged()[0] + 0.05), "that is around the mean"),
    (5, lambda: (10, 20), "the mean would be"),
    (5, lambda: 67.9, "is not two numbers"),
    (6, lambda: lambda faster: faster, "are not the same number"),
    (6, lambda: lambda faster: 100 - less_time(faster), "the time it still takes"),
    (6, lambda: lambda faster: less_time(faster) / 100, "that is a share"),
    (6, lambda: lambda faster: 100 * (1 / (1 - faster / 100) - 1), "the other way round"),
    (6, lambda: lambda faster: 100 / faster, "that divides by the percentage"),
    (6, lambda: lambda faster: 1.0, "is not 1 % less time"),
    (6, lambda: 37.5, "give the function itself"),
    (7, lambda: millions(lambda count, value: 1e6 * value), "but in parameters"),
    (7, lambda: millions(lambda count, value: sizes()[12] * count / 12), "in proportion"),
    (7, lambda: millions(lambda count, value: 7.087872 * count), "the layers alone"),
    (7, lambda: millions(task="SequenceClassification"), "another class"),
    (7, lambda: millions(task=None), "another class"),
    (7, lambda: millions(lambda count, value: sizes()[12]), "all have twelve layers"),
    (7, lambda: millions(lambda count, value: value + 38.60352), "counted twice"),
    (7, lambda: millions() | {3: 1.0}, "with 3 layers it does not have"),
    (7, lambda: [sizes()[count] for count in LAYERS], "give a dictionary"),
    (8, lambda: given(taught(False), taught()), "The teacher did not help"),
    (8, lambda: given(taught(), start()), "the control has learned nothing"),
    (8, lambda: given(start(), taught(False)), "the student has learned nothing"),
    (8, lambda: given(taught(), taught()), "both are one model"),
    (8, lambda: given(taught(), copy.deepcopy(taught())), "both have the same weights"),
    (8, lambda: given(taught(), taught(False, steps=2, layers=(0, 1, 3))), "different numbers of layers"),
    (8, lambda: given(loaded()[0], taught(False)), "the student is a BertForMaskedLM"),
    (8, lambda: given(distillation.student_of(loaded()[0], count=4), taught(False)), "no fewer than its teacher"),
    (8, lambda: (taught(), taught(False)), "give three things"),
    (8, lambda: given(taught(), taught(False), pool()[:5]), "at least a hundred different ones"),
    (8, lambda: given(taught(), taught(False), "text"), "at least a hundred different ones"),
]


def test_the_function_to_mend_fails_with_all_its_bugs(verdict):
    source = next(cell.source for cell in nbformat.read(EXERCISES, 4).cells if cell.id == "e2-given")
    scope = {"nn": nn}
    exec(source, scope)
    assert "3 of 3 bugs are left" in verdict(lesson, 2, scope["buggy"])
