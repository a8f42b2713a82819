"""The command `evaluate` from its arguments to the file: right numbers, clear sentences, and nothing lost."""

import csv
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from utils import checkpoints, commands, evaluation
from utils.commands.evaluate import model, writing
from utils.commands.place import ROOT, Problem

NAME = "distilbert-base-uncased-finetuned-sst-2-english"
REVIEWS = ROOT / "utils/data/reviews.csv"


@pytest.fixture(scope="module")
def classifier():
    return model.load(NAME)


@pytest.fixture
def evaluate(monkeypatch, classifier, capsys):
    """`evaluate(file, *arguments)`: exit status, stdout, stderr. The model is loaded once."""
    load = model.load
    monkeypatch.setattr(model, "load", lambda name: classifier if name == NAME else load(name))

    def run(file, *arguments):
        status = commands.main(["evaluate", str(file), "--model", NAME, *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err.strip()

    return run


@pytest.fixture
def reviews(tmp_path):
    """The first 60 reviews in a file of the learner's."""
    with REVIEWS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:60]
    path = tmp_path / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([row["text"], row["label"]] for row in rows)
    return path


def left_behind(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_numbers_are_those_of_scikit_learn(evaluate, reviews, classifier):
    status, out, err = evaluate(reviews)
    assert (status, err) == (0, "")
    with reviews.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers = evaluation.classify(classifier.model, classifier.tokenizer, [row["text"] for row in rows])
    truth = ["POSITIVE" if row["label"] == "1" else "NEGATIVE" for row in rows]
    told = {line[2:20].strip(): line[20:].split()[0] for line in out.splitlines() if "95 % interval" in line}
    assert told["accuracy"] == f"{accuracy_score(truth, answers.predicted):.3f}"
    assert told["F1"] == f"{f1_score(truth, answers.predicted, pos_label='POSITIVE'):.3f}"
    page = (reviews.parent / f"mine-{NAME}.html").read_text(encoding="utf-8")
    (tn, fp), (fn, tp) = confusion_matrix(truth, answers.predicted, labels=["NEGATIVE", "POSITIVE"])
    assert f"finds {tp} of {tp + fn} texts that are POSITIVE, and calls {fp} others POSITIVE" in page
    assert f"is right on {tp + tn} of 60 texts" in page


def test_the_labels_may_be_words_and_the_classes_turned(evaluate, reviews, tmp_path):
    _, by_number, _ = evaluate(reviews)
    words = tmp_path / "words.csv"
    lines = reviews.read_text(encoding="utf-8").splitlines()
    words.write_text("\n".join(line[:-1] + {"1": "good", "0": "bad"}.get(line[-1], line[-1]) for line in lines))
    _, by_word, _ = evaluate(words)
    metrics = [line for line in by_number.splitlines() if "interval" in line]
    assert metrics == [line for line in by_word.splitlines() if "interval" in line]
    _, turned, _ = evaluate(words, "--positive", "bad", "--overwrite")
    assert [line for line in turned.splitlines() if "accuracy   " in line and "balanced" not in line] == metrics[:1]
    assert [line for line in turned.splitlines() if "interval" in line] != metrics


def test_limit_draws_the_same_rows_each_time_and_says_so(evaluate, reviews):
    outputs = [evaluate(reviews, "--limit", 30, "--overwrite")[1] for _ in range(2)]
    assert outputs[0] == outputs[1]
    assert "60 rows read, 60 can be used, 30 are." in outputs[0]
    page = (reviews.parent / f"mine-{NAME}.html").read_text(encoding="utf-8")
    assert "30, drawn at random from 60" in page


def test_many_texts_are_announced_with_an_estimate(evaluate, reviews, monkeypatch):
    monkeypatch.setattr("utils.commands.evaluate.MANY", 60)
    monkeypatch.setattr("utils.commands.evaluate.TRIED", 8)
    assert "60 texts take about 1 min on this machine" in evaluate(reviews)[1]


def test_a_model_that_is_always_right_needs_no_traceback(evaluate, tmp_path):
    path = tmp_path / "easy.csv"
    path.write_text("text,label\nI love this wonderful film.,1\nThis was awful and boring.,0\n", encoding="utf-8")
    status, out, _ = evaluate(path)
    assert status == 0 and "accuracy" in out


# --- what cannot be done is said before the work begins ------------------------------------------------------


def test_a_report_that_is_there_stays_as_it_is(evaluate, reviews):
    report = reviews.parent / f"mine-{NAME}.html"
    report.write_text("my notes")
    status, out, err = evaluate(reviews)
    assert status == 1 and out == ""
    assert err == f"{report} exists already. Give another name with --out, or replace it with --overwrite."
    assert report.read_text() == "my notes"
    assert evaluate(reviews, "--overwrite")[0] == 0
    assert report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert left_behind(reviews.parent) == [report.name, "mine.csv"]


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("mine.csv", "must end in .html: try --out mine.html"),
        ("report", "must end in .html: try --out report.html"),
        ("no/such/report.html", "There is no folder"),
        ("folder.html", "is a folder. Give the name of a file in it"),
    ],
)
def test_a_place_where_no_report_can_go(evaluate, reviews, out, said):
    (reviews.parent / "folder.html").mkdir()
    before = reviews.read_bytes()
    status, printed, err = evaluate(reviews, "--overwrite", "--out", reviews.parent / out)
    assert status == 1 and printed == "" and said in err and len(err.splitlines()) == 1
    assert reviews.read_bytes() == before


