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
from importlib import metadata
from pathlib import Path

import yaml

COURSE = "roberta-distilbert-measured"  # names the course's folder among a user's settings, data and caches
MINIS = Path(__file__).parent / "minis"
DATA = Path(__file__).parent / "data"
OLDEST_TRANSFORMERS = 5
SMALL_FILES = ["README.md", "config.json", "tokenizer*.json", "vocab.*", "merges.txt", "special_tokens_map.json"]
SECONDS_TO_ANSWER = 10  # huggingface_hub waits for the first answer for ever unless it is told


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
            'Choose again with checkpoints.switch("mini") or checkpoints.switch("hub").'
        ) from None
    return _valid_mode(kept, f"The file {settings_file()}")


def switch(to: str) -> str:
    """Keep the choice of models, `"mini"` or `"hub"`, for every lesson, and say what follows. Lesson 00.

    Nothing is downloaded here. Returns the sentence to show. Raises ValueError for another word and
    CheckpointError if the choice cannot be written.
    """
    to = _valid_mode(to, "The choice of models")
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
        f"Kept: hub. The six published checkpoints are {sum(row.megabytes for row in CATALOGUE.values()):,} MB; "
        "each is downloaded when a lesson first asks for it. Restart the kernel to begin."
    )


def prepare() -> str:
    """Set what the libraries read when they are imported, and say which models are in use.

    The shared first cell of every notebook calls this before anything imports transformers.
    Returns one line to show.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # ONNX Runtime would report each model that it opens
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # bars become dead widgets in a saved notebook
    os.environ.setdefault("HF_HUB_DISABLE_SYMLINKS_WARNING", "1")  # Windows; frightens and changes nothing
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no warning after a fork
    try:
        version = metadata.version("transformers")
    except metadata.PackageNotFoundError:
        return "transformers is not installed in this kernel. Start the course with: python3 -m utils lab"
    if int(version.split(".")[0]) < OLDEST_TRANSFORMERS:
        return f"transformers {version} is too old. Run: pip install -U 'transformers>={OLDEST_TRANSFORMERS}'"
    if mode() == "hub":
        return "Models: hub. The published checkpoints; each is downloaded once, when a lesson first asks for it."
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # without it a dead network stalls each tokenizer for 46 s
    return "Models: mini. Small checkpoints that came with the course; nothing is downloaded."


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
    from huggingface_hub import snapshot_download

    row = checkpoint(name)
    try:
        # The library misses the weights in other formats unless it is told which files we want.
        folder = snapshot_download(row.hub_id, revision=row.revision, allow_patterns=SMALL_FILES, local_files_only=True)
    except FileNotFoundError:
        return None
    return Path(folder) if _complete(Path(folder)) else None


def _hub(row: Checkpoint) -> Path:
    if folder := downloaded(row.name):
        return folder
    from huggingface_hub import HfApi, constants, snapshot_download
    from tqdm.auto import tqdm

    if constants.HF_HUB_OFFLINE:
        raise CheckpointError(
            f"{row.hub_id} is not on this machine, and this kernel started without downloads (HF_HUB_OFFLINE). "
            "Restart the kernel and run the cells again; if you set that variable yourself, remove it first."
        )
    try:
        info = HfApi().model_info(row.hub_id, revision=row.revision, timeout=SECONDS_TO_ANSWER)
        files = {file.rfilename for file in info.siblings}
        weights = "model.safetensors" if "model.safetensors" in files else "pytorch_model.bin"
        print(f"Downloading {row.hub_id}: {row.megabytes} MB, once.")
        patterns = [*SMALL_FILES, weights]
        folder = Path(snapshot_download(row.hub_id, revision=row.revision, allow_patterns=patterns, tqdm_class=tqdm))
        print(f"{row.hub_id} is on this machine now, at commit {folder.name[:7]}.")
    except Exception as error:  # whatever the network, the Hub or the disk did, the learner needs the way out
        raise CheckpointError(
            f"{row.hub_id} could not be downloaded ({type(error).__name__}: {_first_line(error)}). "
            "Check the connection and the free disk space and run the cell again; or go on with the shipped models: "
            'checkpoints.switch("mini"), then restart the kernel.'
        ) from None
    if not _complete(folder):
        raise CheckpointError(f"{row.hub_id} is incomplete in {folder}. Run the cell again to fetch the rest.")
    return folder


def _complete(folder: Path) -> bool:
    weights = (folder / "model.safetensors").exists() or (folder / "pytorch_model.bin").exists()
    tokenizer = (folder / "tokenizer.json").exists() or bool(list(folder.glob("vocab.*")))
    return weights and tokenizer and (folder / "config.json").exists()


def _first_line(error: Exception) -> str:
    return next((line.strip(" .") for line in str(error).splitlines() if line.strip()), "no details")


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
