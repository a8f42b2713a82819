"""Nothing that comes from a Hub is run, and nothing is written where its list says."""

import contextlib
import json
import os
import pickle
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from hub import learner
from hub.server import LocalHub, Repository

from utils import checkpoints
from utils.commands.place import ROOT
from utils.downloads import files, web

NAME = "distilbert-base-uncased"
ROW = checkpoints.CATALOGUE[NAME]


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A copy of the mini, served under the published name; what is changed in it is served."""
    folder = shutil.copytree(checkpoints.MINIS / NAME, tmp_path / "served")
    with LocalHub({ROW.hub_id: Repository(folder, ROW.revision)}) as hub:
        learner.begin(monkeypatch, hub.url, tmp_path / "cache")
        yield folder


class Harm:
    """Unpickled, it makes a folder."""

    def __init__(self, trace: Path):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


def test_a_pickle_that_would_run_code_does_not(served, tmp_path):
    import torch
    from transformers import AutoModel

    (served / "model.safetensors").unlink()
    torch.save({"weights": Harm(tmp_path / "trace")}, served / "pytorch_model.bin")
    folder = checkpoints.locate(NAME)
    with pytest.raises(pickle.UnpicklingError, match="weights_only|Weights only"):
        AutoModel.from_pretrained(folder)
    assert not (tmp_path / "trace").exists()
    torch.load(folder / "pytorch_model.bin", weights_only=False)
    assert (tmp_path / "trace").exists()  # it does run where somebody allows it


def test_safetensors_come_before_a_pickle_which_is_not_even_fetched(served, tmp_path):
    import torch

    torch.save({"weights": Harm(tmp_path / "trace")}, served / "pytorch_model.bin")
    assert {path.name for path in checkpoints.locate(NAME).iterdir()} == {
        path.name for path in (checkpoints.MINIS / NAME).iterdir()
    }


def test_code_that_comes_with_a_model_is_neither_fetched_nor_run(served, tmp_path):
    from transformers import AutoModel, DistilBertModel

    (served / "evil.py").write_text(f"import os; os.mkdir({str(tmp_path / 'trace')!r})\n")
    config = json.loads((served / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}
    (served / "config.json").write_text(json.dumps(config))
    folder = checkpoints.locate(NAME)
    assert not (folder / "evil.py").exists()
    assert type(AutoModel.from_pretrained(folder)) is DistilBertModel
    assert not (tmp_path / "trace").exists()


def test_the_course_never_trusts_remote_code():
    told = re.compile(r"trust_remote_code\W{1,4}True")
    texts = [path for kind in ("*.py", "*.ipynb", "*.md", "*.yaml") for path in ROOT.rglob(kind)]
    texts = [path for path in texts if not {".venv", "tests"} & {*path.relative_to(ROOT).parts}]
    assert len(texts) > 100
    assert [path for path in texts if told.search(path.read_text(encoding="utf-8"))] == []


def test_a_saved_token_goes_over_encrypted_connections_only(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_learner")
    assert web.headers("https://huggingface.co/x")["authorization"] == "Bearer hf_of_the_learner"
    assert "authorization" not in web.headers("http://192.168.1.20:8765/x")


def test_a_list_of_files_leads_to_no_other_place():
    bad = [
        "../config.json",
        "tokenizer/../../x.json",
        "tokenizer\\x.json",
        "/vocab.txt",
        "vocab.txt/..",
        "onnx/model.bin",
    ]
    good = ["config.json", "vocab.txt", "model.safetensors"]
    assert sorted(files.needed([*bad, *good, "pytorch_model.bin", "train.py"])) == sorted(good)


@pytest.mark.parametrize("commit", ["../../../elsewhere", "main", "0" * 39, "0" * 40 + "/x"])
def test_a_commit_that_is_none_is_refused(commit, tmp_path, monkeypatch):
    row = checkpoints.CATALOGUE["roberta-base-SST-2"]  # of which no commit is pinned
    with LocalHub({row.hub_id: Repository(checkpoints.MINIS / NAME, commit)}) as hub:
        learner.begin(monkeypatch, hub.url, tmp_path / "cache")
        with pytest.raises(checkpoints.CheckpointError, match="answers is no list of files"):
            checkpoints.locate(row.name)
    assert not list(tmp_path.iterdir())


COMMIT = '"sha": "0123456789abcdef0123456789abcdef01234567"'
ENTRY = '"rfilename": "config.json"'


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "[]",
        "3",
        "{}",
        f"{{{COMMIT}}}",
        '{"siblings": []}',
        f'{{{COMMIT}, "siblings": [3]}}',
        f'{{{COMMIT}, "siblings": [{{{ENTRY}}}]}}',
        f'{{{COMMIT}, "siblings": [{{{ENTRY}, "size": 1, "lfs": "x"}}]}}',
        f'{{{COMMIT}, "siblings": [{{{ENTRY}, "size": 1, "blobId": "../../x"}}]}}',
        f'{{{COMMIT}, "siblings": [{{{ENTRY}, "size": null, "blobId": "{"0" * 40}"}}]}}',
    ],
)
def test_an_answer_that_is_no_list_is_refused(answer, served, monkeypatch):
    response = SimpleNamespace(read=lambda: answer.encode())
    monkeypatch.setattr(web, "answer", lambda *_: contextlib.nullcontext(response))
    with pytest.raises(checkpoints.CheckpointError, match="answers is no list of files: if it is the login page"):
        checkpoints.locate(NAME)


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_repository_that_lacks_something_is_told_before_anything_is_fetched(missing, served, tmp_path):
    (served / missing).unlink()
    with pytest.raises(checkpoints.CheckpointError, match="lacks a file that is needed: tell your instructor"):
        checkpoints.locate(NAME)
    assert not (tmp_path / "cache").exists()
