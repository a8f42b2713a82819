"""The published figures: each block has its source, sums and averages come out, and misprints are kept apart."""

import json

import pandas as pd
import pytest

from utils import checkpoints
from utils.minis.recipe import ablation

PUBLISHED = checkpoints.published()
GLUE = pd.DataFrame(PUBLISHED["glue"]["values"])
PAPER = pd.DataFrame(PUBLISHED["glue_paper"]["values"])
CARDS = pd.DataFrame(PUBLISHED["glue_cards"]["values"])
ROUNDED = 0.0501  # a mean in one digit is as good as it is printed when it is this near
BERT, DISTILBERT, ROBERTA, DISTILROBERTA = (
    "bert-base-uncased",
    "distilbert-base-uncased",
    "roberta-base",
    "distilroberta-base",
)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_block_says_what_it_is_and_where_it_is_from(name):
    assert PUBLISHED[name]["what"].strip() and PUBLISHED[name]["source"].strip()


@pytest.mark.parametrize("block", ["glue", "glue_paper"])
def test_tables_of_glue_are_whole_and_say_their_split(block):
    assert PUBLISHED[block]["split"] == "development"
    for scores in PUBLISHED[block]["values"].values():
        assert list(scores) == ["CoLA", "MNLI", "MRPC", "QNLI", "QQP", "RTE", "SST-2", "STS-B", "WNLI"]


def test_the_nine_scores_of_the_readme_give_its_means():
    for block, means in (("glue_mean", GLUE.mean()), ("glue_mean_without_wnli", GLUE.drop("WNLI").mean())):
        for name, printed in PUBLISHED[block]["values"].items():
            assert means[name] == pytest.approx(printed, abs=ROUNDED), (block, name)
    assert set(GLUE) == set(PUBLISHED["glue_mean"]["values"])


def test_the_mean_of_the_paper_needs_the_score_of_the_readme():
    printed = PUBLISHED["glue_paper"]["means"]
    off = (PAPER.mean() - pd.Series(printed)).abs() > ROUNDED
    assert list(off[off].index) == [BERT]
    assert PAPER.at["MNLI", BERT] == 86.7 and GLUE.at["MNLI", BERT] == 84.7
    assert PAPER.mean()[BERT] == pytest.approx(79.72, abs=0.005)
    put_right = PAPER[BERT].where(PAPER.index != "MNLI", GLUE.at["MNLI", BERT])
    assert put_right.mean() == pytest.approx(printed[BERT], abs=ROUNDED)
    assert list(put_right) == list(GLUE[BERT])  # nothing else differs


def test_paper_and_readme_differ_in_two_scores():
    both = [BERT, DISTILBERT]
    differ = PAPER[both] != GLUE[both]
    assert differ.sum().sum() == 2 and differ.loc["MNLI"].all()


@pytest.mark.parametrize("student, teacher, nine, eight", [(DISTILBERT, BERT, 96.9, 96.2),
                                                           (DISTILROBERTA, ROBERTA, 95.0, 95.4)])  # fmt: skip
def test_what_a_student_keeps(student, teacher, nine, eight):
    for scores, kept in ((GLUE, nine), (GLUE.drop("WNLI"), eight)):
        assert 100 * scores[student].mean() / scores[teacher].mean() == pytest.approx(kept, abs=ROUNDED)


def test_the_students_win_nowhere_but_on_wnli():
    assert list(GLUE.index[GLUE[DISTILBERT] > GLUE[BERT]]) == ["WNLI"]
    assert not (GLUE[DISTILROBERTA] > GLUE[ROBERTA]).any()


def test_three_cards_print_development_scores_under_test_results():
    for name in (ROBERTA, DISTILROBERTA):
        card = CARDS[name]
        assert list(card) == list(GLUE[name][card.index])
    card = CARDS[DISTILBERT]
    paper = PAPER[DISTILBERT][card.index]
    assert list(card.index[card != paper]) == ["STS-B"] and card["STS-B"] == CARDS.at["STS-B", BERT]
    bert = CARDS[BERT]
    assert (bert != PAPER[BERT][bert.index]).all()
    assert (bert.sum() + 83.4) / 9 == pytest.approx(79.6, abs=ROUNDED)  # the average on that card


def test_sixty_per_cent_faster_is_39_per_cent_less_time():
    seconds = PUBLISHED["sts_b_seconds"]["values"]
    assert seconds[BERT] / seconds[DISTILBERT] == pytest.approx(1.63, abs=0.005)
    assert 1 - seconds[DISTILBERT] / seconds[BERT] == pytest.approx(0.39, abs=0.005)


def test_the_ablation_leaves_out_the_parts_that_ours_leaves_out():
    ours = json.loads((checkpoints.MINIS / "figures.json").read_text(encoding="utf-8"))
    ours = ours["checkpoints"][DISTILBERT]["ablation"]["variants"]
    assert {name: row["published_glue_change"] for name, row in ours.items() if name != "all three losses"} == (
        PUBLISHED["ablation"]["values"]
    )
    assert list(ours) == list(ablation.VARIANTS) == ["all three losses", *PUBLISHED["ablation"]["values"]]


def test_a_second_distillation_helps_on_squad():
    once, again = DISTILBERT, f"{DISTILBERT}, distilled again"
    table = pd.DataFrame(PUBLISHED["downstream"]["values"])
    assert (table.loc[["SQuAD EM", "SQuAD F1"], [once, again, BERT]].diff(axis=1).iloc[:, 1:] > 0).all().all()
