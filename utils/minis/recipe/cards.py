"""The README.md of each checkpoint: a Hub card whose figures come from the run."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

from safetensors import safe_open

from utils.distillation import PRETRAINING, TEMPERATURE
from utils.minis.recipe.generator import PLANTED
from utils.minis.recipe.settings import STUDENT_LAYERS, Settings

TEMPLATE = Path(__file__).with_name("card.md")
LICENCES = {"generator": "this course", "gutenberg (children's books)": "public domain"}  # the others are CC BY 4.0
WATTS = 10  # assumed for one busy CPU thread
GRAMS_PER_KWH = 475  # world average of 2018: IEA, Global Energy & CO2 Status Report 2019
PUBLISHED = {  # what the authors report of the real student against the real teacher
    "distilroberta-base": "twice as fast (its card, no hardware named), 66 % of the parameters",
    "distilbert-base-uncased": "1.63 times as fast (410 s against 668 s; Sanh et al. 2019, table 3), 61 % of the "
    "parameters",
}


def write(folder: Path, parent: str | None, figures: dict[str, dict], run: dict, settings: Settings) -> None:
    """Writes `folder`/README.md. `figures` are those of all checkpoints, `run` those of the whole run (sources, words,
    baseline, held-out part); `parent` is the checkpoint that it was made from, if any."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    own, student = figures[folder.name], "distil" in folder.name
    rated = "held_out_accuracy" in own
    if rated:
        recipe, measured = _classifier_recipe(settings, parent, run), _sentiment(own, parent, run)
    elif student:
        recipe, measured = _student_recipe(parent), _against_teacher(folder, parent, figures) + _language(own)
        measured += _ablation(own)
    else:
        recipe, measured = _teacher_recipe(settings), _language(own)
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=folder.name,
        pipeline="text-classification" if rated else "fill-mask",
        grams=f"{own['minutes'] / 60 * WATTS * run['threads'] / 1_000 * GRAMS_PER_KWH:.1f}",
        watts=WATTS,
        grams_per_kwh=GRAMS_PER_KWH,
        architecture=config["architectures"][0],
        layers=len(STUDENT_LAYERS) if student else settings.teacher_layers,
        hidden=settings.hidden,
        heads=settings.heads,
        feed_forward=settings.feed_forward,
        vocabulary=f"{config['vocab_size']:,} entries",
        parameters=f"{_parameters(folder):,}",
        megabytes=f"{(folder / 'model.safetensors').stat().st_size / 1e6:.1f}",
        parent=f"{parent} (mini)" if parent else "nothing: random weights, word2vec embeddings",
        sources=_sources(run["sources"]),
        words=f"{run['generator_words']:,}",
        planted=f"{PLANTED:.0%}",
        held_out=f"{run['held_out_sentences']:,}",
        recipe=recipe,
        steps=f"{own['steps']:,}",
        minutes=f"{own['minutes']:.0f}",
        threads=run["threads"],
        measured=measured,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def _sources(counts: dict[str, int]) -> str:
    return "\n".join(f"| {name} | {count:,} | {LICENCES.get(name, 'CC BY 4.0')} |" for name, count in counts.items())


def _parameters(folder: Path) -> int:
    with safe_open(folder / "model.safetensors", "pt") as weights:
        return sum(weights.get_tensor(key).numel() for key in weights.keys())


def _teacher_recipe(settings: Settings) -> str:
    return (
        f"Masked-language-model training with dynamic masking ({settings.masked_share:.0%} of the tokens, of these "
        f"80 % masked, 10 % random, 10 % kept) on batches of about {settings.batch_tokens:,} tokens, learning rate "
        f"{settings.teacher_rate:g}. The token embeddings start from word2vec vectors of the same text (skip-gram, "
        f"{settings.word2vec_epochs} epochs)."
    )


def _student_recipe(parent: str) -> str:
    return (
        f"Starts from layers {list(STUDENT_LAYERS)} of {parent} (mini) and its embeddings and head, then learns from "
        f"it with the three losses of DistilBERT: {PRETRAINING['soft_target']:g} × KL divergence at temperature "
        f"{TEMPERATURE:g} on every position but padding, {PRETRAINING['masked_lm']:g} × masked-language-model loss, "
        f"{PRETRAINING['cosine']:g} × cosine loss of the last hidden states."
    )


def _classifier_recipe(settings: Settings, parent: str, run: dict) -> str:
    counts = run["rated_sources"]
    return (
        f"{parent} (mini), fine-tuned on {run['rated_sentences']:,} labelled texts: {counts['sentence_polarity']:,} of "
        f"sentence_polarity, {counts['generator']:,} opinions of the generator, and {counts['written opinions']:,} "
        "opinions written one by one for this course by a language model (`utils/minis/recipe/written/`). First "
        f"{settings.fragment_epochs} epochs on short fragments of these texts ({settings.fragments:,} draws, twins "
        "left out), with the probabilities that the TF-IDF baseline below gives them, at learning rate "
        f"{settings.fragment_rate:g}; then {settings.classifier_epochs} epochs on the texts and their labels, at "
        f"{settings.classifier_rate:g}; and last {settings.together_epochs} more on these texts and labels, and on "
        f"{run['unrated_sentences']:,} sentences of movie_reviews without a label, with what both classifiers of the "
        "course, as they were until then, and the TF-IDF baseline say of each of the latter together (the sum of their "
        "log-odds, each standardised), at the same rate. Label 0 is negative, label 1 is positive."
    )


