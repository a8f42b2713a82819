"""`verify-hub` against minis: what they keep is the same, what needs the published weights differs, and it says so."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml
from hub.server import LocalHub, published

from utils import anatomy, checkpoints, downloads
from utils.commands import verify_hub
from utils.commands.place import ROOT, Problem
from utils.commands.verify_hub import documented, measuring, notebooks, sst2, table

ROWS = documented.rows()
CONTRACTS = {  # what a mini shares with the checkpoint that it stands for
    *("class", "weights missing", "special tokens", "labels", f'label of "{measuring.LOVE}"', "rows of positions"),
}
CLASSIFIER = "distilbert-base-uncased-finetuned-sst-2-english"


def measured(name: str, rows=ROWS, sentences=None) -> dict:
    """The rows of one mini by figure, measured."""
    asked = [row for row in rows if row.checkpoint == name]
    found = measuring.measure(name, checkpoints.MINIS / name, asked, sentences)
    return {row.figure: row.measured_as(found[row.figure]) for row in asked if row.figure in found}


def test_every_figure_has_a_source_and_each_checkpoint_has_its_figures():
    assert all(len(row.source.split()) > 2 for row in ROWS)
    of = {name: {row.figure for row in ROWS if row.checkpoint == name} for name in checkpoints.CATALOGUE}
    for row in checkpoints.CATALOGUE.values():
        assert {"class", "layers", "parameters with the head", "megabytes of weights"} <= of[row.name]
        if row.task == "MaskedLM":
            assert len([figure for figure in of[row.name] if "model." in figure or "worked as" in figure]) == 3
        else:
            assert {"labels", "SST-2, accuracy"} <= of[row.name]


@pytest.mark.parametrize("name", checkpoints.CATALOGUE)
def test_documented_shapes_and_counts_are_those_of_the_blueprint(name):
    said = {row.figure: row.documented for row in ROWS if row.checkpoint == name}
    plan = checkpoints.blueprint(name, checkpoints.checkpoint(name).task)
    assert said["parameters with the head"] == anatomy.count(plan)
    assert said['shape for "Hello"'][-1] == plan.config.hidden_size
    for figure, attribute in (("layers", "num_hidden_layers"), ("heads", "num_attention_heads")):
        assert said[figure] == getattr(plan.config, attribute)
    assert said["vocabulary"] == plan.config.vocab_size
    assert said["rows of positions"] == plan.config.max_position_embeddings
    assert said["megabytes of weights"] == checkpoints.checkpoint(name).megabytes


@pytest.mark.parametrize(
    "said, found, tolerance, same",
    [
        (125, 124.7, 1, True),
        (125, 123.9, 1, False),
        (0.9438, 0.94381, 0, False),
        ({"nurse": 0.22, "maid": 0.115}, {"maid": 0.1149, "nurse": 0.2201}, 0.002, True),
        ({"nurse": 0.22, "maid": 0.115}, {"maid": 0.1149, "nurse": 0.23}, 0.002, False),
        ({"nurse": 0.22, "maid": 0.115}, {"maid": 0.1149, "cook": 0.22}, 0.002, False),
        (["LABEL_0", "LABEL_1"], ["LABEL_0", "LABEL_1"], 0, True),
        (["NEGATIVE", "POSITIVE"], ["POSITIVE", "NEGATIVE"], 0, False),
        (50264, None, 0, False),
    ],
)
def test_what_counts_as_the_same(said, found, tolerance, same):
    assert documented.agree(said, found, tolerance) is same


@pytest.mark.parametrize("name", ["roberta-base", "bert-base-uncased", CLASSIFIER])
def test_a_mini_keeps_the_contracts_and_nothing_that_needs_the_published_weights(name):
    rows = measured(name)
    assert rows.keys() == {row.figure for row in ROWS if row.checkpoint == name} - {
        row.figure for row in ROWS if row.figure.startswith(documented.SST2)
    }
    family = {"id of the mask"} if name.startswith("bert") else set()  # 103 in both; RoBERTa's is the last id
    assert {figure for figure, row in rows.items() if row.same} == (CONTRACTS | family) & rows.keys()


def test_a_wrong_documented_figure_is_caught(tmp_path, monkeypatch):
    said = yaml.safe_load(documented.FILE.read_text(encoding="utf-8"))
    said["rows of positions"]["values"][CLASSIFIER] = 514
    said["special tokens"]["values"][CLASSIFIER]["[MASK]"] = 104
    said["labels"]["values"][CLASSIFIER].reverse()
    monkeypatch.setattr(documented, "FILE", tmp_path / "documented.yaml")
    documented.FILE.write_text(yaml.safe_dump(said), encoding="utf-8")
    right, wrong = measured(CLASSIFIER), measured(CLASSIFIER, documented.rows())
    assert {figure for figure in right if right[figure].same and not wrong[figure].same} == {
        *("rows of positions", "special tokens", "labels")
    }
    (line,) = (line for line in table.markdown(list(wrong.values())).splitlines() if "| rows of pos" in line)
    assert [cell.strip() for cell in line.split("|")[2:5]] == ["514", "512", "DIFFERENT"]


# --- SST-2 -----------------------------------------------------------------------------------------------------------

SENTENCES = [("i loved it . ", 1)] * 444 + [('he said " no . ', 0)] * 428


@pytest.fixture
def dev_tsv(tmp_path):
    file = tmp_path / "dev.tsv"
    file.write_text("sentence\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in SENTENCES), encoding="utf-8")
    return file


@pytest.fixture
def viewer(monkeypatch):
    """A dataset viewer on this machine that gives SENTENCES, at most a hundred at a time."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
            assert asked["dataset"] == "stanfordnlp/sst2" and asked["split"] == "validation"
            start, length = int(asked["offset"]), min(100, int(asked["length"]))
            rows = [{"row": {"sentence": text, "label": label}} for text, label in SENTENCES[start : start + length]]
            content = json.dumps({"rows": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(sst2, "VIEWER", f"http://127.0.0.1:{server.server_address[1]}/rows")
    yield server
    server.shutdown()
    server.server_close()


def test_the_sentences_come_from_a_file_or_from_the_viewer_as_they_are(dev_tsv, viewer):
    assert sst2.sentences(dev_tsv) == SENTENCES
    assert sst2.sentences(None) == SENTENCES


def test_other_sentences_than_those_872_are_not_measured(dev_tsv, viewer, monkeypatch):
    dev_tsv.write_text(dev_tsv.read_text(encoding="utf-8").replace("\t0\n", "\t1\n", 1), encoding="utf-8")
    with pytest.raises(sst2.CannotRead, match="has 872 sentences, 445 of them positive, and GLUE's"):
        sst2.sentences(dev_tsv)
    dev_tsv.write_text("text,stars\nfine,5\n", encoding="utf-8")
    with pytest.raises(sst2.CannotRead, match="is not like GLUE's dev.tsv"):
        sst2.sentences(dev_tsv)
    viewer.shutdown()
    viewer.server_close()
    with pytest.raises(sst2.CannotRead, match="could not be fetched from the Hub's dataset viewer .* add --sst2"):
        sst2.sentences(None)


def test_accuracy_is_that_of_the_sentences():
    texts = ["I loved it.", "I hated it.", "It was wonderful.", "It was awful."]
    rows = measured(CLASSIFIER, sentences=list(zip(texts, (1, 0, 1, 1), strict=True)))
    found = {row.figure: row.measured for row in rows.values() if row.figure.startswith("SST-2")}
    assert found == {"SST-2, accuracy": 0.75, "SST-2, precision": 1.0, "SST-2, recall": pytest.approx(2 / 3)}
    assert not rows["SST-2, accuracy"].same


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def minis_as_hub(monkeypatch):
    """The command finds every checkpoint on this machine: the minis."""
    monkeypatch.setenv("COURSE_MODELS", "mini")  # so that what the command sets is taken back
    monkeypatch.setattr(checkpoints, "prepare", lambda: "")
    for function in ("locate", "downloaded"):
        monkeypatch.setattr(checkpoints, function, lambda name: checkpoints.MINIS / name)
    monkeypatch.setattr(documented, "rows", lambda: [row for row in ROWS if row.figure in CONTRACTS])


def test_the_exit_status_tells_same_different_and_not_done(minis_as_hub, dev_tsv, monkeypatch, capsys):
    options = ["--figures", "--sst2", str(dev_tsv)]
    assert verify_hub.main(options) == verify_hub.SAME
    assert "Of 28 figures 0 differ.\n" in capsys.readouterr().out
    dev_tsv.write_text("sentence\tlabel\n", encoding="utf-8")
    assert verify_hub.main(options) == verify_hub.NOT_DONE
    assert capsys.readouterr().out.count("Not done: ") == 1
    wrong = documented.Row("roberta-base", "rows of positions", 512, "a source that is wrong")
    monkeypatch.setattr(documented, "rows", lambda: [wrong])
    assert verify_hub.main(options) == verify_hub.DIFFERENT
    assert "Of 1 figures 1 differ.\n" in capsys.readouterr().out


def test_nothing_is_downloaded_before_somebody_agrees(minis_as_hub, monkeypatch, capsys):
    monkeypatch.setattr(checkpoints, "downloaded", lambda name: None)
    monkeypatch.setattr(checkpoints, "download", lambda *_, **__: pytest.fail("something was fetched"))
    weights = downloads.File("model.safetensors", 2_000_000, "0" * 64)
    monkeypatch.setattr(downloads, "listing", lambda *_: downloads.Listing("owner/name", "0" * 40, [weights]))
    with pytest.raises(Problem, match="to agree, run .* verify-hub --yes"):
        verify_hub.main(["--figures"])
    assert "12 MB will be downloaded" in capsys.readouterr().out


def test_a_hub_that_serves_minis_under_the_published_names(dev_tsv, tmp_path):
    """The whole command in a new Python: what is fetched is measured, what is missing gets a sentence."""
    served = published()
    del served["google-bert/bert-base-uncased"]
    with LocalHub(served) as hub:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
        own = {"HF_ENDPOINT": hub.url, "HF_HUB_CACHE": str(tmp_path / "cache"), "NO_PROXY": "*", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "utils", "verify-hub", "--yes", "--sst2", str(dev_tsv)]
        run = subprocess.run(command, env=kept | own, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == verify_hub.DIFFERENT, run.stderr
    lines = run.stdout.splitlines()
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert headings == [name for name in checkpoints.CATALOGUE if name != "bert-base-uncased"]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines if line.startswith("| ")]
    verdicts = [(row[0], row[-2]) for row in cells if row[0] != "figure" and not row[0].startswith("---")]
    assert {figure for figure, verdict in verdicts if verdict == "same"} == CONTRACTS | {"id of the mask"}
    assert ("parameters with the head", "DIFFERENT") in verdicts and ("SST-2, accuracy", "DIFFERENT") in verdicts
    undone = [line for line in lines if line.startswith("Not done: ")]
    assert len(undone) == 2 and "google-bert/bert-base-uncased" in undone[0] and "all six checkpoints" in undone[1]


# --- notebooks -------------------------------------------------------------------------------------------------------


def notebook(file, *cells):
    file.parent.mkdir(exist_ok=True)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(made, file)
    return file


def test_each_notebook_runs_in_hub_mode_without_the_network(tmp_path, capsys):
    look = "import os; assert (os.environ['COURSE_MODELS'], os.environ['HF_HUB_OFFLINE']) == ('hub', '1')"
    good = notebook(tmp_path / "notebooks" / "01_good.ipynb", look)
    bad = notebook(tmp_path / "notebooks" / "02_bad.ipynb", "x = 1", "raise ValueError('too many tokens')", "x + 1")
    assert notebooks.run([good, bad]) == 1
    said = capsys.readouterr().out
    assert "| notebooks/01_good | passed | " in said and "| notebooks/02_bad | failed | " in said
    assert "ValueError: too many tokens" in said


def test_a_solution_that_leaves_exercises_unsolved_has_failed(tmp_path, capsys):
    begin = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    check = "from utils.exercises.lesson_08 import check, TIMES; import numpy as np"
    right = "check(1, (np.median(TIMES), np.percentile(TIMES, 95))); check(2, (0, 0))"
    file = notebook(tmp_path / "solutions" / "08_speed_and_size.ipynb", begin, check, right)
    assert notebooks.run([file]) == 1
    said = capsys.readouterr().out
    assert "unsolved 2, 3, 4, 5, 6, 7, 8 |" in said
    assert "the course's own answers to 2, 3" in said


def test_without_nbval_the_notebooks_get_a_sentence(minis_as_hub, dev_tsv, monkeypatch, capsys):
    monkeypatch.setattr(notebooks.importlib.util, "find_spec", lambda name: None)
    assert verify_hub.main(["--sst2", str(dev_tsv)]) == verify_hub.NOT_DONE
    assert "Not done: The notebooks were not run: nbval is not installed." in capsys.readouterr().out
