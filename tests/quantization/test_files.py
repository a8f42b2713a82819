"""Bad models, bad files and full disks are told in a sentence; nothing is printed, and nothing is left behind."""

import logging
import os
import subprocess
import sys

import pytest
import torch
import transformers

from utils import checkpoints, quantization
from utils.commands.place import ROOT
from utils.quantization import files

SMALL = transformers.DistilBertConfig(vocab_size=100, dim=32, hidden_dim=64, n_layers=1, n_heads=2)


class OddForSequenceClassification(transformers.DistilBertForSequenceClassification):
    """Decides by the values of its input, which no fixed list of operations can."""

    def forward(self, input_ids, attention_mask=None):
        return super().forward(input_ids, attention_mask if input_ids.sum() > 3 else None)


@pytest.fixture(scope="session")
def small():
    torch.manual_seed(0)
    return transformers.DistilBertForSequenceClassification(SMALL).eval()


@pytest.fixture(scope="session")
def exported(small, tmp_path_factory):
    return quantization.export(small, tmp_path_factory.mktemp("onnx") / "small.onnx")


def test_a_model_of_ones_own_goes_all_the_way(small, exported, tmp_path):
    model = quantization.load(quantization.quantize(exported, tmp_path / "int8.onnx"), threads=1)
    input_ids = torch.arange(12).reshape(2, 6)
    with torch.inference_mode():
        expected = small(input_ids).logits
    torch.testing.assert_close(model(input_ids).logits, expected, atol=0.02, rtol=0)
    assert model.path.name == "int8.onnx" and type(model).__name__ == "OnnxForSequenceClassification"


