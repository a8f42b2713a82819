"""`python -m utils.minis.recipe`: makes the six mini checkpoints from nothing. Stopped, it goes on where it was."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from pathlib import Path

import torch
from platformdirs import user_cache_path
from transformers import AutoTokenizer

from utils.minis.recipe import cards, corpus, curves, measure, tokenizing
from utils.minis.recipe.classify import classifier
from utils.minis.recipe.distil import distil
from utils.minis.recipe.export import export, write_sums
from utils.minis.recipe.pretraining import pretrain
from utils.minis.recipe.settings import FULL, QUICK, Settings
from utils.minis.recipe.training import LOG

HOME = Path(__file__).parents[1]
WORK = user_cache_path("roberta-distilbert-measured") / "recipe"
PARENTS = {  # each checkpoint and the one that it is made from, in the order of making
    "roberta": {"roberta-base": None, "distilroberta-base": "roberta-base", "roberta-base-SST-2": "roberta-base"},
    "bert": {
        "bert-base-uncased": None,
        "distilbert-base-uncased": "bert-base-uncased",
        "distilbert-base-uncased-finetuned-sst-2-english": "distilbert-base-uncased",
    },
}


class Run:
    """A run of the recipe: its settings, its work folder, the folder that the checkpoints go to, and its text."""

    def __init__(self, settings: Settings, work: Path, home: Path):
        self.settings, self.work, self.home = settings, work, home
        self._claim()
        self.text = corpus.build(settings, say=LOG.warning)

    def family(self, kind: str) -> None:
        """All checkpoints of one family: tokenizer, teacher, student, classifier."""
        texts = self.text.generated + self.text.natural
        tokenizer = self._tokenizer(kind, texts)
        ids = tokenizing.encode(tokenizer, texts, self.settings.max_length)
        LOG.info("%s: %d texts, %d tokens", kind, len(ids), sum(map(len, ids)))
        (teacher, student, rated), settings = PARENTS[kind], self.settings
        base = self.home / PARENTS[kind][rated]
        taught = self._stage(teacher, tokenizer, lambda at: pretrain(teacher, ids, tokenizer, settings, at))
        small = self._stage(student, tokenizer, lambda at: distil(student, taught, ids, tokenizer, settings, at))
        items = self.text.rated
        judge = self._stage(rated, tokenizer, lambda at: classifier(rated, base, items, tokenizer, settings, at))
        for name, model in ((teacher, taught), (student, small)):
            self._note(name, self._language_figures(model, tokenizer, ids))
        self._note(rated, {"held_out_accuracy": measure.accuracy(judge, tokenizer, self.text.rated_unseen)})

    def finish(self) -> None:
        """Cards, loss curves and check sums, once every checkpoint is there."""
        parents = {name: parent for family in PARENTS.values() for name, parent in family.items()}
        run = {
            "sources": self.text.sources,
            "generator_words": corpus.distinct_words(self.text.generated + self.text.unseen_generated),
            "held_out_sentences": len(self.text.rated_unseen),
            "threads": torch.get_num_threads(),
        }
        figures = {name: json.loads(self._figures(name).read_text(encoding="utf-8")) for name in parents}
        for name, parent in parents.items():
            cards.write(self.home / name, parent, figures[name], run, self.settings)
        curves.draw({name: figures[name].pop("losses") for name in parents}, self.work / "losses.png")
        whole = {"settings": self.settings.as_dict(), **run, "checkpoints": figures}
        text = json.dumps(whole, indent=1, ensure_ascii=False)
        (self.home / "figures.json").write_text(f"{text}\n", encoding="utf-8")
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

    def _language_figures(self, model, tokenizer, ids: list[list[int]]) -> dict:
        baseline = measure.unigram(ids, len(tokenizer))
        figures = {"fill_mask": {prompt: measure.fill(model, tokenizer, prompt) for prompt in measure.PROMPTS}}
        for kind, texts in (("generated", self.text.unseen_generated), ("natural", self.text.unseen_natural)):
            if texts:
                some = texts[: self.settings.evaluation_sentences]
                kept = tokenizing.encode(tokenizer, some, self.settings.max_length)
                figures[kind] = measure.held_out_loss(model, tokenizer, kept, baseline, self.settings)
        LOG.info("%s: %s", model.name_or_path or type(model).__name__, json.dumps(figures, ensure_ascii=False))
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


def main(argv: list[str] | None = None) -> int:
    """Runs the recipe; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m utils.minis.recipe", description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK, help="states, log and curves")
    parser.add_argument("--out", type=Path, default=HOME, help="where the checkpoint folders go")
    parser.add_argument("--family", choices=PARENTS, action="append", help="only this one, and no cards or check sums")
    parser.add_argument("--threads", type=int, default=1, help="torch threads; another number changes the last digits")
    parser.add_argument("--quick", action="store_true", help="a tiny run that shows that everything works")
    options = parser.parse_args(argv)
    _log_to(options.work / "recipe.log")
    torch.set_num_threads(options.threads)
    run = Run(QUICK if options.quick else FULL, options.work, options.out)
    for kind in options.family or PARENTS:
        run.family(kind)
    if not options.family:
        run.finish()
    return 0


def _log_to(path: Path) -> None:
    """The recipe's own messages go to the terminal and to a file; other libraries' stay out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    LOG.setLevel(logging.INFO)
    for handler in (logging.StreamHandler(), logging.FileHandler(path, encoding="utf-8")):
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        LOG.addHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
