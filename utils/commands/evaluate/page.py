"""The report as one web page that needs nothing else. Every word that comes from a file or a model is escaped."""

import html
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from utils import figures
from utils.commands.evaluate.measuring import Result
from utils.commands.evaluate.reading import Read

STYLE = Path(__file__).with_name("page.css")
LONGEST_SHOWN = 400  # letters of a text
LINES_SHOWN = 5
CUT_SHOWN = 10
SHARES = "accuracy,balanced accuracy,precision,recall,specificity,F1,ROC AUC,average precision".split(",")
PACKAGES = ("transformers", "torch", "scikit-learn", "scipy", "statsmodels", "numpy", "pandas")
SAYS_LITTLE = (
    "A number without a baseline and an interval says little: the baseline tells how much of it needs no model at all, "
    "the interval how much of it may be chance."
)


def build(name: str, found: Read, available: int, classifier, meaning: dict, result: Result) -> str:
    """The whole page. `available` rows could be used, `found` has those that were."""
    title = f"How often is {name} right on {found.name}?"
    sections = [
        _section("What came out", _verdict(name, result)),
        _section("What was read", _input(found, available, meaning)),
        _section("Right and wrong", _matrix(result)),
        _section("The metrics", _metrics(result)),
        _section("Do the scores mean what they say?", _reliability(result)),
        _section("The mistakes it was most sure of", _mistakes(found, result)),
        _section("Texts that were cut", _truncated(found, result)),
    ]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{html.escape(title)}</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header><h1>{html.escape(title)}</h1></header>
