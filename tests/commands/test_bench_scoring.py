"""The benchmark of the scoring engine runs from the command line, and measures what it says."""

import re
import subprocess
import sys

import pytest

from utils.commands import bench
from utils.commands.bench import rows, scorers, scoring
from utils.commands.place import ROOT


@pytest.fixture(scope="module")
def mini():
    return scoring.load("mini", "distilroberta-base")


@pytest.fixture(scope="module")
def printed():
    """The rows that the quick run prints, as a list of cells each."""
    if not scoring.minicons_is_here():
        pytest.skip("minicons is not installed")
    command = [sys.executable, "-m", "utils", "bench", "scoring", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    table, pairs = run.stdout.strip().split("\n\n")
    title, head, *rows, speed = (re.split(r"\s{2,}", line.strip()) for line in table.splitlines())
    count, per_second, megabytes = pairs.splitlines()[2].removeprefix(scorers.ENGINE).split()
    assert int(count) == scoring.QUICK["counts"][-1] and float(per_second) > 0 and float(megabytes) >= 0
    assert head[:4] == ["scorer", "sentences", "per second", "peak extra MB"]
    assert speed[0].startswith("matrix product: ")
    return rows


def test_every_scorer_has_a_row_that_says_on_how_many_sentences(printed):
    counts = [(row[0], int(row[1])) for row in printed]
    assert sorted(counts[:3]) == [(scorers.ENGINE, count) for count in scoring.QUICK["counts"]]
    assert counts[3:] == [(label, scoring.QUICK["slow"]) for label in scorers.SCORERS if label != scorers.ENGINE]
    assert all(float(row[2]) > 0 for row in printed)


def test_minicons_and_the_engine_agree_with_the_loop(printed):
    differences = {row[0]: float(row[5 if row[0] == scorers.ENGINE else 4]) for row in printed if len(row) > 5}
    assert differences[scorers.LOOP] == 0
    for label in (scorers.ENGINE, "minicons, a list", "minicons, text by text"):
        assert differences[label] < 1e-4


def test_the_pipeline_agrees_where_no_word_is_cut(mini):
    texts = [text for text in scoring.sentences(mini[1], 300) if not cut(mini[1], text)][:3]
    assert scorers.pipeline(*mini)(texts) == pytest.approx(scorers.loop(*mini)(texts), abs=1e-3)


def cut(tokenizer, text):
    words = tokenizer(text).word_ids()[1:-1]
    return len(set(words)) < len(words)


def test_sentences_are_different_and_as_long_as_they_should_be(mini):
    _, tokenizer = mini
    texts = scoring.sentences(tokenizer, 1508)
    lengths = [len(tokenizer(text)["input_ids"]) for text in texts]
    assert len(set(texts)) == 1508 and lengths == sorted(lengths)
    assert (min(lengths), max(lengths)) == (8, 25)
    assert all(len(text.split(" ")) > 1 for text in texts)  # a pair of sentences must share something
    with pytest.raises(ValueError, match="ask for no more"):
        scoring.sentences(tokenizer, 10_000)


def test_a_spread_of_texts_has_the_lengths_of_all(mini):
    _, tokenizer = mini
    texts = scoring.sentences(tokenizer, 1508)
    mean = sum(scoring.copies(tokenizer, texts)) / len(texts)
    for count in (24, 240):
        chosen = scoring.spread(texts, count)
        assert len(set(chosen)) == count
        assert sum(scoring.copies(tokenizer, chosen)) / count == pytest.approx(mean, rel=0.03)


def test_a_pair_differs_in_one_word():
    for text in ("The film was good", "good good good", "Too long"):
        words, changed = text.split(), scoring.one_word_changed(text).split()
        assert [a == b for a, b in zip(words, changed, strict=True)] == [False] + [True] * (len(words) - 1)


def test_without_minicons_the_way_to_it_is_named(monkeypatch, capsys):
    monkeypatch.setattr(scoring, "minicons_is_here", lambda: False)
    assert bench.main(["scoring"]) == 1
    assert "pip install -r utils/commands/bench/requirements.txt" in capsys.readouterr().err


def test_an_unknown_benchmark_is_refused_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        bench.main(["scorign"])
    error = capsys.readouterr().err
    assert all(name in error for name in bench.BENCHMARKS)


def test_a_row_is_told_before_the_next_is_measured(capsys):
    printed = []

    def measured():
        for number in range(3):
            printed.append(capsys.readouterr().out)
            yield {"scorer": f"number {number}", "sentences": number}

    rows.tell(measured(), "scorer", ["sentences", "per second"])
    assert [re.findall(r"number \d", text) for text in printed] == [[], ["number 0"], ["number 1"]]
