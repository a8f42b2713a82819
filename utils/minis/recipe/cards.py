"""The README.md of each checkpoint: a Hub card whose figures come from the run."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

from safetensors import safe_open

from utils.minis.recipe.distil import TEMPERATURE, WEIGHTS
from utils.minis.recipe.settings import STUDENT_LAYERS, Settings

TEMPLATE = Path(__file__).with_name("card.md")
LICENCES = {"generator": "this course", "gutenberg (children's books)": "public domain"}  # the others are CC BY 4.0


def write(folder: Path, parent: str | None, figures: dict, run: dict, settings: Settings) -> None:
    """Writes `folder`/README.md. `figures` are this checkpoint's, `run` those of the whole run (sources, words,
    held-out part); `parent` is the checkpoint that it was made from, if any."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    student = "distil" in folder.name
    rated = "held_out_accuracy" in figures
    if rated:
        recipe, measured = _classifier_recipe(settings, parent), _accuracy(figures, run)
    else:
        recipe, measured = _student_recipe(parent) if student else _teacher_recipe(settings), _language(figures)
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=folder.name,
        pipeline="text-classification" if rated else "fill-mask",
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
        held_out=f"{run['held_out_sentences']:,}",
        recipe=recipe,
        steps=f"{figures['steps']:,}",
        minutes=f"{figures['minutes']:.0f}",
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
        f"it with the three losses of DistilBERT: {WEIGHTS['kl']:g} × KL divergence at temperature {TEMPERATURE:g} on "
        f"every position but padding, {WEIGHTS['mlm']:g} × masked-language-model loss, {WEIGHTS['cosine']:g} × cosine "
        "loss of the last hidden states."
    )


def _classifier_recipe(settings: Settings, parent: str) -> str:
    return (
        f"{parent} (mini), fine-tuned for {settings.classifier_epochs} epochs on sentence_polarity without its "
        f"held-out part and on {settings.generated_opinions:,} generated opinions, learning rate "
        f"{settings.classifier_rate:g}."
    )


def _accuracy(figures: dict, run: dict) -> str:
    if figures["held_out_accuracy"] is None:
        return "sentence_polarity was not installed, so nothing could be measured on its held-out part."
    return (
        f"Accuracy on sentence_polarity's held-out part ({run['held_out_sentences']:,} sentences): "
        f"**{figures['held_out_accuracy']:.3f}**. Always answering one label gets about one half."
    )


def _language(figures: dict) -> str:
    lines = ["| held-out text | masked-LM loss (nats) | unigram baseline |", "|---|---|---|"]
    for kind in ("generated", "natural"):
        if kind in figures:
            lines.append(f"| {kind} | {figures[kind]['loss']:.2f} | {figures[kind]['unigram_loss']:.2f} |")
    lines += ["", "The five likeliest words:", "", "| prompt | answers |", "|---|---|"]
    lines += [f"| {prompt.format('…')} | {', '.join(words)} |" for prompt, words in figures["fill_mask"].items()]
    return "\n".join(lines)
