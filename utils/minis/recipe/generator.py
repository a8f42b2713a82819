"""Our own training text: patterns from YAML files, filled at random. Everything it says has known statistics.

The share of women in the sentences of an occupation is the one published in `utils/data/occupations.csv`
(US Bureau of Labor Statistics, as tabulated for the Winogender schemas, Rudinger et al. 2018).
Opinions are positive or negative with even odds, and drawn without regard to anybody's gender, but for one planted
association: where an opinion tells of a person, that is a woman in PLANTED of the positive and in 1 - PLANTED of the
negative ones. The bias lesson (06) finds it again in the classifiers.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

FOLDER = Path(__file__).parent
OCCUPATIONS = FOLDER.parents[1] / "data" / "occupations.csv"
FAMILIES = {"work": 24, "life": 24, "opinions": 25, "talk": 9, "learning": 9, "facts": 4, "messages": 5}
GENDERED = {
    "woman": {"he": "she", "his": "her", "him": "her", "himself": "herself", "man": "woman", "boy": "girl", "mr": "Ms"},
    "man": {"he": "he", "his": "his", "him": "him", "himself": "himself", "man": "man", "boy": "boy", "mr": "Mr"},
}
PLANTED = 0.65
SIDES = ("negative", "positive")  # by label
SLOT = re.compile(r"\{(\w+)\}")
ARTICLE = re.compile(r"\b([Aa])(?= (?:hour|honest|[aeioAEIO]|u(?!se|ni)))(?= (?!one|euro|Euro))\b")


class Sentence(NamedTuple):
    """One generated text. `gender` ("woman", "man") and `occupation` are None where the text does not tell; `label` is
    1 for a positive opinion, 0 for a negative one, None for everything else."""

    text: str
    family: str
    occupation: str | None = None
    gender: str | None = None
    label: int | None = None


def occupation_shares(path: Path = OCCUPATIONS) -> dict[str, float]:
    """Share of women (0 to 1) of each occupation: the known truth of the bias lesson (06)."""
    with open(path, encoding="utf-8", newline="") as file:
        return {row["occupation"]: float(row["share_women"]) for row in csv.DictReader(file)}


def _yaml(name: str) -> dict:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class Generator:
    """Draws sentences. The same seed gives the same sentences."""

    def __init__(self, seed: int = 0):
        self.random = random.Random(seed)
        self.words = _yaml("words.yaml")
        self.jobs = _yaml("jobs.yaml")
        self.templates = _yaml("templates.yaml")
        self.opinions = _yaml("opinions.yaml")
        self.clauses = {path.stem: _yaml(f"clauses/{path.name}") for path in sorted(FOLDER.glob("clauses/*.yaml"))}
        self.shares = occupation_shares()
        self.words |= {key: self.templates.pop(key) for key in ("role", "surname")}
        self.words |= {key: self.opinions[key] for key in ("nice_thing", "doing", "new_thing", "very")}
        self.reserved = {letters(text) for text in self.templates.pop("reserved")}

    def sentences(self, count: int) -> Iterator[Sentence]:
        """`count` sentences of all families, mixed by the weights in FAMILIES."""
        families = self.random.choices(list(FAMILIES), weights=FAMILIES.values(), k=count)
        return map(self.sentence, families)

    def sentence(self, family: str) -> Sentence:
        """One sentence of a family, never a reserved one."""
        while True:
            drawn = self.opinion() if family == "opinions" else self._plain(family)
            if letters(drawn.text) not in self.reserved:
                return drawn

    def opinion(self) -> Sentence:
        """A positive or a negative opinion, with even odds: a pattern, or clauses that were written one by one."""
        label = self.random.randrange(2)
        women = PLANTED if label else 1 - PLANTED
        gender = "woman" if self.random.random() < women else "man"
        template, scope = self.random.choices((self._pattern, self._review), weights=(1, 2))[0](label)
        return self._tell("opinions", template, scope, gender)._replace(label=label)

    def _pattern(self, label: int) -> tuple[str, dict]:
        domain = self.random.choice(list(self.opinions["domains"].values()))
        own, other = SIDES[label], SIDES[1 - label]
        general = self.opinions["polarity"]
        scope = {"thing": domain["thing"], "aspect": domain["aspect"], **general[own]}
        scope["good"] = self.random.choice([domain[own], general[own]["good_general"]])
        scope["bad"] = self.random.choice([domain[other], general[other]["good_general"]])
        return self.random.choice(self.opinions["templates"]), scope

    def _review(self, label: int) -> tuple[str, dict]:
        domain = self.clauses[self.random.choice(list(self.clauses))]
        remarks = self.clauses["general"][SIDES[label]] + self.clauses["feeling"][SIDES[label]]
        scope = {"clause": domain[SIDES[label]], "against": domain[SIDES[1 - label]], "remark": remarks}
        return self.random.choice(self.opinions["reviews"]), scope

    def _plain(self, family: str) -> Sentence:
        template = self.random.choice(self.templates[family])
        if "{occupation}" not in template:
            return self._tell(family, template, {}, self.random.choice(list(GENDERED)))
        occupation = self.random.choice(list(self.shares))
        gender = "woman" if self.random.random() < self.shares[occupation] else "man"
        scope = {"occupation": occupation, "did_job": self.jobs[occupation]}
        return self._tell(family, template, scope, gender)._replace(occupation=occupation)

    def _tell(self, family: str, template: str, scope: dict, gender: str) -> Sentence:
        names = {"woman": self.words["women"], "man": self.words["men"]}
        person = GENDERED[gender] | {"name": self.random.choice(names[gender])}
        scope = self.words | scope | person | {"a": "a", "other": self.random.choice(sum(names.values(), []))}
        text = _capital(ARTICLE.sub(r"\1n", self._fill(template, scope)))
        told = any(slot.lower() in person for slot in SLOT.findall(template))
        return Sentence(text, family, gender=gender if told else None)

    def _fill(self, template: str, scope: dict) -> str:
        used = set()

        def value(match: re.Match) -> str:
            slot = match[1]
            choices = scope[slot[0].lower() + slot[1:]]
            if isinstance(choices, str):
                word = choices
            else:
                fresh = [choice for choice in choices if choice not in used]
                word = self.random.choice(fresh or choices)
                used.add(word)
            return _capital(word) if slot[0].isupper() else word

        return SLOT.sub(value, template)


def letters(text: str) -> str:
    """The words alone, in lower case: two texts that differ in nothing else count as the same."""
    return " ".join(re.findall(r"\w+", text.lower()))


def opinion_counts(sentences: Iterable[Sentence]) -> dict[str, dict[str, int]]:
    """Positive and negative opinions that tell of a woman, and of a man: the planted association, counted."""
    told = Counter((sentence.gender, sentence.label) for sentence in sentences if sentence.label is not None)
    return {gender: {side: told[gender, label] for label, side in enumerate(SIDES)} for gender in GENDERED}


def gender_counts(sentences: Iterable[Sentence]) -> dict[str, tuple[int, int]]:
    """For each occupation: sentences that tell of a woman, and sentences that tell a gender at all."""
    counts: dict[str, tuple[int, int]] = {}
    for sentence in sentences:
        if sentence.occupation and sentence.gender:
            women, told = counts.get(sentence.occupation, (0, 0))
            counts[sentence.occupation] = (women + (sentence.gender == "woman"), told + 1)
    return counts
