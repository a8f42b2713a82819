"""The catalogue, the switch, the shipped checkpoints and the blueprints. Hub mode: test_checkpoints_hub.py."""

import hashlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from utils import checkpoints, packages
from utils.checkpoints import CATALOGUE, CheckpointError


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch) -> Path:
    """A settings file of the test's own, and no override from outside."""
    file = tmp_path / "kept" / "settings.json"
    monkeypatch.setenv("COURSE_SETTINGS", str(file))
    monkeypatch.delenv("COURSE_MODELS", raising=False)
    return file


@pytest.fixture
def minis(tmp_path, monkeypatch) -> Path:
    """A folder of shipped checkpoints: right names and checksums, a few bytes each."""
    folder, lines = tmp_path / "minis", []
    for size, name in enumerate(CATALOGUE, start=1):
        for file, content in {"config.json": name.encode(), "model.safetensors": bytes(size * 100_000)}.items():
            path = folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}/{file}\n")
    (folder / "SHA256SUMS").write_text("".join(lines))
    monkeypatch.setattr(checkpoints, "MINIS", folder)
    return folder


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed, nearest",
    [
        ("roberta", "roberta-base"),
        ("BERT", "bert-base-uncased"),
        ("bert-base-cased", "bert-base-uncased"),
        ("distilroberta", "distilroberta-base"),
        ("roberta-base-sst2", "roberta-base-SST-2"),
        ("FacebookAI/roberta-base", "roberta-base"),
        ("textattack/roberta-base-SST-2", "roberta-base-SST-2"),
        ("distilbert-base-uncased-finetuned-sst-2", "distilbert-base-uncased-finetuned-sst-2-english"),
    ],
)
def test_a_wrong_name_lists_the_right_ones_and_the_nearest(typed, nearest):
    with pytest.raises(ValueError) as error:
        checkpoints.locate(typed)
    assert f"no checkpoint called {typed!r}" in str(error.value)
    assert f"Did you mean {nearest!r}?" in str(error.value)
    assert str(error.value).endswith(f"The course knows: {', '.join(CATALOGUE)}.")


@pytest.mark.parametrize("typed", ["gpt2", "", 3, None])
def test_a_name_far_from_all_gets_the_list_without_a_guess(typed):
    with pytest.raises(ValueError, match="The course knows: ") as error:
        checkpoints.checkpoint(typed)
    assert "Did you mean" not in str(error.value)


def test_the_catalogue_holds_the_six_checkpoints_with_their_pins():
    pins = {row.name: (row.hub_id, row.revision) for row in CATALOGUE.values()}
    assert len(pins) == 6
    assert pins["roberta-base"] == ("FacebookAI/roberta-base", "e2da8e2f811d1448a5b465c236feacd80ffbac7b")
    assert pins["roberta-base-SST-2"] == ("textattack/roberta-base-SST-2", "main")
    unpinned = [name for name, (_, revision) in pins.items() if len(revision) != 40]
    assert unpinned == ["roberta-base-SST-2"]


# --- the switch ---------------------------------------------------------------------------------------------


def test_the_models_are_the_shipped_ones_until_somebody_chooses():
    assert checkpoints.mode() == "mini"


def test_a_choice_is_kept_and_can_be_changed():
    said = checkpoints.switch("hub", sure=True)
    assert checkpoints.mode() == "hub"
    assert said.startswith("Kept: hub.") and "Restart the kernel" in said
    assert "nothing to download" in checkpoints.switch("mini")
    assert checkpoints.mode() == "mini"


