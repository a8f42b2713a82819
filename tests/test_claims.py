"""Every claim gives the verdict and the figure that are written, where the lesson runs it; and the table reads."""

import dataclasses
import functools
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from utils import claims
from utils.claims import FILE, SIGNS, ClaimsError
from utils.quiz import check

CLAIMS = claims.load()
RUN = [claim for claim in CLAIMS if claim.code]
LESSONS = ("01", "02", "03", "04", "05", "06", "07", "08")
rerun = functools.cache(claims.rerun)


def kept(claim):
    """Does the claim's code give what is written of it?"""
    return rerun(claim) == (claim.verdict, claim.figure)


@pytest.mark.parametrize("claim", RUN, ids=lambda claim: claim.id)
def test_the_code_still_gives_the_verdict_and_the_figure(claim):
    assert kept(claim), rerun(claim)


@pytest.mark.parametrize("claim", RUN[::5], ids=lambda claim: claim.id)
def test_a_planted_verdict_or_figure_is_caught(claim):
    assert not any(kept(dataclasses.replace(claim, verdict=other)) for other in set(SIGNS) - {claim.verdict})
    for number in re.finditer(r"\d", claim.figure):
        wrong = claim.figure[: number.start()] + str((int(number.group()) + 1) % 10) + claim.figure[number.end() :]
        assert not kept(dataclasses.replace(claim, figure=wrong))


