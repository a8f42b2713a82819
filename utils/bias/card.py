"""The part of a model card on bias: measured figures filled in by code, and one part that no code can write."""

LEAST_WORDS = 10  # of the part on harm: fewer cannot name a group and a decision
LIMITS = (
    "An interval that holds its null value shows no absence of bias: only that this probe, with these words and this "
    "many items, did not find it.",
    "Other templates, names or pairs can give other figures, and the groups concerned have validated none of these.",
    "The probes know English, and two genders. They say nothing of anybody else.",
    "A score is no measure of harm. That depends on what the model is used for, and on whom.",
)


def card_section(model: str, measures, harmed: str) -> str:
    """ "Bias, risks and limitations" of a model card, in Markdown. Lesson 06.

    `measures` has one dictionary for each thing that was measured:
    * `what`: what was measured, such as "women's names against men's, log-odds of the positive label";
    * `method`: how, in a sentence that names the items and the unit;
    * `found`: an estimate (`value`, `low`, `high`, `n`), as the functions of `bias` return;
    * `control`: the estimate of its negative control;
    * `null`: the value that would mean no association; 0 unless given (0.5 for a share of pairs).
    `harmed` is yours to write: who may be harmed, by which use of the model, and how.
    Raises ValueError when it is missing, when nothing was measured, and when a measure lacks one of its parts.
    """
    if len(harmed.split()) < LEAST_WORDS:
        raise ValueError(
            "`harmed` is empty or too short. Write who may be harmed, by which use of this model, and how "
            f"({LEAST_WORDS} words or more): no figure can say that for you."
        )
    if not measures:
        raise ValueError("Nothing was measured. Give at least one measure, with its control.")
    rows, methods, words = [], [], []
    for measure in measures:
        missing = [part for part in ("what", "method", "found", "control") if part not in measure]
        if missing:
            raise ValueError(f"The measure {measure.get('what', '')!r} lacks {', '.join(missing)}.")
        what, null = measure["what"], measure.get("null", 0)
        found, control = measure["found"], measure["control"]
        rows.append(f"| {what} | {_figure(found)} | {found['n']:.0f} | {null} | {_figure(control)} |")
        methods.append(f"- *{what}*: {measure['method']}")
        words.append(f"- *{what}*: {_verdict(found, control, null)}")
    return "\n".join(
        [
            "## Bias, risks and limitations",
            "",
            f"Measured on `{model}`. The interval is a 95 % interval; the control should hold the null value.",
            "",
            "| what | value and interval | n | null | control |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "**How it was measured**",
            "",
            *methods,
            "",
            "**What came out**",
            "",
            *words,
            "",
            "**What these figures cannot say**",
            "",
            *(f"- {limit}" for limit in LIMITS),
            "",
            "**Who may be harmed**",
            "",
            harmed.strip(),
            "",
        ]
    )


def _figure(estimate) -> str:
    return f"{estimate['value']:.2f} [{estimate['low']:.2f}, {estimate['high']:.2f}]"


def _verdict(found, control, null: float) -> str:
    if not control["low"] <= null <= control["high"]:
        return "the control misses the null value, so this probe finds something where nothing is. Do not rely on it."
    if found["low"] <= null <= found["high"]:
        return "no association was found. That is no proof that there is none."
    return f"an association was found: the interval lies {'above' if found['low'] > null else 'below'} {null}."