<main>
{"".join(sections)}</main>
<footer>{_made_by(classifier)}</footer>
</body>
</html>
"""


# --- the sections -------------------------------------------------------------------------------------------


def _verdict(name: str, result: Result) -> str:
    accuracy, difference = result.metrics.loc["accuracy"], result.ahead
    right = round(accuracy.value * len(result.truth))
    chance = "" if difference.low > 0 or difference.high < 0 else " This interval holds 0: it may all be chance."
    return (
        f'<p class="lead">{html.escape(name)} is right on {right:,} of {len(result.truth):,} texts: an accuracy of '
        f"{accuracy.value:.3f}, with a 95 % interval from {accuracy.low:.3f} to {accuracy.high:.3f}. Always answering "
        f"{html.escape(result.majority)} would reach {result.baseline['accuracy']:.3f}.</p>\n"
        f"<p>The difference is {difference.value:+.3f}, with a 95 % interval from {difference.low:+.3f} to "
        f'{difference.high:+.3f}.{chance}</p>\n<p class="note">{SAYS_LITTLE}</p>\n'
    )


def _input(found: Read, available: int, meaning: dict) -> str:
    rows = [
        ("Rows in the file", f"{found.rows:,}"),
        *((f"Left out: {reason}", f"{len(lines):,} ({_lines(lines)})") for reason, lines in found.left_out.items()),
        ("Rows used", f"{len(found.texts):,}" + _drawn(len(found.texts), available)),
        ("Texts that repeat an earlier one", f"{found.repeated:,}" + _repeated(found)),
        ("Texts that have both labels", f"{found.contradicted:,}" + _contradicted(found)),
        ("Column of the texts", found.text_column),
        ("Column of the labels", found.label_column),
        *((f"Rows labelled {label}", _meant(found, label, name)) for label, name in sorted(meaning.items())),
        ("Separator", found.separator),
        ("Encoding", found.encoding + _encoding(found)),
    ]
    return _table("What was read", [], [[_th(what), _td(value)] for what, value in rows])


def _matrix(result: Result) -> str:
    (hits, misses), (alarms, _) = result.matrix.to_numpy().tolist()
    positive = html.escape(result.positive)
    picture = _picture(
        lambda: figures.confusion_matrices({"the model": result.matrix}, "What is true, and what the model says")
    )
    return (
        f"<p>The positive class is {positive}. The model finds {hits:,} of {hits + misses:,} texts that are "
        f"{positive}, and calls {alarms:,} others {positive}, too.</p>\n{picture}"
    )


def _metrics(result: Result) -> str:
    baseline = f"always {result.majority}"
    table = result.metrics.loc[SHARES].dropna(subset="value")
    dots = {"baselines": {baseline: result.baseline[table.index].dropna()}, "count": "of"}
    picture = _picture(lambda: figures.intervals({"the model": table}, "The model and the baseline", "value", **dots))
    rows = [
        [
            _th(metric),
            _number(row.value),
            _td(f"{_digits(row.low)} to {_digits(row.high)}", "number"),
            _number(result.baseline[metric]),
            _td(_MEANING[metric].format(positive=result.positive), "wide"),
        ]
        for metric, row in result.metrics.iterrows()
    ]
    heads = ["metric", "value", "95 % interval", "baseline", "what it says"]
    said = (
        f"The baseline always answers {result.majority}, with the share of {result.positive} as its score. Intervals: "
        "Wilson for shares of counted texts, bootstrap for the others. A dash: there is no such text."
    )
    return f"{picture}<p>{html.escape(said)}</p>\n{_table('The metrics', heads, rows)}"


_MEANING = {
    "accuracy": "share of all texts that are answered rightly",
    "balanced accuracy": "mean of recall and specificity: 0.5 is chance, however rare a class is",
    "precision": "share of the texts called {positive} that are {positive}",
    "recall": "share of the texts that are {positive} that are found",
    "specificity": "share of the other texts that are left alone",
    "F1": "harmonic mean of precision and recall",
    "MCC": "correlation of truth and answer: 0 is chance, 1 is perfect",
    "ROC AUC": "how often a {positive} text has a higher score than another one: 0.5 is chance",
    "average precision": "mean precision over all thresholds: chance is the share of {positive}",
    "Brier score": "mean squared distance of the score from the truth: lower is better",
    "log loss": "in nats, hard on what is wrong and sure: lower is better",
    "ECE": "mean distance between what scores say and what comes true: lower is better",
}


def _reliability(result: Result) -> str:
    title = "Scores against what is true"
    picture = _picture(
        lambda: figures.calibration({"the model": result.reliability}, title, start=0, what=result.positive)
    )
    ece = result.metrics.loc["ECE"]
    return (
        f"<p>Where a point is on the dashed line, the score is an honest probability. The mean distance, ECE, is "
        f"{ece.value:.3f} ({ece.low:.3f} to {ece.high:.3f}).</p>\n{picture}"
    )


def _mistakes(found: Read, result: Result) -> str:
    wrong = result.mistakes()
    if not wrong:
        return "<p>There is none: every answer is right. Was the model trained on these very texts?</p>\n"
    rows = [
        [
            _td(f"{found.lines[mistake.row]:,}", "number"),
            _text(found.texts[mistake.row]),
            _td(mistake.truth),
            _td(mistake.answer),
            _number(mistake.score),
        ]
        for mistake in wrong
    ]
    said = "<p>Read them one by one: is the model wrong, or the label?</p>\n"
    return said + _table("Mistakes", ["line", "text", "label", "answer", "score"], rows)


def _truncated(found: Read, result: Result) -> str:
    cut = result.answers[result.answers.truncated]
    if cut.empty:
        return f"<p>None: the longest has {result.answers.tokens.max():,} tokens, which the model can read.</p>\n"
    rows = [
        [_td(f"{found.lines[place]:,}", "number"), _td(f"{row.tokens:,}", "number"), _text(found.texts[place], 120)]
        for place, row in cut.head(CUT_SHOWN).iterrows()
    ]
    wrong = (cut.predicted != [result.truth[place] for place in cut.index]).sum()
    first = f" The first {len(rows)}:" if len(cut) > len(rows) else ""
    said = (
        f"<p>{len(cut):,} of {len(found.texts):,} texts are longer than the model can read. It saw only their "
        f"beginning, and is wrong on {wrong:,} of them.{first}</p>\n"
    )
    return said + _table("Texts that were cut", ["line", "tokens", "text"], rows)


def _made_by(classifier) -> str:
    versions = ", ".join(f"{package} {metadata.version(package)}" for package in PACKAGES)
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"<p>The model: {html.escape(classifier.origin)}.</p>\n<p>Made on {when} by "
        f"<code>python -m utils evaluate</code> with Python {platform.python_version()}, {versions}.</p>\n"
    )


# --- what the sections say of the file -----------------------------------------------------------------------


def _lines(lines: list[int]) -> str:
    told = ", ".join(f"{line:,}" for line in lines[:LINES_SHOWN])
    return f"line{'s' if len(lines) > 1 else ''} {told}" + (", …" if len(lines) > LINES_SHOWN else "")


def _drawn(used: int, available: int) -> str:
    return f", drawn at random from {available:,}" if used < available else ""


def _repeated(found: Read) -> str:
    return ". They count again, so the intervals are narrower than they should be." if found.repeated else ""


def _contradicted(found: Read) -> str:
    return ". No model can be right on both." if found.contradicted else ""


def _encoding(found: Read) -> str:
    odd = found.encoding in ("cp1252", "latin-1")
    return ". It is not UTF-8, so this is a guess: if letters look wrong, save the file as UTF-8." if odd else ""


def _meant(found: Read, label: str, name: str) -> str:
    means = "" if label == name else f", read as {name}"
    return f"{found.labels.count(label):,}{means}"


# --- pieces of HTML -----------------------------------------------------------------------------------------


def _section(heading: str, content: str) -> str:
    key = "-".join(word.strip("?") for word in heading.lower().split())
    return f'<section aria-labelledby="{key}">\n<h2 id="{key}">{heading}</h2>\n{content}</section>\n'


def _table(name: str, heads: list[str], rows: list[list[str]]) -> str:
    """A table that can be scrolled, also by keyboard, where the screen is narrow. The cells are HTML already."""
    first = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(row)}</tr>\n" for row in rows)
    return (
        f'<div class="scroll" role="region" aria-label="Table: {name}" tabindex="0">\n<table>\n'
        + (f"<thead><tr>{first}</tr></thead>\n" if heads else "")
        + f"<tbody>\n{body}</tbody>\n</table>\n</div>\n"
    )


def _th(word: str) -> str:
    return f'<th scope="row">{html.escape(word)}</th>'


def _td(word: str, kind: str = "") -> str:
    return f"<td{f' class={kind!r}' if kind else ''}>{html.escape(word)}</td>"


def _text(text: str, longest: int = LONGEST_SHOWN) -> str:
    shown = text.strip()
    shown = shown if len(shown) <= longest else f"{shown[:longest]} …"
    return f'<td class="text" dir="auto">{html.escape(shown)}</td>'


def _number(value: float) -> str:
    return _td(_digits(value), "number")


def _digits(value: float) -> str:
    return "–" if value != value else f"{value:.3f}"  # NaN: a share of nothing


def _picture(draw) -> str:
    """The figure that `draw` shows, with its alt text."""
    import matplotlib

    matplotlib.use("agg")  # draw into memory: there may be no screen
    with figures.gathered() as images:
        draw()
    return f"<figure>{''.join(images)}</figure>\n"
