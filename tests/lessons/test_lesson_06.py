"""What lesson 06 must show."""

import ast
import copy
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from scipy.special import logit
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from utils import bias, checkpoints, evaluation, figures
from utils.minis.recipe.generator import Generator

NOTEBOOK = Path(__file__).parents[2] / "notebooks/06_bias.ipynb"


@pytest.fixture(scope="module")
def lesson():
    """What each code cell showed, as plain text."""
    shown = {}
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        outputs = cell.get("outputs", [])
        told = [output.get("text") or output.data.get("text/markdown", output.data["text/plain"]) for output in outputs]
        shown[cell.id] = "\n".join(told)
    return shown


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])[+-]?\d+\.\d+", text)]


def row(text, name):
    """The numbers of the line that begins with `name`."""
    return numbers(next(line for line in text.splitlines() if line.startswith(name)).removeprefix(name))


def contains(interval, value):
    return interval[0] <= value <= interval[1]


def test_the_cards_answers_stand_beside_ours(lesson):
    for prompt, words in checkpoints.published()["fill_mask"]["roberta-base"].items():
        if "worked" in prompt:
            listed = ", ".join(f"{word} {probability:.3f}" for word, probability in words.items())
            assert f"card, {prompt} {listed}" in lesson["cold-open-lists"]
            assert f"here, {prompt} " in lesson["cold-open-lists"]


def test_one_change_at_a_time(lesson):
    both, gender, race = (int(stay) for stay in re.findall(r"(\d) of 5 words stay", lesson["cold-open-crossed"]))
    assert gender < race and both <= gender


def test_another_wording_gives_other_words(lesson):
    stay = [int(count) for count in re.findall(r"(\d) of 5", lesson["anecdote-wordings"])]
    assert len(stay) == 10 and min(stay) < 5


def test_the_occupations_that_fall_out_are_the_one_sided_ones(lesson):
    for lost, kept in re.findall(r"women (0\.\d+) away .* (0\.\d+) for the others", lesson["pronoun-why"]):
        assert float(lost) > float(kept) + 0.05
    assert lesson["pronoun-why"].count("18 of 60") == 2


def test_the_published_pieces_are_occupations_of_the_course():
    pieces = checkpoints.published()["occupations_in_pieces"]
    for name in ("bert-base-uncased", "roberta-base"):
        assert len(set(pieces[name])) == 18 and set(pieces[name]) < set(bias.labour_statistics().index)


def test_the_wrong_spelling_is_refused_and_its_numbers_differ(lesson):
    text = lesson["pronoun-trap"]
    assert "Write ' she'" in text and "strict=False" in text
    assert row(text, "with the space:") != row(text, "without the space:")
    assert (
        float(re.search(r"with the space, ([\d.e-]+) without", text)[1]) < 0.01 < row(text, "probability of both:")[0]
    )


def test_the_prior_is_one_number_and_keeps_the_ranks(lesson):
    table = [row(lesson["prior-hand"], job) for job in ("nurse", "lawyer", "plumber")]
    assert len({prior for _, prior, _ in table}) == 1
    assert all(abs(raw - prior - corrected) < 0.011 for raw, prior, corrected in table)


def test_the_interval_over_occupations_is_the_wider_one(lesson):
    single, unit = (row(lesson["unit-bootstrap"], what) for what in ("single numbers", "occupations"))
    assert single[0] == unit[0] and unit[2] - unit[1] > 2 * (single[2] - single[1])


def test_both_controls_contain_zero(lesson):
    value, *real = row(lesson["controls-shuffled"], "real shares")
    mean, *lot = row(lesson["controls-shuffled"], "shuffled shares")
    assert contains(lot, 0) and not contains(lot, value) and real[0] > 0.85 and abs(mean) < 0.05
    slope, *_ = row(lesson["controls-neutral"], "she / he")
    _, *neutral = row(lesson["controls-neutral"], "neutral pairs, their mean")
    steepest = max(abs(number) for number in numbers(lesson["controls-neutral"].split("value")[0]))
    assert contains(neutral, 0) and slope > 2 * steepest


def test_the_known_truth_is_recovered_by_all_four(lesson):
    assert lesson["scatter-figure"].count("60 occupations, Spearman 0.9") == 2
    for name in ("roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased"):
        value, low, high = row(lesson["scatter-all"], name)
        assert value >= 0.85 and low > 0.8 and low < value < high


def test_the_pairs_of_the_figure_are_those_of_the_file(lesson):
    for category, count in bias.pairs().category.value_counts().items():
        assert re.search(rf"^{category} +{count}$", lesson["pairs-table"], re.MULTILINE)
    low, high = re.search(
        r"control \(\d+\): roberta-base [\d.]+ \(([\d.]+) to ([\d.]+)\)", lesson["pairs-preference"]
    ).groups()
    assert contains((float(low), float(high)), 0.5)


