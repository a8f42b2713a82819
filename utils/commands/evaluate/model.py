"""From the name that was typed to a classifier that can answer."""

from pathlib import Path
from typing import NamedTuple

from utils import checkpoints
from utils.commands.place import Problem, say
from utils.downloads.files import SMALL_FILES
from utils.downloads.web import SECONDS_TO_ANSWER

FILES = [*SMALL_FILES, "sentencepiece*", "spiece.model"]
WEIGHTS = ["model*.safetensors*", "pytorch_model*.bin*"]  # the second only where there is no first


class Classifier(NamedTuple):
    """A model, its tokenizer, its two classes in the order of their ids, and a line on where it came from."""

    model: object
    tokenizer: object
    classes: list[str]
    origin: str


def load(name: str) -> Classifier:
    """The classifier called `name`: one of the course, a folder, or an owner/name of the Hub.

    Raises `Problem` for a name that leads nowhere, and for a model that does not tell two classes apart.
    """
    checkpoints.prepare()  # before transformers is imported
    folder, origin = _folder(name)
    if not (folder / "config.json").exists():
        raise Problem(
            f"The folder {folder} holds no model: it has no config.json. Give the folder that a model was saved to."
        )
    model, tokenizer = _loaded(folder, name)
    labels = model.config.id2label
    classes = [str(labels[number]) for number in range(len(labels))]
    if len(set(classes)) != 2:
        raise Problem(
            f"{name} has {len(classes)} classes ({', '.join(classes[:5])}), and this report needs two. In Python, "
            "utils.evaluation.classify takes any number."
        )
    return Classifier(model, tokenizer, classes, origin)


def _folder(name: str) -> tuple[Path, str]:
    known = next((row.name for row in checkpoints.CATALOGUE.values() if name in (row.name, row.hub_id)), None)
    try:
        if known:
            folder = checkpoints.locate(known)
            if checkpoints.mode() == "mini":
                return (
                    folder,
                    f"the mini {known}: a small model of the course, which says nothing of the published one",
                )
            return folder, f"the published {checkpoints.checkpoint(known).hub_id}, commit {folder.name}"
        if Path(name).is_dir():
            return Path(name), f"the folder {Path(name).resolve().name}"
        if name.count("/") == 1 and not name.startswith((".", "~", "/")):
            return _from_hub(name)
        checkpoints.checkpoint(name)  # tells the nearest name
    except (ValueError, checkpoints.CheckpointError) as error:
        raise Problem(f"{error} A folder with a model, or an owner/name of the Hub, will do, too.") from None


def _from_hub(name: str) -> tuple[Path, str]:
    """A model that the course does not know: as it is on this machine, else, in hub mode, downloaded."""
    folder = _kept(name) or _downloaded(name)
    return folder, f"{name} of the Hugging Face Hub, commit {folder.name}"


def _kept(name: str) -> Path | None:
    from huggingface_hub import snapshot_download

    for weights in WEIGHTS:
        try:
            folder = Path(snapshot_download(name, allow_patterns=[*FILES, weights], local_files_only=True))
        except (FileNotFoundError, ValueError):  # not on this machine, or no name that the Hub could know
            continue
        if (folder / "config.json").exists() and list(folder.glob(weights)):
            return folder
    return None


def _downloaded(name: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    if checkpoints.mode() == "mini":
        raise Problem(
            f"{name} is no folder here, and not on this machine. To download it, set the variable COURSE_MODELS to hub "
            "first: now the course downloads nothing."
        )
    try:
        info = HfApi().model_info(name, revision="main", timeout=SECONDS_TO_ANSWER)
        safe = any(file.rfilename.endswith(".safetensors") for file in info.siblings)
        weights = WEIGHTS[0 if safe else 1]
        say(f"Downloading {name} from the Hugging Face Hub, once.")
        return Path(snapshot_download(name, allow_patterns=[*FILES, weights]))
    except Exception as error:  # whatever the network, the Hub or the disk did, the learner needs the way out
        fix = "Check the name, the connection and the free disk space."
        raise Problem(f"{name} could not be downloaded ({type(error).__name__}). {fix}") from None


def _loaded(folder: Path, name: str):
    """(model, tokenizer) in evaluation mode; a head that was never trained is refused."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        model, told = AutoModelForSequenceClassification.from_pretrained(
            folder, output_loading_info=True, local_files_only=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # a damaged file, another architecture, code that is not trusted: all mean the same here
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise Problem(f"{name} cannot be loaded as a classifier: {reason.rstrip('.')}.") from None
    if told["missing_keys"]:
        trained = [row.name for row in checkpoints.CATALOGUE.values() if row.task == "SequenceClassification"]
        raise Problem(
            f"{name} has no head that was trained to classify, so its answers would mean nothing. Train one first, or "
            f"take a classifier of the course: {' or '.join(trained)}."
        )
    return model.eval(), tokenizer
