"""Checks and hints of lesson 07, Distillation. Every expected value is computed from the model or the data in use."""

import functools
import itertools

from utils import anatomy, checkpoints
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import function, near, number, shown

lesson = Lesson("07")
check, hint, progress = lesson.check, lesson.hint, lesson.progress

TEXT, WORD, SOFTER = "He opened the [MASK] and went in.", "door", 3
SMUDGED = "distilroberta-base", "RTE"
LAYERS = (12, 6, 3, 1)


@functools.cache
def loaded(name: str = "bert-base-uncased"):
    """(model, tokenizer) of a shipped mini: they teach in hub mode, too."""
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    folder = checkpoints.MINIS / name
    with anatomy.no_load_report():
        return AutoModelForMaskedLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


@functools.cache
def logits():
    """The teacher's logits at the gap of TEXT, (vocabulary,)."""
    import torch

    model, tokenizer = loaded()
    inputs = tokenizer(TEXT, return_tensors="pt")
    with torch.inference_mode():
        answers = model(**inputs).logits[0]
    return answers[inputs.input_ids[0] == tokenizer.mask_token_id][0]


def probability(temperature: float) -> float:
    """The probability of WORD at a temperature."""
    return (logits() / temperature).softmax(-1)[loaded()[1].convert_tokens_to_ids(WORD)].item()


@lesson.exercise(
    1,
    "A softer answer",
    (
        "Temperature comes before the softmax, and the softmax makes the sum 1 again.",
        "logits / 3, then .softmax(-1). tokenizer.convert_tokens_to_ids(word) is the place of the word.",
        '(logits / 3).softmax(-1)[tokenizer.convert_tokens_to_ids("door")].item()',
    ),
)
def softer_answer(answer):
    answer = number(answer, "the probability of one word")
    hard, soft = probability(1), probability(SOFTER)
    if near(answer, soft):
        return f"{hard:.3f} at temperature 1, {soft:.3f} at {SOFTER}. Flatter, and still a distribution."
    if near(answer, hard):
        raise Wrong("that is at temperature 1. Divide the logits by 3.")
    if near(answer, probability(1 / SOFTER)):
        raise Wrong("the logits were multiplied, which makes the answer harder. Divide them.")
    if near(answer, hard / SOFTER):
        raise Wrong("that divides the probability. Divide the logits, before the softmax.")
    if near(answer, hard ** (1 / SOFTER)):
        raise Wrong("the root is right, but the sum over all words is no longer 1. Let softmax see to it.")
    if near(answer, probability(2)):
        raise Wrong("that is at temperature 2. Here it is 3.")
    if near(answer, 100 * soft):
        raise Wrong("that is per cent. Give a probability from 0 to 1.")
    raise Wrong(f"{shown(answer)} is not the probability of {WORD!r} at temperature {SOFTER}.")


def soft_loss(student, teacher, temperature, soften=True, positions=True, square=True, turned=False):
    """T² · KL of logits (positions, vocabulary), with a slip where an argument says so."""
    log_s = (student / temperature).log_softmax(-1)
    log_t = (teacher / (temperature if soften else 1)).log_softmax(-1)
    if turned:
        log_s, log_t = log_t, log_s
    divergence = log_t.exp() * (log_t - log_s)
    loss = divergence.sum(-1).mean() if positions else divergence.mean()
    return float(loss * (temperature**2 if square else 1))


SLIPS = {
    "soften": "the teacher answers at temperature 1. Soften both with the same temperature",
    "positions": "the mean runs over the vocabulary, too. Sum over the words, mean over the positions only: batchmean",
    "square": "T² is missing, so the loss gets weaker as the temperature grows",
}


