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

from utils.minis.recipe import cards, corpus, curves, measure, probes, sentiment, tokenizing
from utils.minis.recipe.ablation import ablate
from utils.minis.recipe.classify import classifier
from utils.minis.recipe.distil import distil
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
ABLATED = "bert"  # the family of the published ablation


class Run:
    """A run of the recipe: its settings, its work folder, the folder that the checkpoints go to, and its text."""

    def __init__(self, settings: Settings, work: Path, home: Path):
        self.settings, self.work, self.home = settings, work, home
        self._claim()
        self.text = corpus.build(settings, say=LOG.warning)

    def family(self, kind: str) -> None:
        """All checkpoints of one family, made and measured: tokenizer, teacher, student, classifier."""
        texts = self.text.generated + self.text.natural
        tokenizer = self._tokenizer(kind, texts)
        ids = tokenizing.encode(tokenizer, texts, self.settings.max_length)
        LOG.info("%s: %d texts, %d tokens", kind, len(ids), sum(map(len, ids)))
        (teacher, student, rated), settings = PARENTS[kind], self.settings
        taught = self._stage(teacher, tokenizer, lambda at: pretrain(teacher, ids, tokenizer, settings, at))
        self._stage(student, tokenizer, lambda at: distil(taught, ids, tokenizer, settings, at))
        self._stage(rated, tokenizer, lambda at: self._rate(rated, PARENTS[kind][rated], tokenizer, at))
        baseline = measure.unigram(ids, len(tokenizer))
        self._measure(kind, tokenizer, baseline)
        self._compare(rated, student if PARENTS[kind][rated] == teacher else teacher, tokenizer)
        if kind == ABLATED:
            self._ablate(student, rated, taught, ids, tokenizer, baseline)

    def _measure(self, kind: str, tokenizer: PreTrainedTokenizerBase, baseline: torch.Tensor) -> None:
        """Figures of the family's shipped files, that is, of the weights in half precision."""
        teacher, student, rated = PARENTS[kind]
        models = {name: AutoModelForMaskedLM.from_pretrained(self.home / name) for name in (teacher, student)}
        for name, model in models.items():
            self._note(name, self._language_figures(model, tokenizer, baseline))
            self._note(name, probes.pronoun_figures(model, tokenizer))
        self._note(student, {"speed_up": measure.speed_up(models[teacher], models[student])})
        judge = AutoModelForSequenceClassification.from_pretrained(self.home / rated)
        self._note(rated, sentiment.figures(judge, tokenizer, self.text.rated_unseen))
        self._note(rated, probes.gender_shift(judge, tokenizer))

    def finish(self) -> None:
        """Cards, loss curves, statistics and check sums, once every checkpoint is there."""
        parents = {name: parent for family in PARENTS.values() for name, parent in family.items()}
        run = {
            "sources": self.text.sources,
            "generator_words": corpus.distinct_words(self.text.generated + self.text.unseen_generated),
            "rated_sources": self.text.rated_sources,
            "rated_sentences": len(self.text.rated),
            "held_out_sentences": len(self.text.rated_unseen),
            "review_sentences": len(sentiment.reviews()),
            "threads": torch.get_num_threads(),
            "baseline": sentiment.baseline(self.text.rated, self.text.rated_unseen),
        }
        figures = {name: json.loads(self._figures(name).read_text(encoding="utf-8")) for name in parents}
        curves.draw({name: figures[name].pop("losses") for name in parents}, self.home / "losses.png")
        for name, parent in parents.items():
            cards.write(self.home / name, parent, figures, run, self.settings)
        _write_json(self.home / "figures.json", {"settings": self.settings.as_dict(), **run, "checkpoints": figures})
        _write_json(self.home / "statistics.json", self.text.statistics)
        LOG.info("wrote %s", write_sums(self.home, list(parents)))

    def _tokenizer(self, kind: str, texts: list[str]):
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

    def _rate(self, name: str, parent: str, tokenizer: PreTrainedTokenizerBase, at: Path):
        """`parent` as a classifier with the labels of checkpoint `name`, and its loss at each step."""
        return classifier(name, self.home / parent, self.text.rated, tokenizer, self.settings, at)

    def _compare(self, rated: str, other: str, tokenizer: PreTrainedTokenizerBase) -> None:
        """The other model of the pair, teacher or student, fine-tuned just as the shipped classifier was."""
        peer, _ = self._rate(rated, other, tokenizer, self.work / f"{other}-rated")
        self._note(rated, {"peer": {"base": other, **sentiment.figures(peer, tokenizer, self.text.rated_unseen)}})

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

    def _note(self, name: str, figures: dict, minutes: float = 0.0) -> None:
        """Adds to the checkpoint's figures; minutes add up, since a stage may take several sittings."""
        path = self._figures(name)
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"minutes": 0.0}
        known |= figures | {"minutes": known["minutes"] + minutes}
        path.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")

    def _claim(self) -> None:
        """A work folder belongs to one setting: going on with another would mix two runs."""
        path = self.work / "settings.json"
        if path.exists() and json.loads(path.read_text(encoding="utf-8")) != self.settings.as_dict():
            raise SystemExit(f"{self.work} holds a run with other settings: delete it, or name another one with --work")
        path.write_text(json.dumps(self.settings.as_dict(), indent=1), encoding="utf-8")


def _write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