OTHERS = [  # a claim, a piece of its code, and what to look at in its place
    ("wrong-class-errors", '"roberta-base"', '"distilbert-base-uncased"'),
    ("distilbert-by-its-class", '"DistilBertModel", "distil', '"DistilBertModel", "'),
    ("same-name-for-both", 'rows["distilbert-base-uncased"]', 'rows["roberta-base"]'),
    ("base-model-as-classifier", '"roberta-base"', '"roberta-base-SST-2"'),
    ("layers-768-12-82m", '"distilroberta-base"', '"distilbert-base-uncased"'),
    ("forty-percent-smaller", '"distilbert-base-uncased"', '"roberta-base"'),
    ("half-the-layers-no-pooler", '"distilbert-base-uncased"', '"distilroberta-base"'),
    ("vocabulary-costs-15m", '"bert-base-uncased"', '"distilroberta-base"'),
    ("ninety-seven-percent", '"distilbert-base-uncased"', '"roberta-base"'),
    ("hello-three-tokens", '"Hello"', '"HELLO"'),
    ("nothing-unknown-in-bytes", 'tokenizer("roberta-base")', 'tokenizer("bert-base-uncased")'),
    ("uncased-same", '"distilbert-base-uncased"', '"roberta-base"'),
    ("distilroberta-cased", '"distilroberta-base"', '"bert-base-uncased"'),
    ("mask-token-of-roberta", '"roberta-base"', '"bert-base-uncased"'),
    ("pair-format", '"distilbert-base-uncased"', '"roberta-base"'),
    ("rejects-token-type-ids", '"distilbert-base-uncased"', '"bert-base-uncased"'),
    ("padding-changes-the-vectors", '{"input_ids": batch.input_ids}', "batch"),
    ("max-514", '"roberta-base"', '"bert-base-uncased"'),
    ("one-tokenizer-for-two-models", 'mini("distilbert-base-uncased")', 'mini("roberta-base")'),
    ("a-vector-for-each-token", "The welcome", "The soup"),
    ("six-layers-half", '"distilroberta-base"', '"roberta-base"'),
    ("dropout-by-inference-mode", "model.train(training)", "model.eval()"),
    ("student-close-to-teacher", "(one, one.roll", "(one.roll(1, dims=0), one.roll"),
    ("labels-say-the-sentiment", '"roberta-base-SST-2"', '"distilbert-base-uncased-finetuned-sst-2-english"'),
    ("return-all-scores", '{"top_k": None}', "{}"),
    ("base-model-in-sentiment-pipeline", '"distilbert-base-uncased"', '"roberta-base-SST-2"'),
    ("qa-and-summaries", '"RobertaForConditionalGeneration"', '"BartForConditionalGeneration"'),
    ("precision-and-recall-defined", "[1] * 10 + [0] * 90", "[1] * 20 + [0] * 80"),
    ("f1-of-a-matrix", "(85, 15, 10, 90)", "(90, 15, 10, 90)"),
    ("distilbert-sst2-card-figures", "0.93018", "0.93017"),
    ("roberta-more-accurate", "(823, 794)", "(808, 796)"),
    ("more-accurate-by-size", '"distilroberta-base"', '"roberta-base"'),
    ("accuracy-paradox", "(0, 10, 0, 90)", "(5, 5, 0, 90)"),
    ("spam-wants-precision", "false_alarm=3, miss=1", "false_alarm=1, miss=3"),
    ("harmful-posts-want-recall", "false_alarm=1, miss=10", "false_alarm=10, miss=1"),
    ("near-50-is-guessing", "guessed(0.9, 0.1)", "guessed(0.5, 0.5)"),
    ("lists-show-bias", 'top("woman")', 'top("man")'),
    ("white-man-black-woman", '"distilbert-base-uncased"', '"distilroberta-base"'),
    ("targets-are-the-words", '"roberta-base")', '"distilbert-base-uncased")'),
    ("prior-must-be-subtracted", "(False, True)", "(True, True)"),
    ("pronouns-follow-the-shares", 'mini(name, "MaskedLM")', "AutoModelForMaskedLM.from_config(mini(name).config)"),
    ("shared-tokens-leave-the-name-out", "scoring.conditional(*model, pairs)", 'dict(zip(("first", "second"), whole))'),
    ("fifty-is-ideal", '"distilbert-base-uncased"', '"roberta-base"'),
    ("three-models-above-half", 'paper["pairs"]', 'paper["smallest_category"]'),
    ("bert-least-biased", "found[1].low", "found[2].low"),
    ("students-are-more-biased", "size(teacher), size", "0 * size(teacher), size"),
    ("bias-reaches-fine-tuned", '"LABEL_1"', '"LABEL_0"'),
    ("presence-not-absence", ".iloc[0]", ".iloc[1]"),
    ("exchange-removes-it", "steps=120", "steps=120, swap=False"),
    ("lighter-roberta", '("distilbert-base-uncased", "distilroberta-base")', '("distilroberta-base",) * 2'),
    ("one-layer-out-of-two", "layers = even_layers", "layers = 0, 2, 4, 6, 8, 10; even_layers"),
    ("loss-as-printed", "temperature=1", "temperature=2"),
    ("square-of-the-temperature", "loss / temperature**2", "loss / temperature"),
    ("same-probabilities", '"distilbert-base-uncased"', '"bert-base-uncased"'),
    ("every-loss-is-important", "> -0.5", "> -0.3"),
    ("once-more-on-squad", '"distilbert-base-uncased, distilled again"', '"distilbert-base-uncased"'),
    ("ninety-seven-on-glue", 'scores["distilbert-base-uncased"]', 'scores["distilroberta-base"]'),
    ("mnli-of-bert", 'readme["values"]["bert-base-uncased"]', 'paper["values"]["bert-base-uncased"]'),
    ("glue-test-results", '("glue", "glue_paper")', '("glue",)'),
    ("never-below-elmo", '"distilbert-base-uncased"', '"bert-base-uncased"'),
    ("sixty-per-cent-faster", '"distilbert-base-uncased"', '"elmo"'),
    ("related-sentences", '"distilbert-base-uncased"', '"bert-base-uncased"'),
    ("leakage-flatters", "x[:500], coins[:500]", "x[1500:], coins[1500:]"),
    ("overfitting-gap", "in (KNeighborsClassifier(1), Log", "in (LogisticRegression(), Log"),
    ("smaller-so-faster", '"distilroberta-base"', '"roberta-base"'),
    ("larger-and-slower", '"roberta-base"', '"distilroberta-base"'),
    ("twice-as-fast", '(None, "MaskedLM")', "(None, None)"),
    ("long-texts-cost-much-more", "256, 128", "256, 512"),
    ("do-not-batch-on-a-cpu", "batch_size=16", "batch_size=1"),
    ("pad-to-the-longest-of-the-batch", '"as they come"', '"all as wide as the longest"'),
    ("eval-saves-memory", "torch.inference_mode()", "torch.enable_grad()"),
    ("no-half-on-a-cpu", "dtype=torch.float16", "dtype=torch.float32"),
    ("half-precision-is-free", "torch.bfloat16", "torch.float32"),
    ("bert-from-438-to-181", "torch.nn.Linear)", "(torch.nn.Linear, torch.nn.Embedding))"),
    ("a-quarter-and-the-same-answers", "small.stat()", "full.stat()"),
    ("distilbert-and-no-int8-roberta", '"distilbert-base-uncased"', '"distilroberta-base"'),
    ("phone-207-mb", "2 * (model.config.dim + 1)", "-15e6"),
]


@pytest.mark.parametrize("name, old, new", OTHERS, ids=[name for name, _, _ in OTHERS])
def test_code_that_looks_at_something_else_gives_something_else(name, old, new):
    """The code looks at the models: what it gives is no written result."""
    (claim,) = (claim for claim in RUN if claim.id == name)
    assert old in claim.code
    assert not kept(dataclasses.replace(claim, code=claim.code.replace(old, new)))


