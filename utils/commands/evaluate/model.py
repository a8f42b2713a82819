"""From the name that was typed to a classifier that can answer."""

from pathlib import Path
from typing import NamedTuple

from utils import checkpoints
from utils.commands.place import Problem


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
    if len(classes) != 2:
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
    """A model that the course does not know, from this machine if it is there, else downloaded in hub mode."""
    from huggingface_hub import snapshot_download

    files = [*checkpoints.SMALL_FILES, "*.safetensors", "sentencepiece*", "spiece.model"]
    here_only = checkpoints.mode() == "mini"
    if not here_only:
        print(f"Asking the Hugging Face Hub for {name}; what is not on this machine is downloaded once.", flush=True)
    try:
        folder = Path(snapshot_download(name, allow_patterns=files, local_files_only=here_only))
    except Exception as error:  # whatever the network, the Hub or the disk did, the learner needs the way out
        if here_only:
            fix = "To download it, set the variable COURSE_MODELS to hub first: now the course downloads nothing."
            raise Problem(f"{name} is no folder here, and not on this machine. {fix}") from None
        fix = "Check the name, the connection and the free disk space."
        raise Problem(f"{name} could not be downloaded ({type(error).__name__}). {fix}") from None
    return folder, f"{name} of the Hugging Face Hub, commit {folder.name}"


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
