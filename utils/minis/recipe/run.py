"""A run of the recipe: which checkpoint is made from which, every stage resumable, every figure measured."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import torch
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from utils.minis.recipe import cards, corpus, curves, linear, measure, probes, sentiment, tokenizing
from utils.minis.recipe.ablation import ablate
from utils.minis.recipe.classify import agree, classifier, log_odds
from utils.minis.recipe.distil import distil
from utils.minis.recipe.ensemble import together
from utils.minis.recipe.export import export, write_sums
from utils.minis.recipe.pretraining import pretrain
from utils.minis.recipe.settings import Settings
from utils.minis.recipe.training import LOG

PARENTS = {  # each checkpoint and the one that it is made from, in the order of making
    "roberta": {"roberta-base": None, "distilroberta-base": "roberta-base", "roberta-base-SST-2": "roberta-base"},
    "bert": {
        "bert-base-uncased": None,
        "distilbert-base-uncased": "bert-base-uncased",
        "distilbert-base-uncased-finetuned-sst-2-english": "distilbert-base-uncased",
    },
}
PARENT = {name: parent for family in PARENTS.values() for name, parent in family.items()}
ABLATED = "bert"  # the family of the published ablation


class Run:
    """A run of the recipe: its settings, its work folder, the folder that the checkpoints go to, and its text."""

    def __init__(self, settings: Settings, work: Path, home: Path):
        self.settings, self.work, self.home = settings, work, home
        self._claim()
        self.text = corpus.build(settings, say=LOG.warning)

    def family(self, kind: str) -> None:
        """One family, made and measured: tokenizer, teacher, student, and both of these as classifiers."""
        texts = self.text.generated + self.text.natural
        tokenizer = self._tokenizer(kind, texts)
        ids = tokenizing.encode(tokenizer, texts, self.settings.max_length)
        LOG.info("%s: %d texts, %d tokens", kind, len(ids), sum(map(len, ids)))
        (teacher, student, rated), settings = PARENTS[kind], self.settings
        taught = self._stage(teacher, tokenizer, lambda at: pretrain(teacher, ids, tokenizer, settings, at))
        self._stage(student, tokenizer, lambda at: distil(taught, ids, tokenizer, settings, at))
        baseline = measure.unigram(ids, len(tokenizer))
        self._measure(kind, tokenizer, baseline)
        for base in (teacher, student):
            self._rate(base, rated, tokenizer)
        if kind == ABLATED:
            self._ablate(student, rated, taught, ids, tokenizer, baseline)

    def _measure(self, kind: str, tokenizer: PreTrainedTokenizerBase, baseline: torch.Tensor) -> None:
        """Figures of the family's shipped files, that is, of the weights in half precision."""
        teacher, student, _ = PARENTS[kind]
        models = {name: AutoModelForMaskedLM.from_pretrained(self.home / name) for name in (teacher, student)}
        for name, model in models.items():
            self._note(name, self._language_figures(model, tokenizer, baseline))
            self._note(name, probes.pronoun_figures(model, tokenizer))
        self._note(student, {"speed_up": measure.speed_up(models[teacher], models[student])})

    def classifiers(self) -> None:
        """The shipped classifiers, once both families are there: each learns on, from what they say together."""
        texts, positive = self._lesson()
        for kind, (*_, rated) in PARENTS.items():
            self._agree(rated, texts, positive, self._tokenizer(kind))

    def _lesson(self) -> tuple[list[str], list[float]]:
        """Texts, and the probability of the positive label for each: what the classifiers and the linear model, which
        have each learnt alone, say together of text without a label; and once more the texts with theirs."""
        rated, unrated = self.text.rated, self.text.unrated
        positive = []
        if unrated:
            votes = [self._vote(kind, name) for kind, (*_, name) in PARENTS.items()]
            votes.append(torch.tensor(linear.fit(rated).decision_function(unrated)))
            positive = together(votes).tolist()
        return unrated + [item.text for item in rated], positive + [float(item.label) for item in rated]

    def finish(self) -> None:
        """Cards, loss curves, statistics and check sums, once every checkpoint is there."""
        run = {
            "sources": self.text.sources,
            "generator_words": corpus.distinct_words(self.text.generated + self.text.unseen_generated),
            "rated_sources": self.text.rated_sources,
            "rated_sentences": len(self.text.rated),
            "unrated_sentences": len(self.text.unrated),
            "held_out_sentences": len(self.text.rated_unseen),
            "review_sentences": len(sentiment.reviews()),
            "threads": torch.get_num_threads(),
            "baseline": sentiment.baseline(self.text.rated, self.text.rated_unseen),
        }
        figures = {name: self._known(name) for name in PARENT}
        losses = {}
        for name, found in figures.items():
            losses[name] = found.pop("losses")
            if "last_losses" in found:
                losses[f"{name}\nlast epoch"] = found.pop("last_losses")
        curves.draw(losses, self.home / "losses.png")
        for name, parent in PARENT.items():
            cards.write(self.home / name, parent, figures, run, self.settings)
        _write_json(self.home / "figures.json", {"settings": self.settings.as_dict(), **run, "checkpoints": figures})
        _write_json(self.home / "statistics.json", self.text.statistics)
        LOG.info("wrote %s", write_sums(self.home, list(PARENT)))

    def _tokenizer(self, kind: str, texts: list[str] = ()):
        """The family's tokenizer, trained once: all its checkpoints, and later sittings, use the same ids."""
        folder = self.work / f"{kind}-tokenizer"
        if not folder.exists():
            size = getattr(self.settings, f"{kind}_vocabulary")
            getattr(tokenizing, f"{kind}_tokenizer")(texts, size).save_pretrained(folder)
        return AutoTokenizer.from_pretrained(folder)

    def _stage(self, name: str, tokenizer, train):
        start = time.monotonic()
        model, losses = train(self.work / name)
        export(model, tokenizer, self.home / name)
        self._note(name, {"steps": len(losses), "losses": losses}, (time.monotonic() - start) / 60)
        return model.eval()

    def _rate(self, base: str, rated: str, tokenizer: PreTrainedTokenizerBase) -> None:
        """`base` as a classifier that has learnt alone: checkpoint `rated` before it learns from the others, or its
        like from the family's other model."""
        start, at = time.monotonic(), self.work / f"{base}-rated"
        model, losses = classifier(rated, self.home / base, self.text.rated, tokenizer, self.settings, at)
        figures = sentiment.figures(model, tokenizer, self.text.rated_unseen)
        if base == PARENT[rated]:
            export(model, tokenizer, self._alone(rated))
            self._note(rated, {"alone": figures, "losses": losses}, (time.monotonic() - start) / 60)
        else:
            self._note(rated, {"peer": {"base": base, **figures}})

    def _alone(self, rated: str) -> Path:
        return self.work / f"{PARENT[rated]}-rated" / "model"

    def _vote(self, kind: str, rated: str) -> torch.Tensor:
        """What a family's classifier, having learnt alone, says of the texts without a label: log-odds, (texts,)."""
        model = AutoModelForSequenceClassification.from_pretrained(self._alone(rated))
        return log_odds(model, self._tokenizer(kind), self.text.unrated)

    def _agree(self, rated: str, texts: list[str], positive: list[float], tokenizer: PreTrainedTokenizerBase) -> None:
        """The shipped classifier, made and measured."""
        start, folder = time.monotonic(), self.home / rated
        model, losses = agree(self._alone(rated), texts, positive, tokenizer, self.settings, self.work / rated)
        export(model, tokenizer, folder)
        minutes = (time.monotonic() - start) / 60
        model = AutoModelForSequenceClassification.from_pretrained(folder)  # of the weights in half precision
        figures = sentiment.figures(model, tokenizer, self.text.rated_unseen) | probes.gender_shift(model, tokenizer)
        steps = len(self._known(rated)["losses"]) + len(losses)
        self._note(rated, figures | {"last_losses": losses, "steps": steps}, minutes)

    def _ablate(self, student: str, rated: str, taught: PreTrainedModel, ids, tokenizer, baseline) -> None:
        """Every variant of the ablation: its masked-LM loss, and what it reaches after one epoch on the labels."""
        folder, short = self.work / "ablation", replace(self.settings, fragments=0, classifier_epochs=1)

        def judge(variant: str, model: PreTrainedModel) -> dict:
            place = folder / f"{variant.replace(' ', '-')}-model"
            model.save_pretrained(place)
            fine_tuned, _ = classifier(rated, place, self.text.rated, tokenizer, short, place)
            losses = self._held_out_losses(model, tokenizer, baseline)
            return losses | sentiment.figures(fine_tuned, tokenizer, self.text.rated_unseen)

        table = ablate(taught, ids, tokenizer, self.settings, folder, judge)
        self._note(student, {"ablation": {"steps": self.settings.ablation_steps, "variants": table}})

    def _language_figures(self, model, tokenizer, baseline: torch.Tensor) -> dict:
        prompts = [prompt for group in measure.PROMPTS.values() for prompt in group]
        figures = {"fill_mask": {prompt: measure.fill(model, tokenizer, prompt) for prompt in prompts}}
        figures |= self._held_out_losses(model, tokenizer, baseline)
        LOG.info("%s: %s", type(model).__name__, json.dumps(figures, ensure_ascii=False))
        return figures

    def _held_out_losses(self, model, tokenizer, baseline: torch.Tensor) -> dict:
        figures = {}
        for kind, texts in (("generated", self.text.unseen_generated), ("natural", self.text.unseen_natural)):
            if texts:
                some = texts[: self.settings.evaluation_sentences]
                kept = tokenizing.encode(tokenizer, some, self.settings.max_length)
                figures[kind] = measure.held_out_loss(model, tokenizer, kept, baseline, self.settings)
        return figures

    def _figures(self, name: str) -> Path:
        return self.work / name / "figures.json"

    def _known(self, name: str) -> dict:
        path = self._figures(name)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"minutes": 0.0}

    def _note(self, name: str, figures: dict, minutes: float = 0.0) -> None:
        """Adds to the checkpoint's figures; minutes add up, since a stage may take several sittings."""
        known = self._known(name)
        known |= figures | {"minutes": known["minutes"] + minutes}
        self._figures(name).parent.mkdir(exist_ok=True)
        self._figures(name).write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")

    def _claim(self) -> None:
        """A work folder belongs to one setting: going on with another would mix two runs."""
        path = self.work / "settings.json"
        if path.exists() and json.loads(path.read_text(encoding="utf-8")) != self.settings.as_dict():
            raise SystemExit(f"{self.work} holds a run with other settings: delete it, or name another one with --work")
        path.write_text(json.dumps(self.settings.as_dict(), indent=1), encoding="utf-8")


def _write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