def test_there_are_enough_and_nearly_all_are_run():
    assert len([claim for claim in RUN if claim.lesson in LESSONS]) >= 50
    assert {claim.lesson for claim in RUN} >= set(LESSONS)
    assert len(CLAIMS) - len(RUN) <= 3
    assert {claim.verdict for claim in CLAIMS} == set(SIGNS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_the_section_is_a_heading_of_the_lesson(claim):
    (notebook,) = check.NOTEBOOKS.glob(f"{claim.lesson}_*.ipynb")
    assert claim.section in check.headings(notebook)


# --- a faulty file -------------------------------------------------------------------------------------------

ENTRY = """- id: one-layer
  statement: It has one layer.
  source: a card
  lesson: "01"
  section: The card
  code: |
    ("holds", "1")
  verdict: holds
  figure: "1"
"""


def written(tmp_path, text):
    path = tmp_path / "claims.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_file_is_read(tmp_path):
    (claim,) = claims.load(written(tmp_path, ENTRY))
    assert (claim.id, claim.verdict, claim.figure, claim.code) == ("one-layer", "holds", "1", '("holds", "1")')
    assert claims.rerun(claim) == ("holds", "1")


@pytest.mark.parametrize(
    "old, new, told",
    [
        ("- id: one-layer\n", "- id: One layer\n", "line 1: the id 'One layer' is no slug"),
        ("  source: a card\n", "", "line 1: the field source is missing"),
        ("  source: a card\n", "  source:\n", "line 3: the field source is None"),
        ('  lesson: "01"\n', "  lesson: 1\n", "line 4: the field lesson is 1, not a text"),
        ("  section:", "  heading:", "line 5: there is no field 'heading'. Fix: use id, statement"),
        ("verdict: holds", "verdict: true", "line 8: the field verdict is True"),
        (
            "verdict: holds",
            "verdict: correct",
            "line 8: 'correct' is no verdict. Fix: take one of holds, holds in part",
        ),
        ("verdict: holds", "verdict: source only", "line 6: what has code is not `source only`"),
        ('  code: |\n    ("holds", "1")\n', "", "line 1: the field code is missing"),
        (ENTRY, ENTRY + ENTRY, "line 10: the id 'one-layer' stands twice"),
        (ENTRY, "claims: 1\n", "line 1: this is no list"),
        (ENTRY, "- just a text\n", "line 1: a claim is a list of fields"),
        ("  source: a card\n", "  source: a: card\n", "line 3: mapping values are not allowed"),
        (ENTRY, "", "line 1: the file is empty"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_fix(old, new, told, tmp_path):
    assert old in ENTRY
    with pytest.raises(ClaimsError) as caught:
        claims.load(written(tmp_path, ENTRY.replace(old, new)))
    assert f"claims.yaml, {told}" in str(caught.value) and "Fix: " in str(caught.value)


@pytest.mark.parametrize(
    "code, told",
    [
        ("True", "it gives True. Fix: end in (verdict, figure)"),
        ('("holds", 1)', "it gives ('holds', 1)"),
        ("unheard_of", "it stops with NameError"),
        ('print("hello")', "it prints 'hello'"),
    ],
)
def test_code_that_decides_nothing_is_told(code, told):
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        claims.rerun(dataclasses.replace(RUN[0], code=code))
    assert str(caught.value).startswith(f"Claim {RUN[0].id}, field code: ")


# --- the table -----------------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    """`shown(lesson)`: what is displayed, as HTML and as text."""
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))

    def table(lesson):
        claims.show(lesson)
        return bundles[-1]["text/html"], bundles[-1]["text/plain"]

    return table


class Table(HTMLParser):
    """The tags of a table with their attributes, and its words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words += data


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_table_can_be_read_by_anybody(lesson, shown):
    html, text = shown(lesson)
    mine = [claim for claim in CLAIMS if claim.lesson == lesson]
    table = Table(html)
    counts = Counter(tag for tag, _ in table.tags)
    assert counts["table"] == counts["caption"] == 1 and counts["tr"] == len(mine) + 1
    scopes = Counter(attributes["scope"] for tag, attributes in table.tags if tag == "th")
    assert scopes == {"col": 3, "row": len(mine)}
    assert not re.search(r"color|background|<style|<script", html)  # the page's own colours, light or dark
    assert len(html) < 15_000
    lines = text.splitlines()
    assert len(lines) == len(mine) + 1 and lines[0] in table.words
    for claim, line in zip(mine, lines[1:], strict=True):
        assert line.startswith(f"{SIGNS[claim.verdict]} {claim.verdict}: {claim.statement}") and claim.figure in line
        for words in (claim.statement, claim.source, claim.verdict, claim.figure, claim.section):
            assert words.replace("`", "") in table.words  # so `<mask>` is a word, and no tag
    sections = [attributes["href"] for tag, attributes in table.tags if tag == "a"]
    assert sections == ["#" + claim.section.replace(" ", "-") for claim in mine]
    assert (html, text) == shown(lesson)


def test_the_caption_counts_the_verdicts(shown):
    _, text = shown("02")
    counts = Counter(claim.verdict for claim in CLAIMS if claim.lesson == "02")
    first = text.splitlines()[0].lower()
    assert first.startswith(f"{counts.total()} statements, ")
    assert all(f"{verdict} {number}" in first for verdict, number in counts.items())


def test_a_lesson_without_claims_is_told(shown):
    with pytest.raises(ValueError, match="There are no claims for lesson '99'. The lessons with claims: 01, 02, 03"):
        shown("99")


def test_the_readme_tells_every_field_and_verdict():
    readme = (FILE.parent / "README.md").read_text(encoding="utf-8")
    for name in [*(field.name for field in dataclasses.fields(claims.Claim)), *SIGNS]:
        assert f"`{name}`" in readme
