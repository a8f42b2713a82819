"""The catalogue of models, and where each one comes from.

Three kinds of model, never confused (lesson 00 shows all three):

* **mini**: small checkpoints that this course trained and ships. The default: nothing to download.
* **hub**: the published checkpoints, pinned by revision, fetched once.
* **blueprint**: the published architecture at full size with random weights. True shapes, meaningless outputs.
"""

import contextlib
import difflib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from utils import downloads, packages
from utils.course import COURSE

MINIS = Path(__file__).parent / "minis"
DATA = Path(__file__).parent / "data"


class CheckpointError(RuntimeError):
    """A checkpoint cannot be used as it is; the message says what to do."""


@dataclass(frozen=True)
class Checkpoint:
    """One row of the catalogue, as explained in data/checkpoints.yaml."""

    name: str
    hub_id: str
    revision: str
    architecture: str
    task: str
    what: str
    megabytes: int


def _read(file: str) -> dict:
    return yaml.safe_load((DATA / file).read_text(encoding="utf-8"))


CATALOGUE = {name: Checkpoint(name, **fields) for name, fields in _read("checkpoints.yaml").items()}


def checkpoint(name: str) -> Checkpoint:
    """The catalogue row called `name`.

    Raises ValueError that lists the right names, and the nearest one, when there is no such row.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    typed = str(name).split("/")[-1].lower()  # people paste the Hub's owner/name, or write BERT
    lower = {known.lower(): known for known in CATALOGUE}
    near = [known for known in lower if typed and known.startswith(typed)] or difflib.get_close_matches(typed, lower)
    hint = f" Did you mean {lower[near[0]]!r}?" if near else ""
    raise ValueError(f"There is no checkpoint called {name!r}.{hint} The course knows: {', '.join(CATALOGUE)}.")


# --- the switch between mini and hub ------------------------------------------------------------------------


def settings_file() -> Path:
    """Where the choice of models is kept, on this machine only. `COURSE_SETTINGS` names another file."""
    if os.environ.get("COURSE_SETTINGS"):
        return Path(os.environ["COURSE_SETTINGS"])
    from platformdirs import user_config_path

    return user_config_path(COURSE) / "settings.json"


def mode() -> str:
    """`"mini"` or `"hub"`: the `COURSE_MODELS` variable if set, else the kept choice, else mini. Lesson 00."""
    chosen = os.environ.get("COURSE_MODELS")
    if chosen:
        return _valid_mode(chosen.strip().lower(), "The variable COURSE_MODELS")
    try:
        kept = json.loads(settings_file().read_text(encoding="utf-8"))["models"]
    except FileNotFoundError:
        return "mini"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"The kept choice of models in {settings_file()} cannot be read ({error}). "
            'Choose again with checkpoints.switch("mini") or checkpoints.switch("hub", sure=True).'
        ) from None
    return _valid_mode(kept, f"The file {settings_file()}")


def switch(to: str, sure: bool = False) -> str:
    """Keep the choice of models, `"mini"` or `"hub"`, for every lesson, and say what follows. Lesson 00.

    `switch("hub")` changes nothing: it says how much there is to download. `switch("hub", sure=True)` keeps the
    choice. Nothing is downloaded here. Returns the sentence to show. Raises ValueError for another word and
    CheckpointError if the choice cannot be written.
    """
    to = _valid_mode(to, "The choice of models")
    if to == "hub" and not sure:
        return f'{_cost()} Nothing is changed yet. To choose them: checkpoints.switch("hub", sure=True)'
    file = settings_file()
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps({"models": to}) + "\n", encoding="utf-8")
        partial.replace(file)  # whole or not at all
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise CheckpointError(
            f"The choice cannot be kept: {error}. Free some space or fix the permissions of {file.parent}, "
            f"or set the variable COURSE_MODELS={to} instead."
        ) from None
    override = os.environ.get("COURSE_MODELS")
    if override and override.strip().lower() != to:
        return f"Kept: {to}. But COURSE_MODELS={override} is set and wins while it is."
    if to == "mini":
        return "Kept: mini. The shipped checkpoints, nothing to download. Restart the kernel to begin."
    return (
        "Kept: hub. Each published checkpoint is downloaded when a lesson first asks for it; "
        "checkpoints.download() fetches all of them now. Restart the kernel to begin."
    )


def _cost() -> str:
    """One sentence: how much the published checkpoints are, and how much of it is still to come."""
    missing = [row for row in CATALOGUE.values() if not downloaded(row.name)]
    if not missing:
        return "The six published checkpoints are all on this machine: nothing is left to download."
    begin = f"{len(missing)} of the {len(CATALOGUE)} published checkpoints are to be downloaded:"
    try:
        downloads.may_ask()
        total = downloads.total_bytes([(row.hub_id, row.revision) for row in missing])
    except downloads.DownloadError as error:
        about = sum(row.megabytes for row in missing)
        return f"{begin} about {about:,} MB. (The exact size could not be asked, because {error.reason}.)"
    return f"{begin} {total / 1e6:,.1f} MB ({total:,} bytes)."


def prepare() -> str:
    """Set what the libraries read when they are imported, and say which models are in use.

    The shared first cell of every notebook calls this before anything imports transformers.
    Returns one line to show, and one before it where a package does not fit.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # ONNX Runtime would report each model that it opens
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # bars become dead widgets in a saved notebook
    os.environ.setdefault("HF_HUB_DISABLE_SYMLINKS_WARNING", "1")  # Windows; frightens and changes nothing
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no warning after a fork
    if downloads.mirror():
        os.environ["HF_ENDPOINT"] = downloads.mirror()  # for what a learner loads by the Hub's own names
    hub = mode() == "hub"
    complete = hub and all(downloaded(name) for name in CATALOGUE)
    if complete or not hub:
        downloads.turn_off()
    if not hub:
        models = "mini. Small checkpoints that came with the course; nothing is downloaded."
    elif complete:
        models = "hub. The published checkpoints, all on this machine; nothing is downloaded."
    else:
        models = "hub. The published checkpoints; each is downloaded once, when a lesson first asks for it."
    return "\n".join(filter(None, [packages.complaint(), f"Models: {models}"]))