def test_masks_can_be_filled_too(tmp_path):
    model = transformers.AutoModelForMaskedLM.from_pretrained(checkpoints.MINIS / "distilroberta-base").eval()
    loaded = quantization.load(quantization.export(model, tmp_path / "mlm.onnx"))
    input_ids = torch.randint(5, model.config.vocab_size, (3, 17), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(loaded(input_ids).logits, model(input_ids).logits, atol=1e-4, rtol=1e-4)


def test_the_model_stays_in_its_mode(small, tmp_path):
    small.train()
    quantization.export(small, tmp_path / "small.onnx")
    assert small.training and small.dropout.training
    small.eval()


def test_what_the_exporter_cannot_take_is_told_in_one_line(tmp_path, capfd):
    with pytest.raises(ValueError, match="cannot take this OddForSequenceClassification: .*data-dependent") as told:
        quantization.export(OddForSequenceClassification(SMALL).eval(), tmp_path / "odd.onnx")
    assert "\n" not in str(told.value)
    assert os.listdir(tmp_path) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: torch.nn.Linear(2, 2), "is a Linear, not a model of transformers"),
        (lambda: transformers.DistilBertModel(SMALL), "DistilBertModel: only encoders with a head"),
        (lambda: checkpoints.blueprint("roberta-base", "MaskedLM"), 'on device "meta". Load the model on "cpu"'),
        (lambda: transformers.DistilBertForMaskedLM(SMALL).to(torch.bfloat16), r"torch.bfloat16.*model.float\(\)"),
    ],
)
def test_other_models_are_refused_in_words(make, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        quantization.export(make(), tmp_path / "model.onnx")
    assert os.listdir(tmp_path) == []


def test_a_text_that_is_too_long_is_refused_with_the_fix(exported):
    with pytest.raises(ValueError, match="has 513 tokens and this model reads 512 at most. Cut it: .*max_length=512"):
        quantization.load(exported)(torch.ones(1, 513, dtype=torch.long))


@pytest.mark.parametrize("use", [quantization.load, lambda path: quantization.quantize(path, path.with_name("new"))])
def test_files_that_are_none_of_ours_are_refused(use, exported, tmp_path):
    import onnx

    path = tmp_path / "file.onnx"
    with pytest.raises(ValueError, match="There is no file file.onnx"):
        use(path)
    path.write_bytes(exported.read_bytes()[:-1_000])
    with pytest.raises(ValueError, match="file.onnx is damaged"):
        use(path)
    other = onnx.load(exported)
    del other.metadata_props[:]
    onnx.save(other, path)
    with pytest.raises(ValueError, match="was not written by quantization.export"):
        use(path)
    assert os.listdir(tmp_path) == ["file.onnx"]


@pytest.mark.parametrize(
    "package, call", [("onnxscript", "export"), ("onnxruntime", "quantize"), ("onnxruntime", "load")]
)
def test_a_missing_package_is_told_with_its_pip_line(small, exported, monkeypatch, tmp_path, package, call):
    find = files.importlib.util.find_spec
    monkeypatch.setattr(files.importlib.util, "find_spec", lambda name: None if name == package else find(name))
    arguments = {"export": (small, tmp_path / "a"), "quantize": (exported, tmp_path / "a"), "load": (exported,)}
    with pytest.raises(RuntimeError, match=f"{package} is missing. In a cell, run: %pip install {package}$"):
        getattr(quantization, call)(*arguments[call])


def test_a_folder_that_is_not_there_is_told(small, tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        quantization.export(small, tmp_path / "no" / "small.onnx")


def test_after_an_error_the_older_file_is_as_it_was(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_text("older")
    with pytest.raises(OSError, match="model.onnx cannot be written .No space left on device.. Free some space"):
        with files.new_file(path) as partial:
            partial.write_text("half")
            raise OSError(28, "No space left on device", str(partial))
    assert path.read_text() == "older" and os.listdir(tmp_path) == ["model.onnx"]


IN_A_PROCESS = """
import logging, os, sys, warnings
import transformers
from utils import quantization
limit, folder = int(sys.argv[1]), sys.argv[2]
if limit:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # a disk that is full after so many bytes
config = transformers.DistilBertConfig(vocab_size=5000, dim=64, hidden_dim=64, n_layers=1, n_heads=2)
model = transformers.DistilBertForSequenceClassification(config).eval()
try:
    small = quantization.quantize(quantization.export(model, folder + "/a.onnx"), folder + "/b.onnx")
    quantization.load(small)(**model.dummy_inputs)
except OSError as error:
    print(error)
assert logging.root.handlers == [] and logging.root.manager.disable == 0
"""


def in_a_process(tmp_path, limit):
    """Standard output and error of a process, and the files that it left, temporary ones included."""
    temporary, folder = tmp_path / "temporary", tmp_path / "made"
    temporary.mkdir()
    folder.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary)}
    command = [sys.executable, "-c", IN_A_PROCESS, str(limit), str(folder)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout, run.stderr, sorted(os.listdir(folder)), os.listdir(temporary)


def test_nothing_is_printed_and_no_temporary_file_stays(tmp_path):
    assert in_a_process(tmp_path, 0) == ("", "", ["a.onnx", "b.onnx"], [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of files")
def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    printed, error, made, temporary = in_a_process(tmp_path, 500_000)
    assert "a.onnx cannot be written" in printed and "Free some space" in printed
    assert (error, made, temporary) == ("", [], [])


def test_the_log_is_as_it_was_after_an_error():
    before = logging.root.handlers[:], logging.root.manager.disable
    with pytest.raises(ZeroDivisionError), files.quiet():
        raise ZeroDivisionError
    assert (logging.root.handlers, logging.root.manager.disable) == before


@pytest.mark.parametrize("room", ["quantization", "benchmarking"])
def test_importing_brings_no_heavy_library(room):
    heavy = "{'torch', 'transformers', 'pandas', 'onnx', 'onnxruntime', 'numpy'} & set(sys.modules)"
    code = f"import sys; from utils import {room}; print({heavy})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_all_that_the_lesson_lacks_is_asked_for_at_once(small, monkeypatch, tmp_path):
    """As on Google Colab, whose protobuf onnx 1.23 would replace."""
    monkeypatch.setattr(files.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError) as error:
        quantization.export(small, tmp_path / "a")
    line = 'In a cell, run: %pip install "onnx<1.23" onnxruntime onnxscript'
    assert str(error.value) == f"onnx and onnxscript is missing. {line}"
