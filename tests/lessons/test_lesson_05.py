"""What lesson 05 must show."""

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

LESSON = Path(__file__).parents[2] / "notebooks" / "05_evaluation_metrics.ipynb"


@pytest.fixture(scope="module")
def cells():
    return {cell.id: cell for cell in nbformat.read(LESSON, 4).cells}


@pytest.fixture(scope="module")
def shown(cells):
    """`shown("both-table")`: all that a cell shows, as text."""

    def read(name):
        outputs = cells[name].outputs
        return "".join(
            output.text if output.output_type == "stream" else output.data["text/plain"] for output in outputs
        )

    return read


@pytest.fixture(scope="module")
def table(cells):
    """`table("both-table")`: the table that a cell shows."""

    def read(name):
        (page,) = (output.data["text/html"] for output in cells[name].outputs if "text/html" in output.get("data", {}))
        lines = [re.findall(r"<t[hd]>(.*?)</t[hd]>", line) for line in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]
        head, *rows = (line for line in lines if any(line[1:]))  # a named index has a line of its own
        values = pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], head[1:])
        return values.apply(pd.to_numeric, errors="coerce")

    return read


def numbers(pattern, text):
    return [float(number.replace(",", "")) for number in re.findall(pattern, text, re.MULTILINE)]


def test_no_model_learns_from_the_reviews(cells):
    fits = [line for cell in cells.values() if cell.cell_type == "code" for line in cell.source.splitlines()]
    assert [line for line in fits if ".fit(" in line and "reviews" in line] == []


def test_the_page_s_numbers_come_out_and_its_f1_is_mended(shown):
    assert numbers(r"^\w+ +(0\.\d{4})  ", shown("counts-hand")) == [0.8947, 0.85, 0.875, 0.8718]


def test_one_matrix_gives_the_published_numbers_back(shown):
    assert re.findall(r"TP .*", shown("counts-solve")) == ["TP 413, FN 31, FP 47, TN 381"]


def test_forty_reviews_change_the_winner(shown):
    rows = [
        list(map(int, row.split())) for row in re.findall(r"^\w+BERT\w* +([\d ]+)$", shown("cold-open-forties"), re.M)
    ]
    assert [len(row) for row in rows] == [11, 11]
    leads = [a - b for a, b in zip(*rows, strict=True)]
    assert min(leads) < 0 < max(leads)


def test_the_lazy_baseline_has_a_decent_f1_and_the_control_is_chance(table):
    found = table("both-table")
    assert found.loc["always positive", "F1"] > 0.6 and found.loc["always positive", "MCC"] == 0
    assert abs(found.loc["shuffled truth", "MCC"]) < 0.1
    assert found.loc["words, more text", "MCC"] > found.loc["words", "MCC"] > 0.1


def test_wilson_s_intervals_keep_their_promise(shown):
    caught = numbers(r": (\d+) of 1000 hold", shown("sure-promise"))
    widths = numbers(r"mean width (.*)$", shown("sure-promise"))
    assert all(abs(count - 950) < 25 for count in caught)  # 25 is 3.6 standard errors
    assert all(abs(wide / narrow - 2) < 0.1 for wide, narrow in zip(widths, widths[1:], strict=False))


def test_published_differences_are_of_three_kinds(shown):
    assert re.findall(r"told apart\? (\w+)", shown("better-published")) == ["yes", "depends", "depends", "no"]


def test_half_the_difference_needs_four_times_the_sentences(shown):
    needed = numbers(r"take ([\d,]+) sentences", shown("better-verdict"))
    assert all(abs(more / less - 4) < 0.1 for less, more in zip(needed, needed[1:], strict=False))


def test_accuracy_praises_a_filter_that_finds_nothing(shown, table):
    assert "2.3%" in shown("lies-fraud")
    found = table("lies-table")
    assert found.loc["words", "recall"] == 0 and found.loc["words", "accuracy"] == found.loc["never spam", "accuracy"]
    assert found.loc["words", "average precision"] > 0.5 > found.loc["never spam", "average precision"]


def test_a_chosen_threshold_beats_one_half_and_not_the_best_on_test(shown):
    text = shown("threshold-confirm")
    chosen, on_test = numbers(r"Cut at (.*)$", text), numbers(r"([\d.]+) on test$", text)
    half, best = numbers(r"on test 0\.5 costs ([\d.]+)", text), numbers(r"the best ([\d.]+)$", text)
    assert len(chosen) == 2 and chosen[0] > chosen[1]  # a filter that fears false alarms cuts higher
    assert all(low <= price < lazy for low, price, lazy in zip(best, on_test, half, strict=True))


def test_ece_and_brier_part_and_ece_alone_praises_a_coin(shown):
    text = shown("scores-verdict")
    assert "{'ECE': 'better', 'Brier score': 'worse'}" in text
    assert "{'ECE': 0.0, 'Brier score': 0.25, 'ROC AUC': 0.5}" in text


def test_copies_are_found_more_often_than_new_spam(shown, table):
    assert numbers(r" (\d+) of 440 reviews", shown("leak-check")) == [0, 0]
    found = table("leak-live")
    assert found.loc["copy in training", "low"] > found.loc["new", "high"]


def test_the_validation_loss_turns(shown):
    turn = r"validation loss: ([\d.]+) first, ([\d.]+) at the best epoch, ([\d.]+) last"
    first, best, last = map(float, re.search(turn, shown("long-train")).groups())
    assert best < first and best < last - 0.05


def test_the_rule_of_thumb_praises_those_who_read_nothing(shown):
    assert len(re.findall(r"strong +MCC 0\.00$", shown("ship-thumb"), re.MULTILINE)) == 3


def test_the_decision_follows_from_the_numbers(shown):
    gaps = re.findall(r"^(\w+) - .*: ([+-][\d.]+), interval ([+-][\d.]+)", shown("ship-words"), re.MULTILINE)
    assert len(gaps) == 4
    beaten = {model for model, _, low in gaps if float(low) <= 0}  # interval and test agree unless it is close
    sentence = shown("ship-sentence").splitlines()[0]
    if len(beaten) == 2:
        assert sentence == "Ship neither: counting words is not beaten."
    else:
        assert re.match(r"Ship (RoBERTa|DistilBERT): ", sentence)[1] not in beaten