@lesson.exercise(
    2,
    "Find the bugs in the loss",
    (
        "There are three. One is about the teacher's temperature, one about a mean, one about a factor.",
        "Compare line by line with the lesson's formula. KLDivLoss() alone divides by positions and vocabulary.",
        'T**2 * nn.KLDivLoss(reduction="batchmean")((student / T).log_softmax(-1), (teacher / T).softmax(-1))',
    ),
)
def bugs_in_the_loss(answer):
    import torch

    function(answer)
    draw = torch.Generator().manual_seed(7)
    for temperature, positions in ((2.0, 5), (4.0, 3), (1.0, 4)):
        student, teacher = (2 * torch.randn(positions, 11, generator=draw) for _ in range(2))
        given = number(answer(student, teacher, temperature), "one number from your function")
        if abs(given - soft_loss(student, teacher, temperature)) < 1e-4:
            continue
        if abs(given - soft_loss(student, teacher, temperature, turned=True)) < 1e-4:
            raise Wrong("student and teacher have changed places. KLDivLoss takes the student's logarithms first.")
        for kept in itertools.product((True, False), repeat=3):
            slips = dict(zip(SLIPS, kept, strict=True))
            if abs(given - soft_loss(student, teacher, temperature, **slips)) < 1e-5:
                left = [SLIPS[name] for name, right in slips.items() if not right]
                raise Wrong(f"{len(left)} of 3 {'bug is' if len(left) == 1 else 'bugs are'} left: {left[0]}.")
        raise Wrong(f"at temperature {temperature:g} it gives {shown(given)}, which is not T² times the divergence.")
    return "the same as the formula, at three temperatures. With the bugs it would have gone down just as nicely."


def cosines(student, teacher):
    """cos of the hidden states, (batch, tokens)."""
    import torch

    return torch.nn.functional.cosine_similarity(student, teacher, dim=-1)


@lesson.exercise(
    3,
    "Only the real tokens",
    (
        "A short text in a long batch is mostly padding. What should a pad weigh?",
        "hidden[attention_mask.bool()] keeps the real positions: (positions, hidden).",
        "real = attention_mask.bool(); 1 - cosine_similarity(student[real], teacher[real], dim=-1), then its mean.",
    ),
)
def only_real_tokens(answer):
    import torch

    function(answer)
    draw = torch.Generator().manual_seed(5)
    for lengths in ((6, 2, 1), (4, 4), (5, 1)):
        student, teacher = (torch.randn(len(lengths), max(lengths), 8, generator=draw) for _ in range(2))
        mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
        try:
            given = number(answer(student, teacher, mask), "one number from your function")
        except RuntimeError as error:
            raise Wrong(f"it stops: {str(error).splitlines()[0]}") from None
        cos = cosines(student, teacher)
        each = ((1 - cos) * mask).sum(1) / mask.sum(1)
        wrong = {
            "the pads count, too. Keep the positions where attention_mask is 1.": (1 - cos).mean(),
            "the pads are set to 0, but still counted. Divide by the number of real positions.": (
                (1 - cos) * mask
            ).mean(),
            "1 - cos is taken after pads became 0, so each of them counts as a loss of 1.": (1 - cos * mask).mean(),
            "each text weighs the same here, however short. Take the mean over positions.": each.mean(),
            "that is the cosine. The loss is 1 minus it.": cos[mask.bool()].mean(),
            "that is a sum. Take the mean over the real positions.": (1 - cos)[mask.bool()].sum(),
        }
        if abs(given - float((1 - cos)[mask.bool()].mean())) < 1e-5:
            continue
        for message, value in wrong.items():
            if abs(given - float(value)) < 1e-5:
                raise Wrong(f"for texts of {' and '.join(map(str, lengths))} tokens: {message}")
        raise Wrong(f"for texts of {' and '.join(map(str, lengths))} tokens it gives {shown(given)}.")
    return "pads teach nothing now. With them, the loss would depend on what else is in the batch."


