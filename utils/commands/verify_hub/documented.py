"""What documents say of the published checkpoints: a row for each figure of each, from data/documented.yaml and
data/published.yaml."""

from dataclasses import dataclass, replace

import yaml

from utils import checkpoints

FILE = checkpoints.DATA / "documented.yaml"
PROBABILITY = 0.002  # cards print three digits, and were written with older versions
SST2 = "SST-2, "


@dataclass(frozen=True)
class Row:
    """A figure of a checkpoint: what is documented, and what was measured."""

    checkpoint: str
    figure: str
    documented: object
    source: str
    tolerance: float = 0
    measured: object = None

    def measured_as(self, value) -> "Row":
        return replace(self, measured=value)

    @property
    def same(self) -> bool:
        """Is the measured value the documented one, numbers within the tolerance?"""
        return agree(self.documented, self.measured, self.tolerance)


def agree(documented, measured, tolerance: float) -> bool:
    """Are two values the same? Numbers within `tolerance`, also those of a dictionary; its order does not count."""
    if isinstance(documented, dict) and isinstance(measured, dict):
        return documented.keys() == measured.keys() and all(
            agree(value, measured[key], tolerance) for key, value in documented.items()
        )
    if isinstance(documented, (int, float)) and isinstance(measured, (int, float)):
        return abs(documented - measured) <= tolerance + 1e-9
    return documented == measured


def rows() -> list[Row]:
    """All that is documented."""
    found = []
    for figure, block in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
        for name, value in block["values"].items():
            each = {SST2 + metric: number for metric, number in value.items()} if figure == "sst2" else {figure: value}
            for what, said in each.items():
                found.append(Row(name, what, said, block["source"], block.get("tolerance", 0)))
    return found + _published()


def _published() -> list[Row]:
    published = checkpoints.published()
    fillings, pieces, licences = (published[name] for name in ("fill_mask", "occupations_in_pieces", "licences"))
    found = []
    for name in checkpoints.CATALOGUE:
        for prompt, words in fillings.get(name, {}).items():
            found.append(Row(name, prompt, words, fillings["source"], PROBABILITY))
        if name in pieces:
            found.append(Row(name, "occupations in pieces", sorted(pieces[name]), pieces["source"]))
        if name in licences["values"]:
            found.append(Row(name, "licence", licences["values"][name].lower(), licences["source"]))
    return found