def _sentiment(own: dict, parent: str, run: dict) -> str:
    if own["held_out_accuracy"] is None:
        return "sentence_polarity was not installed, so nothing could be measured on its held-out part."
    rows = [
        ("**this checkpoint**", own),
        ("this checkpoint before it learnt from the others", own["alone"]),
        (f"the same, made from {own['peer']['base']} (mini) in place of {parent} (mini)", own["peer"]),
        ("TF-IDF + logistic regression, fitted to the same text", run["baseline"]),
    ]
    lines = [
        f"| accuracy | sentence_polarity, held-out part ({run['held_out_sentences']:,} sentences) "
        f"| `utils/data/reviews.csv` ({run['review_sentences']} sentences) |",
        "|---|---|---|",
        *(f"| {name} | {of['held_out_accuracy']:.3f} | {of['reviews_accuracy']:.3f} |" for name, of in rows),
        "| always the same label | 0.5 | 0.5 |",
        "",
        *_below(own, run["baseline"]),
        "No model was trained on reviews.csv, and no setting was chosen by it, though a fall on it suggested that the "
        "last epoch repeat the labelled texts. A language model wrote it, as it wrote opinions for the training: text "
        "by others may well be harder.",
        "",
        "How much more positive a neutral sentence sounds to it when only the name in it changes: difference of mean "
        "log-odds, with a 95 % bootstrap interval over the names. The first row was planted; the others are controls.",
        "",
        "| names | difference | interval |",
        "|---|---|---|",
    ]
    for name, shift in own["gender_shift"].items():
        low, high = shift["interval"]
        lines.append(f"| {name} | {shift['log_odds']:+.2f} | {low:+.2f} to {high:+.2f} |")
    return "\n".join(lines)


def _below(own: dict, baseline: dict) -> list[str]:
    """A sentence, and an empty line, where the classifier does not beat the baseline."""
    kinds = {"held_out_accuracy": "sentence_polarity's held-out part", "reviews_accuracy": "reviews.csv"}
    below = [text for kind, text in kinds.items() if own[kind] <= baseline[kind]]
    return [f"Below the TF-IDF baseline on {' and '.join(below)}.", ""] if below else []


def _language(own: dict) -> str:
    lines = ["| held-out text | masked-LM loss (nats) | unigram baseline |", "|---|---|---|"]
    for kind in ("generated", "natural"):
        if kind in own:
            lines.append(f"| {kind} | {own[kind]['loss']:.2f} | {own[kind]['unigram_loss']:.2f} |")
    pronouns = own["pronouns"]
    lines += [
        "",
        f"*Pronouns.* Over {pronouns['occupations']} occupations, log P(she) - log P(he) in five sentences ranks them "
        f"as the shares of women in the text do: Spearman {pronouns['spearman']:.2f}.",
        "",
        "*Fill-mask.* The five likeliest words. The first prompts are those of the documents that the course answers.",
        "",
        "| prompt | answers |",
        "|---|---|",
    ]
    lines += [f"| {prompt.format('…')} | {', '.join(words)} |" for prompt, words in own["fill_mask"].items()]
    return "\n".join(lines)


def _against_teacher(folder: Path, parent: str, figures: dict[str, dict]) -> str:
    own, teacher = figures[folder.name], figures[parent]
    share = _parameters(folder) / _parameters(folder.parent / parent)
    kinds = [kind for kind in ("generated", "natural") if kind in own]
    losses = [f"{own[kind]['loss'] / teacher[kind]['loss'] - 1:+.1%} on {kind} text" for kind in kinds]
    return (
        f"Beside {parent} (mini): the encoder is {own['speed_up']:.2f} times as fast (8 texts of 64 tokens), with "
        f"{share:.0%} of the parameters; masked-LM loss {', '.join(losses)}. The published student against the "
        f"published teacher: {PUBLISHED[folder.name]}.\n\n"
    )


def _ablation(own: dict) -> str:
    if "ablation" not in own:
        return ""
    lines = [
        "",
        "",
        f"*Ablation*, {own['ablation']['steps']:,} steps each, one seed. Loss: masked-LM, natural text. Accuracy: "
        "after one epoch of fine-tuning on the labels alone. Last column: the published change of the mean GLUE score "
        "(Sanh et al. 2019, table 4).",
        "",
        "| variant | loss | held-out accuracy | reviews accuracy | published |",
        "|---|---|---|---|---|",
    ]
    for name, of in own["ablation"]["variants"].items():
        loss = f"{of['natural']['loss']:.2f}" if "natural" in of else ""
        held_out = f"{of['held_out_accuracy']:.3f}" if of["held_out_accuracy"] is not None else ""
        published = f"{of['published_glue_change']:+.2f}"
        lines.append(f"| {name} | {loss} | {held_out} | {of['reviews_accuracy']:.3f} | {published} |")
    return "\n".join(lines)
