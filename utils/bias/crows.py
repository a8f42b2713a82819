"""The published CrowS-Pairs file: loaded where somebody has it or can fetch it, never shipped."""

import csv
from pathlib import Path

URL = "https://raw.githubusercontent.com/nyu-mll/crows-pairs/master/data/crows_pairs_anonymized.csv"
WARNING = """\
CrowS-Pairs (Nangia et al. 2020, CC BY-SA 4.0): read its authors' warning first. Their repository,
github.com/nyu-mll/crows-pairs, now says that the set's problems with noise and reliability are grave enough that it may
not be a good indicator of social bias in language models, and points to Blodgett et al. 2021, who describe them.
Its sentences were written to offend: do not show them to people who did not ask."""
COLUMNS = {
    "bias_type": "category",
    "sent_more": "more_stereotyped",
    "sent_less": "less_stereotyped",
    "stereo_antistereo": "direction",
}
SECONDS = 30  # to wait for an answer


def crows_pairs(path=None, url: str = URL):
    """The published CrowS-Pairs file with the columns of `pairs`, and its authors' warning printed. Lesson 06.

    `path` names a copy of crows_pairs_anonymized.csv; without it the file (0.4 MB) is downloaded from the authors'
    repository. Raises FileNotFoundError for a wrong path, ConnectionError when the download fails, and ValueError for a
    file of another form.
    """
    import pandas as pd

    text = _download(url) if path is None else _read(Path(path))
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    missing = [column for column in COLUMNS if not rows or column not in rows[0]]
    if missing:
        raise ValueError(
            f"This is not CrowS-Pairs: no column {', '.join(missing)}. Give the file crows_pairs_anonymized.csv."
        )
    print(WARNING)
    table = pd.DataFrame(rows)[list(COLUMNS)].rename(columns=COLUMNS)
    return table.rename_axis("id").assign(note="")


def _read(path: Path) -> str:
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}. Leave the path out to download it.")
    return path.read_text(encoding="utf-8")


def _download(url: str) -> str:
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        with urlopen(url, timeout=SECONDS) as answer:
            return answer.read().decode("utf-8")
    except (URLError, OSError) as error:
        raise ConnectionError(
            f"CrowS-Pairs could not be downloaded ({error}). Fetch {url} on a machine that is connected, "
            "and give the path of the file: crows_pairs(path)."
        ) from None