@lesson.exercise(
    4,
    "Copy the layers",
    (
        "A student is the teacher's class with a smaller config, and then weights are copied. Or: a copy, with fewer.",
        "copy.deepcopy(teacher), then a new nn.ModuleList of some layers, and config.num_hidden_layers must follow.",
        "student.roberta.encoder.layer = nn.ModuleList(student.roberta.encoder.layer[n] for n in layers)",
    ),
)
def copy_the_layers(answer):
    function(answer)
    teacher, _ = loaded("roberta-base")
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    total = teacher.config.num_hidden_layers
    for layers in ([0, 3], [1, 2, 3]):
        student = answer(teacher, list(layers))
        if len(teacher.roberta.encoder.layer) != total or teacher.config.num_hidden_layers != total:
            loaded.cache_clear()
            raise Wrong("the teacher itself has lost layers. Work on a copy of it: copy.deepcopy(teacher).")
        if any((value != before[name]).any() for name, value in teacher.state_dict().items()):
            loaded.cache_clear()
            raise Wrong("the teacher's weights have changed. It must stay as it is.")
        _copied(student, teacher, layers)
    return "layers, embeddings and head are the teacher's, in memory of their own. Now it can learn."


def _copied(student, teacher, layers: list[int]) -> None:
    """Raises Wrong unless `student` is the teacher with only these layers, in memory of its own."""
    if type(student) is not type(teacher):
        raise Wrong(f"it returns a {type(student).__name__}. Return a {type(teacher).__name__}.")
    has = len(student.roberta.encoder.layer)
    if has != len(layers):
        raise Wrong(f"for layers {layers} the student has {has} layers.")
    if student.config.num_hidden_layers != has:
        raise Wrong(
            f"it has {has} layers, and config.num_hidden_layers says {student.config.num_hidden_layers}. Saved and "
            "loaded again it would be another model."
        )
    for place, (layer, number_) in enumerate(zip(student.roberta.encoder.layer, layers, strict=True)):
        if not _same(layer, teacher.roberta.encoder.layer[number_]):
            from_ = [n for n, other in enumerate(teacher.roberta.encoder.layer) if _same(layer, other)]
            what = f"is the teacher's layer {from_[0]}" if from_ else "is none of the teacher's"
            raise Wrong(f"for layers {layers}, layer {place} of the student {what}, not its layer {number_}.")
    if not _same(student.roberta.embeddings, teacher.roberta.embeddings):
        raise Wrong("the embeddings are not the teacher's. They are copied, too.")
    if not _same(student.lm_head, teacher.lm_head):
        raise Wrong("the head over the vocabulary is not the teacher's. It is copied, too.")
    places = {value.data_ptr() for value in teacher.parameters()}
    if any(value.data_ptr() in places for value in student.parameters()):
        raise Wrong("student and teacher share memory: teaching the one would change the other. Copy the weights.")


def _same(one, other) -> bool:
    """Do two modules hold equal weights?"""
    import torch

    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(value, theirs[name]) for name, value in ours.items())


def smudged() -> tuple[float, float, list[float]]:
    """The printed mean of the row, half a unit of its last digit, and the eight scores that can be read."""
    published = checkpoints.published()
    row = published["glue"]["values"][SMUDGED[0]]
    return published["glue_mean"]["values"][SMUDGED[0]], 0.05, [row[task] for task in row if task != SMUDGED[1]]