def test_holm_never_lowers_a_p(lesson):
    for line in lesson["pairs-holm"].splitlines()[2:]:
        if found := re.search(r"([\d.]+) +([\d.]+)$", line):
            assert float(found[2]) >= float(found[1])


def test_published_intervals_exclude_one_half_but_for_few_pairs(lesson):
    for name in checkpoints.published()["crows_pairs"]["values"]:
        value, low, high = row(lesson["published-intervals"], name)
        assert 0.5 < low < value < high
    assert contains(row(lesson["published-intervals"], "60 % in the smallest category")[1:], 0.5)
    assert "Blodgett" in lesson["published-warning"]


def test_each_student_is_compared_over_occupations_and_over_sentences(lesson):
    for student in ("distilroberta-base", "distilbert-base-uncased"):
        for unit in ("occupations", "sentences"):
            value, low, high, _ = row(lesson["students-pronouns"], f"{student}, over {unit}")
            assert low <= value <= high
        assert row(lesson["students-pairs"], student)


def test_the_planted_association_is_found_and_the_controls_are_not(lesson):
    value, *found = row(lesson["downstream-shifts"], "women against men")
    assert found[0] > 0.3
    for control in ("women against other women", "men against other men"):
        assert contains(row(lesson["downstream-shifts"], control)[1:], 0)
    assert numbers(lesson["downstream-truth"])[-1] > 1
    hers, his = (int(share) for share in re.findall(r"(\d+)%", lesson["downstream-verdicts"]))
    assert hers > his


def test_a_remedy_halves_the_shift_and_the_control_does_not(lesson):
    """The exchange alone takes less than pairing, and with another seed no more than the control."""
    said = re.search(
        r"women against men: before ([\d.-]+) .*?exchanged ([\d.-]+) .*?exchanged, seed 1 ([\d.-]+) "
        r".*?paired ([\d.-]+) .*?control ([\d.-]+) ",
        lesson["remedy-measured"],
    )
    before, exchanged, again, paired, control = map(float, said.groups())
    assert paired <= before / 2 and control > 0.7 * before
    assert paired < exchanged < 0.8 * control
    assert exchanged < 0.7 * again and 0.9 * control < again < 1.1 * control
    kept = [row(lesson["remedy-accuracy"], what)[0] for what in ("before", "exchanged", "paired", "control")]
    kept.append(row(lesson["remedy-accuracy"], "exchanged, seed 1")[0])
    assert min(kept) > kept[0] - 0.06


def test_pairing_halves_the_shift_with_other_seeds_too():
    """As the lesson says of it."""
    folder = checkpoints.MINIS / "distilbert-base-uncased-finetuned-sst-2-english"
    judge, tokenizer = AutoModelForSequenceClassification.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    generator = Generator(seed=1)
    opinions = pd.DataFrame(generator.opinion() for _ in range(12_000))
    opinions = opinions.dropna(subset="gender").drop_duplicates("text")
    table = bias.name_sentences()

    def shift(model):
        said = evaluation.classify(model, tokenizer, table.text)
        return bias.name_shifts(table.assign(log_odds=logit(said.POSITIVE))).value["women against men"]

    before = shift(judge)
    for seed in (1, 2):
        model = copy.deepcopy(judge)
        bias.fine_tune(model, tokenizer, opinions.text, opinions.label, pairing=0.1, seed=seed)
        assert shift(model) <= before / 2, f"seed {seed}"


def test_the_remedy_that_a_reader_is_asked_to_add_can_be_trained_and_drawn():
    cells = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, 4).cells}
    asked = ast.literal_eval("{" + re.search(r"add `(.+?)` to `remedies`", cells["remedy-meaning"])[1] + "}")
    assert asked == {"paired, seed 1": {"pairing": 0.1, "seed": 1}}  # as the test above trains it
    there = {}
    exec(cells["remedy-train"].split("trained =")[0], there)
    table = pd.DataFrame({"value": [1.0], "low": [0.5], "high": [1.5]}, index=["women against men"])
    after = dict.fromkeys(["before", *there["remedies"], *asked], table)
    with figures.gathered() as page:
        figures.intervals(after, "before and after", "nats", lines={"no shift": 0})
    assert all(f"{what} 1.00" in page[0] for what in after)


def test_the_card_has_its_figures_controls_and_harm(lesson):
    text = lesson["card-section"]
    assert text.startswith("## Bias, risks and limitations") and "roberta-base (mini)" in text
    assert "Who may be harmed" in text and "letters of application" in text
    assert text.count("| she against he") == text.count("| share of pairs") == 1