def test_the_size_comes_first_and_changes_nothing(settings, monkeypatch):
    """With no network the catalogue's own size is told, and why; test_checkpoints_hub.py has the exact one."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    said = checkpoints.switch("hub")
    assert f"about {sum(row.megabytes for row in CATALOGUE.values()):,} MB" in said
    assert "could not be asked, because this kernel started without downloads" in said
    assert said.endswith('Nothing is changed yet. To choose them: checkpoints.switch("hub", sure=True)')
    assert checkpoints.mode() == "mini" and not settings.exists()


@pytest.mark.parametrize("override", ["hub", " HUB "])
def test_the_variable_wins_over_the_kept_choice(override, monkeypatch):
    monkeypatch.setenv("COURSE_MODELS", override)
    assert f"COURSE_MODELS={override} is set and wins" in checkpoints.switch("mini")
    assert checkpoints.mode() == "hub"
    monkeypatch.delenv("COURSE_MODELS")
    assert checkpoints.mode() == "mini"


def test_a_wrong_word_is_refused_wherever_it_comes_from(settings, monkeypatch):
    with pytest.raises(ValueError, match="The choice of models is 'big'. It must be \"mini\""):
        checkpoints.switch("big")
    assert not settings.exists()
    checkpoints.switch("mini")
    settings.write_text('{"models": "huge"}')
    with pytest.raises(ValueError, match="settings.json is 'huge'"):
        checkpoints.mode()
    monkeypatch.setenv("COURSE_MODELS", "online")
    with pytest.raises(ValueError, match="The variable COURSE_MODELS is 'online'"):
        checkpoints.mode()


@pytest.mark.parametrize("damage", [b"", b'{"models": "hu', b"{}", b'["hub"]', b"\xff\xfe\x00"])
def test_a_damaged_settings_file_says_how_to_choose_again(damage, settings):
    checkpoints.switch("hub", sure=True)
    settings.write_bytes(damage)
    with pytest.raises(CheckpointError, match=r'Choose again with checkpoints.switch\("mini"\)'):
        checkpoints.mode()
    checkpoints.switch("hub", sure=True)
    assert checkpoints.mode() == "hub"


def test_a_folder_that_cannot_be_written_names_the_way_out(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the place of the folder")
    monkeypatch.setenv("COURSE_SETTINGS", str(tmp_path / "file" / "settings.json"))
    with pytest.raises(CheckpointError, match="cannot be kept: .* set the variable COURSE_MODELS=hub instead"):
        checkpoints.switch("hub", sure=True)


def test_a_disk_that_fills_up_leaves_the_old_choice(settings, monkeypatch):
    checkpoints.switch("hub", sure=True)

    def write_half(path, text, **_):
        path.write_bytes(text.encode()[: len(text) // 2])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_text", write_half)
    with pytest.raises(CheckpointError, match="No space left on device"):
        checkpoints.switch("mini")
    assert json.loads(settings.read_bytes()) == {"models": "hub"}
    assert list(settings.parent.iterdir()) == [settings]  # nothing half-written stays behind


# --- what the first cell of a lesson does -------------------------------------------------------------------


def in_new_python(code: str, **variables: str) -> str:
    """What `code` prints in a Python that has imported nothing, with none of the library's variables set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ORT_", "COURSE_MODELS"))}
    root = Path(checkpoints.__file__).parents[1]
    run = subprocess.run(
        [sys.executable, "-c", code], env=kept | variables, cwd=root, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


PREPARE = """
from utils import checkpoints
print(checkpoints.prepare())
from huggingface_hub import constants
print(constants.HF_HUB_OFFLINE, constants.HF_HUB_DISABLE_PROGRESS_BARS)
"""


def test_prepare_turns_the_network_off_for_the_shipped_models():
    said, offline_and_bars = in_new_python(PREPARE, COURSE_MODELS="mini").splitlines()
    assert said.startswith("Models: mini.") and "nothing is downloaded" in said
    assert offline_and_bars == "True True"


def test_prepare_leaves_the_network_on_for_the_published_models():
    said, offline_and_bars = in_new_python(PREPARE, COURSE_MODELS="hub").splitlines()
    assert said.startswith("Models: hub.") and "downloaded once" in said
    assert offline_and_bars == "False True"


def test_prepare_lets_no_library_report_to_its_makers():
    code = "import os, utils.checkpoints; utils.checkpoints.prepare(); import huggingface_hub.constants as constants; "
    code += "print(constants.HF_HUB_DISABLE_TELEMETRY, os.environ['ORT_DISABLE_TELEMETRY'])"
    assert in_new_python(code, COURSE_MODELS="mini") == "True 1"


def test_prepare_comes_before_the_slow_imports():
    code = "import sys, utils.checkpoints; utils.checkpoints.prepare(); print(sorted({slow} & set(sys.modules)))"
    assert in_new_python(code.format(slow={"torch", "transformers", "pandas", "huggingface_hub"})) == "[]"


def test_prepare_names_a_package_that_does_not_fit_and_goes_on(monkeypatch):
    for variable in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TOKENIZERS_PARALLELISM"):
        monkeypatch.setenv(variable, "0")  # so that what prepare sets is undone after the test
    monkeypatch.setattr(packages.metadata, "version", lambda package: "4.57.6")
    complaint, models = checkpoints.prepare().splitlines()
    assert "transformers 4.57.6" in complaint and models.startswith("Models: mini.")


# --- the shipped checkpoints --------------------------------------------------------------------------------


def test_locate_returns_the_folder_of_an_intact_checkpoint(minis):
    assert checkpoints.locate("distilroberta-base") == minis / "distilroberta-base"


def test_one_flipped_bit_is_found(minis):
    weights = minis / "roberta-base-SST-2" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(CheckpointError) as error:
        checkpoints.locate("roberta-base-SST-2")
    assert "utils/minis/roberta-base-SST-2/model.safetensors is damaged" in str(error.value)
    assert "git checkout -- utils/minis" in str(error.value)
    assert checkpoints.locate("roberta-base")  # whose name begins the same


def test_a_missing_file_is_named(minis):
    (minis / "bert-base-uncased" / "config.json").unlink()
    with pytest.raises(CheckpointError, match="utils/minis/bert-base-uncased/config.json is missing. Restore it: git"):
        checkpoints.locate("bert-base-uncased")


def test_a_missing_list_of_checksums_is_an_error(minis):
    (minis / "SHA256SUMS").unlink()
    with pytest.raises(CheckpointError, match="list of checksums cannot be read .* Restore it: git checkout"):
        checkpoints.locate("roberta-base")


def test_a_checkpoint_without_checksums_is_an_error(minis):
    sums = minis / "SHA256SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(True) if " distilbert-base-" not in line))
    with pytest.raises(CheckpointError, match="No checksum is listed for distilbert-base-uncased"):
        checkpoints.locate("distilbert-base-uncased")


@pytest.mark.parametrize("damage", ["", "half a line", "\x00\x01"])
def test_a_damaged_list_of_checksums_is_an_error(minis, damage):
    (minis / "SHA256SUMS").write_text(damage)
    with pytest.raises(CheckpointError, match="No checksum is listed for roberta-base. Restore it"):
        checkpoints.locate("roberta-base")


def test_the_table_shows_which_weights_are_missing(minis):
    (minis / "distilroberta-base" / "model.safetensors").unlink()
    table = checkpoints.table()
    assert table.index[table["MB"].isna()].tolist() == ["distilroberta-base"]


def test_the_table_shows_the_shipped_checkpoints(minis):
    table = checkpoints.table()
    assert list(table.index) == list(CATALOGUE)
    assert table.loc["distilroberta-base", "loads from"] == "utils/minis"
    assert table.loc["roberta-base-SST-2", "MB"] == 0.5  # the fifth file is 500,000 bytes


def test_every_published_figure_names_its_source():
    facts = checkpoints.published()
    assert {"glue_mean", "training_text_gb", "fill_mask"} <= set(facts)
    assert all(len(block["source"]) > 20 and block["what"] for block in facts.values())


def test_the_table_shows_the_published_checkpoints(monkeypatch):
    monkeypatch.setenv("COURSE_MODELS", "hub")
    table = checkpoints.table()
    assert list(table["MB"]) == [row.megabytes for row in CATALOGUE.values()]
    assert table.loc["roberta-base", "loads from"] == "Hub: FacebookAI @ e2da8e2"
    assert table.loc["roberta-base-SST-2", "loads from"] == "Hub: textattack @ main"


# --- blueprints ---------------------------------------------------------------------------------------------

PUBLISHED_COUNTS = {
    "roberta-base": {None: 124_645_632, "MaskedLM": 124_697_433, "SequenceClassification": 124_647_170},
    "distilroberta-base": {None: 82_118_400, "MaskedLM": 82_170_201, "SequenceClassification": 82_119_938},
    "distilbert-base-uncased": {None: 66_362_880, "MaskedLM": 66_985_530, "SequenceClassification": 66_955_010},
    "bert-base-uncased": {None: 109_482_240, "MaskedLM": 109_514_298, "SequenceClassification": 109_483_778},
}


@pytest.mark.parametrize("name", PUBLISHED_COUNTS)
def test_a_blueprint_has_the_published_number_of_parameters(name):
    counts = {task: checkpoints.blueprint(name, task).num_parameters() for task in PUBLISHED_COUNTS[name]}
    assert counts == PUBLISHED_COUNTS[name]


def test_a_fine_tuned_checkpoint_has_the_blueprint_of_its_architecture():
    model = checkpoints.blueprint("roberta-base-SST-2", "SequenceClassification")
    assert model.num_parameters() == PUBLISHED_COUNTS["roberta-base"]["SequenceClassification"]


def test_a_blueprint_on_the_meta_device_takes_no_memory():
    checkpoints.blueprint("roberta-base")  # the imports take memory, once
    before = psutil.Process().memory_info().rss
    model = checkpoints.blueprint("roberta-base")
    grown = psutil.Process().memory_info().rss - before
    assert all(tensor.is_meta for tensor in model.parameters())
    assert grown < 0.05 * 4 * model.num_parameters()


def test_a_blueprint_in_memory_runs_and_says_that_it_is_untrained(capsys):
    import torch

    model = checkpoints.blueprint("distilbert-base-uncased", device="cpu")
    assert "random weights. Its outputs mean nothing." in capsys.readouterr().out
    assert "outputs mean nothing" in model.name_or_path and not model.training
    with torch.inference_mode():
        states = model(torch.tensor([[101, 7592, 102]])).last_hidden_state
    assert (states.shape, states.dtype) == ((1, 3, 768), torch.float32)
    assert math.isclose(states.std().item(), 1, abs_tol=0.2)  # the last layer norm's doing: real numbers


def test_a_wrong_task_or_device_names_the_right_ones():
    with pytest.raises(ValueError, match="task is 'CausalLM'. It must be None, \"MaskedLM\" or"):
        checkpoints.blueprint("roberta-base", "CausalLM")
    with pytest.raises(ValueError, match="device is 'cuda'. It must be \"meta\""):
        checkpoints.blueprint("roberta-base", device="cuda")
    with pytest.raises(ValueError, match="Did you mean 'roberta-base'"):
        checkpoints.blueprint("roberta")