def full(*arguments, **options):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_nothing_half_and_the_numbers_were_said(evaluate, reviews, monkeypatch):
    out = reviews.parent / "report.html"
    real = Path.write_text
    monkeypatch.setattr(Path, "write_text", lambda self, text, **more: real(self, text, **more) if not text else full())
    status, printed, err = evaluate(reviews, "--out", out)
    assert status == 1 and "accuracy" in printed
    assert (
        err
        == f"{out} cannot be written: No space left on device. Free some space, or give a file elsewhere with --out."
    )
    assert left_behind(reviews.parent) == ["mine.csv"]


def test_a_folder_that_may_not_be_written_is_told_first(evaluate, reviews, monkeypatch):
    monkeypatch.setattr(Path, "write_text", full)
    status, printed, err = evaluate(reviews)
    assert status == 1 and printed == "" and "cannot be written" in err


def test_a_report_that_someone_else_wrote_meanwhile_is_kept(tmp_path):
    out = tmp_path / "report.html"
    out.write_text("theirs")
    with pytest.raises(Problem, match="made by someone else meanwhile"):
        writing.write("mine", out, overwrite=False)
    assert out.read_text() == "theirs" and left_behind(tmp_path) == ["report.html"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_ctrl_c_stops_with_a_sentence_and_leaves_no_file(tmp_path):
    draw = random.Random(0)
    words = "film plot actor awful lovely long short music ending never always".split()
    rows = [f"{' '.join(draw.choices(words, k=100))},{number % 2}\n" for number in range(4_000)]
    (tmp_path / "long.csv").write_text("text,label\n" + "".join(rows))
    command = [sys.executable, "-m", "utils", "evaluate", str(tmp_path / "long.csv"), "--model", NAME]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    run = subprocess.Popen(command, cwd=ROOT, **pipes)
    while "on this machine" not in run.stdout.readline():
        assert run.poll() is None
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert err.strip().splitlines()[-1] == "Stopped. Run the same command again to go on."
    assert "Traceback" not in err
    assert left_behind(tmp_path) == ["long.csv"]


# --- models -------------------------------------------------------------------------------------------------


@pytest.fixture
def load_problem():
    def load(name):
        with pytest.raises(Problem) as problem:
            model.load(str(name))
        assert "\n" not in str(problem.value)
        return str(problem.value)

    return load


def test_each_classifier_of_the_course_loads_by_both_of_its_names():
    for row in checkpoints.CATALOGUE.values():
        if row.task == "SequenceClassification":
            for name in (row.name, row.hub_id):
                found = model.load(name)
                assert len(found.classes) == 2 and found.origin.startswith(f"the mini {row.name}")


def test_a_folder_of_ones_own(tmp_path, classifier):
    classifier.model.save_pretrained(tmp_path / "my model")
    classifier.tokenizer.save_pretrained(tmp_path / "my model")
    found = model.load(str(tmp_path / "my model"))
    assert found.classes == ["NEGATIVE", "POSITIVE"] and found.origin == "the folder my model"


@pytest.mark.parametrize("name", [row.name for row in checkpoints.CATALOGUE.values() if row.task == "MaskedLM"])
def test_a_base_model_has_no_head(name, load_problem):
    message = load_problem(name)
    assert message.startswith(f"{name} has no head that was trained to classify")
    assert NAME in message


def test_names_that_lead_nowhere(load_problem, tmp_path):
    assert "Did you mean 'distilbert-base-uncased'?" in load_problem("distilbert-base-uncasd")
    assert "COURSE_MODELS" in load_problem("someone/some-model")
    assert "it has no config.json" in load_problem(tmp_path)


def test_a_damaged_folder(tmp_path, load_problem):
    folder = tmp_path / "torn"
    shutil.copytree(checkpoints.locate(NAME), folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert load_problem(folder).startswith(f"{folder} cannot be loaded as a classifier: ")
    (folder / "config.json").write_text("{")
    assert "cannot be loaded as a classifier" in load_problem(folder)


def test_a_model_with_three_classes(tmp_path, load_problem):
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertForSequenceClassification

    config = DistilBertConfig(vocab_size=4900, dim=8, hidden_dim=8, n_layers=1, n_heads=1, num_labels=3)
    DistilBertForSequenceClassification(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(checkpoints.locate(NAME)).save_pretrained(tmp_path)
    assert "has 3 classes (LABEL_0, LABEL_1, LABEL_2), and this report needs two" in load_problem(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["architectures"]


def test_the_model_must_be_named(capsys):
    with pytest.raises(SystemExit) as end:
        commands.main(["evaluate", "mine.csv"])
    assert end.value.code == 2
    assert "--model" in capsys.readouterr().err


def test_a_tokenizer_of_another_model_is_told(evaluate, reviews, tmp_path, classifier, monkeypatch):
    from transformers import AutoTokenizer

    other = AutoTokenizer.from_pretrained(checkpoints.locate("roberta-base"))
    monkeypatch.setattr(model, "load", lambda name: classifier._replace(tokenizer=other))
    status, _, err = evaluate(reviews)
    assert (
        status == 1
        and err == f"{NAME} cannot be used: This tokenizer is not the model's: load both from the same folder."
    )