def _valid_mode(word: str, source: str) -> str:
    if word in ("mini", "hub"):
        return word
    raise ValueError(f'{source} is {word!r}. It must be "mini" (shipped with the course) or "hub" (published).')


# --- from a name to a folder --------------------------------------------------------------------------------


def locate(name: str) -> Path:
    """The folder of a checkpoint, ready for `AutoModel….from_pretrained(folder)`. Lesson 01.

    In mini mode every shipped file is checked against its SHA-256 first. In hub mode the pinned revision is
    downloaded once and found on disk from then on, without the network.
    Raises ValueError for a wrong name, CheckpointError for a damaged or missing file or a failed download.
    """
    row = checkpoint(name)
    return _mini(row) if mode() == "mini" else _hub(row)


def _mini(row: Checkpoint) -> Path:
    folder = MINIS / row.name
    repair = "Restore it: git checkout -- utils/minis (or download the course again)."
    try:
        sums = (MINIS / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CheckpointError(f"The list of checksums cannot be read ({error}). {repair}") from None
    expected = {path: digest for digest, _, path in (line.partition("  ") for line in sums)}
    files = {path: digest for path, digest in expected.items() if path.startswith(f"{row.name}/")}
    if not files:
        raise CheckpointError(f"No checksum is listed for {row.name}. {repair}")
    for path, digest in files.items():
        try:
            found = hashlib.sha256((MINIS / path).read_bytes()).hexdigest()
        except FileNotFoundError:
            raise CheckpointError(f"The file utils/minis/{path} is missing. {repair}") from None
        if found != digest:
            raise CheckpointError(f"The file utils/minis/{path} is damaged: its SHA-256 is not as listed. {repair}")
    return folder


def downloaded(name: str) -> Path | None:
    """The folder of a published checkpoint that is whole on this machine, else None. Lesson 00.

    Looks on disk only, whatever the mode and the network. Raises ValueError for a wrong name.
    """
    row = checkpoint(name)
    return downloads.cached(row.hub_id, row.revision)


def download(name: str | None = None, patient: bool = False) -> None:
    """Fetch a published checkpoint, or all six, now, whatever the mode. Prints how far it is. Lesson 00.

    What is already on this machine is not fetched again, and what broke off goes on where it stopped. A download that
    would take more than an hour stops and says so, unless `patient`.
    Raises ValueError for a wrong name, CheckpointError with the fix for whatever goes wrong.
    """
    for row in [checkpoint(name)] if name else CATALOGUE.values():
        if downloaded(row.name):
            print(f"{row.hub_id} is on this machine already.")
        else:
            _fetch(row, patient)


def _hub(row: Checkpoint) -> Path:
    return downloaded(row.name) or _fetch(row)


def _fetch(row: Checkpoint, patient: bool = False) -> Path:
    try:
        downloads.may_ask()
        return downloads.fetch(row.hub_id, row.revision, patient)
    except downloads.DownloadError as error:
        damaged = downloads.damaged(row.hub_id, row.revision)
        state = f"is damaged on this machine ({', '.join(damaged)}) and " if damaged else ""
        raise CheckpointError(
            f"{row.hub_id} {state}could not be downloaded, because {error}; or go on with the shipped models: "
            f"{_back_to_mini()}, then restart the kernel."
        ) from None


def _back_to_mini() -> str:
    return "set COURSE_MODELS=mini" if os.environ.get("COURSE_MODELS") else 'checkpoints.switch("mini")'


def table():
    """A pandas table of the catalogue: what each model is, where it would load from now, its size. Lesson 00.

    `MB` is what the weights take on disk (mini) or to download (hub), in 10^6 bytes.
    """
    import pandas as pd

    mini = mode() == "mini"
    rows = {}
    for row in CATALOGUE.values():
        weights = MINIS / row.name / "model.safetensors"
        shipped = round(weights.stat().st_size / 1e6, 1) if weights.exists() else None
        rows[row.name] = {
            "what it is": row.what,
            "loads from": "utils/minis" if mini else f"Hub: {row.hub_id.split('/')[0]} @ {row.revision[:7]}",
            "MB": shipped if mini else row.megabytes,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def published() -> dict:
    """What others have published about these models, in numbers, each block with its source. Lessons 00 and 01."""
    return _read("published.yaml")


# --- blueprints ---------------------------------------------------------------------------------------------


def blueprint(name: str, task: str | None = None, device: str = "meta"):
    """The published architecture at full size, with no trained weights. Lesson 01.

    `name` is a name of the catalogue, `task` is None for the bare encoder (pooler included where the class has
    one), "MaskedLM" or "SequenceClassification". On the default device "meta" the tensors have shapes and no
    memory: count with it, do not run it. On "cpu" the weights are real memory and random: time it, but its
    outputs mean nothing. Figures: data/architectures.yaml.
    Raises ValueError for a wrong name, task or device.
    """
    if task not in (None, "MaskedLM", "SequenceClassification"):
        raise ValueError(f'task is {task!r}. It must be None, "MaskedLM" or "SequenceClassification".')
    if device not in ("meta", "cpu"):
        raise ValueError(f'device is {device!r}. It must be "meta" (shapes only) or "cpu" (random weights).')
    import torch
    import transformers

    published = _read("architectures.yaml")[checkpoint(name).architecture]
    config = transformers.AutoConfig.for_model(**published)
    auto_class = getattr(transformers, f"AutoModelFor{task}" if task else "AutoModel")
    with torch.device(device):
        model = auto_class.from_config(config)
    model.name_or_path = f"blueprint of {name}: untrained, its outputs mean nothing"
    if device == "cpu":
        print(f"A blueprint of {name}: full size, random weights. Its outputs mean nothing.")
    return model.eval()