@lesson.exercise(
    5,
    "The score under the coffee stain",
    (
        "A mean and eight of nine scores give the ninth. But the mean was rounded.",
        "The sum of nine is nine times the mean. The printed mean may be up to 0.05 too low or too high.",
        "9 * (mean - 0.05) - sum(known) is the lower end; the upper one is 9 * (mean + 0.05) - sum(known).",
    ),
)
def coffee_stain(answer):
    try:
        low, high = (float(end) for end in answer)
    except (TypeError, ValueError):
        raise Wrong(f"{shown(answer)} is not two numbers. Give the lowest and the highest score that fit.") from None
    mean, half, known = smudged()
    n = len(known) + 1

    def says(one, other):
        return abs(low - one) < 0.02 and abs(high - other) < 0.02

    centre = n * mean - sum(known)
    true = checkpoints.published()["glue"]["values"][SMUDGED[0]][SMUDGED[1]]
    if says(centre - n * half, centre + n * half):
        return (
            f"{low:.2f} to {high:.2f}; printed is {true}. Nine roundings' worth: a mean can find only large misprints."
        )
    if says(centre + n * half, centre - n * half):
        raise Wrong("the upper end comes first.")
    if says(centre - half, centre + half):
        raise Wrong("the mean is uncertain by 0.05, so the sum of nine is uncertain by nine times as much.")
    if says(centre, centre):
        raise Wrong("that is the middle. A mean printed as one number with one decimal stands for a range of means.")
    if says(centre - (n - 1) * half, centre + (n - 1) * half):
        raise Wrong("those are rounded to one decimal, inwards. Give the ends as they are.")
    if says(centre - n * 2 * half, centre + n * 2 * half):
        raise Wrong("rounding to one decimal moves a number by at most 0.05, not 0.1.")
    if abs((low + high) / 2 - ((n - 1) * mean - sum(known))) < 0.1:
        raise Wrong("it is the mean of nine scores, not of the eight that can be read.")
    if abs((low + high) / 2 - mean) < 0.1:
        raise Wrong("that is around the mean. Which ninth score gives this mean, with the eight?")
    raise Wrong(
        f"with {low:g} the mean would be {(sum(known) + low) / n:.2f}, with {high:g} {(sum(known) + high) / n:.2f}."
    )


@lesson.exercise(
    6,
    "Faster, and less time",
    (
        "How long does the fast one take for what the slow one does in 100 minutes?",
        "60 % faster: 1.6 times as many texts in the same time, so 1 / 1.6 of the time for the same texts.",
        "100 * (1 - 1 / (1 + faster / 100))",
    ),
)
def less_time(answer):
    function(answer)
    for faster in (60, 100, 71, 0, 300):
        given = number(answer(faster), "one number from your function")
        left = 100 / (1 + faster / 100)
        wrong = {
            "faster and less time are not the same number. At 100 % faster it would take no time at all.": faster,
            "that is the time it still takes. How much less is it?": left,
            "that is a share. Give per cent.": 1 - left / 100,
            "that is the other way round: how much faster a model is that takes so much less time.": (
                100 * (1 / (1 - faster / 100) - 1) if faster < 100 else None
            ),
            "that divides by the percentage. Begin with how many texts it does in the same time.": (
                100 / faster if faster else None
            ),
        }
        if abs(given - (100 - left)) < 0.06:
            continue
        for message, value in wrong.items():
            if value is not None and abs(given - value) < 0.06:
                raise Wrong(f"{faster} % faster gives {shown(given)}: {message}")
        raise Wrong(f"{faster} % faster is not {shown(given)} % less time.")
    return "60 % faster is 37.5 % less time, twice as fast is half. Ask of each per cent: of what?"


@functools.cache
def sizes(task: str | None = "MaskedLM") -> dict[int, float]:
    """Millions of parameters of roberta-base with so many layers."""
    big = anatomy.parts(checkpoints.blueprint("roberta-base", task))
    rest = sum(big.values()) - big["layers"]
    return {count: (rest + big["layers"] * count / 12) / 1e6 for count in LAYERS}


@lesson.exercise(
    7,
    "How small can it get",
    (
        "Fewer layers leave embeddings and head as they are.",
        "Change config.num_hidden_layers of a blueprint, and build the model again on the device meta.",
        'with torch.device("meta"): AutoModelForMaskedLM.from_config(config), then anatomy.count(model) / 1e6',
    ),
)
def how_small(answer):
    if not isinstance(answer, dict) or set(answer) != set(LAYERS):
        raise Wrong(
            f"give a dictionary with the keys {', '.join(map(str, LAYERS))}: layers, and millions of parameters."
        )
    given = {count: number(answer[count], f"a number for {count} layers") for count in LAYERS}
    right = sizes()

    def says(other):
        return all(abs(given[count] - other[count]) < 0.06 for count in LAYERS)

    def away(other):
        return sum(abs(given[count] - other[count]) for count in LAYERS)

    if says(right) and away(right) < min(away(sizes(None)), away(sizes("SequenceClassification"))):
        return f"one layer of twelve, and still {right[1] / right[12]:.0%} of the size: most of it is the vocabulary."
    if says({count: value * 1e6 for count, value in right.items()}):
        raise Wrong("right, but in parameters. Divide by a million.")
    if says({count: right[12] * count / 12 for count in LAYERS}):
        raise Wrong("that shrinks the whole model in proportion. Embeddings and head do not shrink.")
    if says({count: right[count] - right[1] + (right[3] - right[1]) / 2 for count in LAYERS}):
        raise Wrong("those are the layers alone. Embeddings and head belong to the model.")
    if says(sizes(None)) or says(sizes("SequenceClassification")):
        raise Wrong("that is another class: bare, or with another head. Take AutoModelForMaskedLM.")
    if says({count: right[12] for count in LAYERS}):
        raise Wrong("all have twelve layers. Change config.num_hidden_layers before you build the model.")
    untied = (checkpoints.blueprint("roberta-base").get_input_embeddings().weight.numel()) / 1e6
    if says({count: value + untied for count, value in right.items()}):
        raise Wrong("the word table is counted twice. The head shares it; anatomy.count counts it once.")
    wrong = next(count for count in LAYERS if abs(given[count] - right[count]) >= 0.06)
    raise Wrong(f"with {wrong} layers it does not have {shown(given[wrong])} million parameters.")


@lesson.exercise(
    8,
    "A student of your own, a project",
    (
        "Choose layers, temperature and weights. Build the student twice, and teach one of them without the teacher.",
        "distillation.student_of(teacher, layers), distillation.teach(student, tokenizer, texts, teacher, steps=60, …)",
        "The same twice: once with teacher, once with None in its place. Then check(8, (student, control, test)).",
    ),
)
def own_student(answer):
    from utils import distillation

    if not isinstance(answer, tuple) or len(answer) != 3:
        raise Wrong("give three things: your student, the control that learned without the teacher, and `test`.")
    teacher, tokenizer = loaded()
    student, control, test = answer
    if isinstance(test, str) or not all(isinstance(text, str) for text in test) or len(set(test)) < 100:
        raise Wrong("the third must be sentences that neither has read, at least a hundred different ones: `test`.")
    for model, name in ((student, "student"), (control, "control")):
        if type(model).__name__ != "DistilBertForMaskedLM":
            raise Wrong(
                f"the {name} is a {type(model).__name__}. distillation.student_of(teacher) gives the right class."
            )
        if model.config.num_hidden_layers >= teacher.config.num_hidden_layers:
            raise Wrong(f"the {name} has {model.config.num_hidden_layers} layers, no fewer than its teacher.")
    if student is control:
        raise Wrong("both are one model. Build it twice: teach() changes the student that it gets.")
    if student.config.num_hidden_layers != control.config.num_hidden_layers:
        raise Wrong("student and control have different numbers of layers. Change one thing only: the teacher.")
    starts = {n: distillation.student_of(teacher, [n]) for n in range(teacher.config.num_hidden_layers)}
    for model, name in ((student, "student"), (control, "control")):
        first = model.distilbert.transformer.layer[0]
        if any(_same(first, start.distilbert.transformer.layer[0]) for start in starts.values()):
            raise Wrong(f"the {name} has learned nothing: its first layer is still the teacher's. Teach both.")
    if all(_same(one, other) for one, other in zip(student.children(), control.children(), strict=True)):
        raise Wrong("both have the same weights. Was one of them taught without the teacher?")
    found = [distillation.held_out_loss(model, tokenizer, test) for model in (student, control)]
    gain = found[1] - found[0]
    if gain <= 0:
        raise Wrong(
            f"on your test sentences the student's loss is {found[0]:.2f}, the control's {found[1]:.2f}. "
            "The teacher did not help. More weight on its soft targets? And is the pair in the right order?"
        )
    return f"{found[0]:.2f} nats with the teacher, {found[1]:.2f} without: {gain:.2f} gained. One seed: what of others?"
