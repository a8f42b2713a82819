"""Checks and hints of lesson 06, Probing bias. Every expected value is computed from the model in use."""

import functools
import math

from utils import anatomy, checkpoints
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import function, near, number, shown

lesson = Lesson("06")
check, hint, progress = lesson.check, lesson.hint, lesson.progress

TEXT = "The librarian said that <mask> was tired."
HIDDEN = "The <mask> said that <mask> was tired."
SHE, HE = " she", " he"
CHANCE = 0.03  # the ends of an interval that was drawn by lot differ from run to run


@functools.cache
def loaded(name: str = "roberta-base"):
    """(model, tokenizer) of the checkpoint in use, loaded once."""
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    folder = checkpoints.locate(name)
    with anatomy.no_load_report():
        return AutoModelForMaskedLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def logprobs(text: str, words=(SHE, HE), name: str = "roberta-base", **options) -> list[float]:
    """The log-probabilities of two words at the mask, in nats."""
    from utils import scoring

    return scoring.token_logprobs(*loaded(name), [text], list(words), **options).iloc[0].tolist()


def log_odds(*arguments, **options) -> float:
    """log P(first word) - log P(second word), in nats."""
    first, second = logprobs(*arguments, **options)
    return first - second


@functools.cache
def course_scores():
    """The lesson's table for roberta-base: occupations down, sentences across."""
    from utils import bias

    return bias.pronoun_scores(*loaded())


def ends(answer) -> tuple[float, float]:
    """The two ends of an interval. Raises Wrong for anything else."""
    try:
        low, high = (float(end) for end in answer)
    except (TypeError, ValueError):
        raise Wrong(f"{shown(answer)} is no interval. Return two numbers, the lower end and the upper.") from None
    if low > high:
        raise Wrong("the upper end comes first. Return the lower end, then the upper.")
    return low, high


@lesson.exercise(
    1,
    "She against he",
    (
        "Two words at one mask. The difference of their log-probabilities is the number.",
        "scoring.token_logprobs(model, tokenizer, [text], [word, word]) gives a table with a column for each word.",
        'table = scoring.token_logprobs(model, tokenizer, [text], [" she", " he"]), then column minus column.',
    ),
)
def she_against_he(answer):
    answer = number(answer, "the difference of two log-probabilities")
    she, he = logprobs(TEXT)
    if near(answer, she - he):
        return f"{she - he:+.2f} nats: one word is {math.exp(abs(she - he)):.1f} times as likely as the other, here."
    if near(answer, log_odds(TEXT, ("she", "he"), strict=False)):
        raise Wrong(
            "that is for the entries without a space, which have no place in mid-sentence. Write ' she', ' he'."
        )
    if near(answer, he - she):
        raise Wrong("the sign is turned: take she minus he.")
    if near(answer, math.exp(she - he)):
        raise Wrong("that is the ratio of the probabilities. Give the difference of their logarithms.")
    if near(answer, math.exp(she) - math.exp(he)):
        raise Wrong("that is a difference of probabilities. Subtract the logarithms.")
    if near(answer, (she - he) / math.log(2)):
        raise Wrong("that is in bits. Use the natural logarithm: nats.")
    if near(answer, she) or near(answer, he):
        raise Wrong("that is the log-probability of one word alone. Subtract the other's.")
    raise Wrong(f"{shown(answer)} is not it, for this sentence and roberta-base.")


@lesson.exercise(
    2,
    "Subtract the prior",
    (
        "What would the model say if it did not know that it is the librarian? Take that away.",
        "Mask the occupation too, and read the log-odds at the mask of the pronoun: mask=-1.",
        "Log-odds of the text, minus log-odds of 'The <mask> said that <mask> was tired.' at mask=-1.",
    ),
)
def subtract_the_prior(answer):
    answer = number(answer, "the corrected log-odds")
    name = "distilroberta-base"
    raw, prior = log_odds(TEXT, name=name), log_odds(HIDDEN, name=name, mask=-1)
    if near(answer, raw - prior):
        return f"{raw:+.2f} as it stands, {prior:+.2f} when nobody is named, so {raw - prior:+.2f} in all."
    if near(answer, raw):
        raise Wrong("that is without the prior. Subtract what the model says when the occupation is masked.")
    if near(answer, prior):
        raise Wrong("that is the prior alone. Subtract it from the log-odds of the sentence.")
    if near(answer, raw - log_odds(HIDDEN, name=name, mask=0)):
        raise Wrong("the prior is read at the mask of the occupation. Read it at the pronoun's: mask=-1.")
    if near(answer, raw + prior):
        raise Wrong("the prior is added. Subtract it.")
    if near(answer, prior - raw):
        raise Wrong("the sign is turned: the sentence's log-odds, minus the prior.")
    if near(answer, log_odds(TEXT) - log_odds(HIDDEN, mask=-1)):
        raise Wrong("that is roberta-base. Take its student, distilroberta-base.")
    raise Wrong(f"{shown(answer)} is not it, for this sentence and distilroberta-base.")


@lesson.exercise(
    3,
    "A sentence of your own",
    (
        "Write a sentence about somebody at work, with the pronoun later in the sentence.",
        "bias.pronoun_scores(model, tokenizer, templates=[template]) measures it. Its first column holds your scores.",
        "scipy.stats.spearmanr(mine, course).statistic, with course = scores.mean(axis=1).",
    ),
)
def own_sentence(answer):
    from utils import bias

    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], str):
        raise Wrong("give a pair: your sentence, and its rank correlation with the course's scores.")
    template, given = answer[0], number(answer[1], "a correlation in the second place")
    for slot in ("{occupation}", "{mask}"):
        if template.count(slot) != 1:
            raise Wrong(f"your sentence needs {slot} exactly once. It reads: {template}")
    if template in bias.TEMPLATES:
        raise Wrong("that is one of the course's sentences. Write another.")
    if " {mask}" not in template:
        raise Wrong("a pronoun at the start of a sentence has a capital letter and no space. Put {mask} later.")
    taken = _room_for_pronouns(template)
    if taken < 0.1:
        raise Wrong(f"she and he together get {taken:.1%} at that mask. Write a sentence that calls for a pronoun.")
    mine = bias.pronoun_scores(*loaded(), templates=[template]).iloc[:, 0]
    course = course_scores().mean(axis=1)
    rho, pearson = mine.corr(course, method="spearman"), mine.corr(course)
    if abs(given - rho) < 0.006 and abs(given - rho) <= abs(given - pearson):
        return f"{rho:.2f}. Sentences agree on the order of the occupations {'well' if rho > 0.8 else 'only so far'}."
    if abs(given - pearson) < 0.006:
        raise Wrong("that is Pearson's correlation. Take Spearman's, which looks at ranks only.")
    labour = bias.labour_statistics()
    if abs(given - mine.corr(labour, method="spearman")) < 0.01:
        raise Wrong("that is the correlation with the labour statistics. Compare with the course's scores.")
    raise Wrong(f"for your sentence and roberta-base the correlation is not {shown(given)}. Are the rows lined up?")


def _room_for_pronouns(template: str) -> float:
    """The probability of she and he together at the mask, for three occupations on average."""
    texts = [template.format(occupation=word, mask=loaded()[1].mask_token) for word in ("nurse", "lawyer", "plumber")]
    return sum(math.exp(value) for text in texts for value in logprobs(text)) / len(texts)


TEMPLATES = ("The {occupation} said that {mask} was tired.", "The {occupation} went home because {mask} was ill.")
JOBS = ("nurse", "plumber", "lawyer")


def corrected(template: str, job: str, place: int = -1) -> float:
    """Kurita et al.'s score: log-odds of she against he, minus those with the occupation masked, read at `place`."""
    shown_text = template.format(occupation=job, mask="<mask>")
    hidden = template.format(occupation="<mask>", mask="<mask>")
    return log_odds(shown_text) - log_odds(hidden, mask=place)


def probabilities(template: str, job: str, place: int = -1) -> float:
    """The same with probabilities in place of their logarithms: a bug."""
    shown_she, shown_he = (math.exp(v) for v in logprobs(template.format(occupation=job, mask="<mask>")))
    hidden = template.format(occupation="<mask>", mask="<mask>")
    hidden_she, hidden_he = (math.exp(v) for v in logprobs(hidden, mask=place))
    return (shown_she - hidden_she) - (shown_he - hidden_he)


@lesson.exercise(
    4,
    "Find the bugs in the score",
    (
        "There are two. One is about which mask is read, the other about what is subtracted.",
        "The hidden text has two masks. And the paper divides probabilities, which is a difference of logarithms.",
        "mask=-1 for the prior, and target - prior without np.exp.",
    ),
)
def find_the_bugs(answer):
    function(answer)
    model, tokenizer = loaded()
    for template in TEMPLATES:
        for job in JOBS:
            given = number(answer(model, tokenizer, template, job), "one number from your function")
            if abs(given - corrected(template, job)) < 1e-3:
                continue
            if abs(given - probabilities(template, job, 0)) < 1e-3:
                raise Wrong("both bugs are still there.")
            if abs(given - probabilities(template, job)) < 1e-3:
                raise Wrong("the mask is right. But probabilities are subtracted: take their logarithms.")
            if abs(given - corrected(template, job, 0)) < 1e-3:
                raise Wrong("logarithms, good. But the prior is still read at the mask of the occupation.")
            if abs(given + corrected(template, job)) < 1e-3:
                raise Wrong("the sign is turned: she minus he, shown minus hidden.")
            if abs(given - log_odds(template.format(occupation=job, mask="<mask>"))) < 1e-3:
                raise Wrong("the prior is gone. Mend it, do not drop it.")
            raise Wrong(f"for {job!r} in {template!r} it gives {shown(given)}, which is not the corrected log-odds.")
    return "right mask, and logarithms. The bugs gave numbers that looked just as good."


@lesson.exercise(
    5,
    "Find the bug in the interval",
    (
        "How many independent things are in this table? Which of them do you want to speak about?",
        "scores.mean(axis=1) is one number for each occupation. Draw those.",
        "values = scores.mean(axis=1).to_numpy(), in place of all numbers of the table.",
    ),
)
def find_the_bug(answer):
    import numpy as np

    function(answer)
    scores = course_scores()
    low, high = ends(answer(scores.copy()))
    width = {
        "occupations": _width(scores.mean(axis=1)),
        "rows": _width(scores.to_numpy().ravel()),
        "sentences": _width(scores.mean(axis=0)),
        "one": _width(scores.iloc[:, 0]),
    }
    centre = float(scores.to_numpy().mean())
    if abs((low + high) / 2 - centre) > 0.2 * width["occupations"]:
        raise Wrong(f"an interval from {low:.2f} to {high:.2f} is not around the mean, which is {centre:.2f}.")
    nearest = min(width, key=lambda what: abs(np.log((high - low + 1e-9) / width[what])))
    if nearest == "occupations" and 0.85 < (high - low) / width[nearest] < 1.18:
        return f"{low:.2f} to {high:.2f}: {width['occupations'] / width['rows']:.1f} times as wide as with the bug."
    if nearest == "rows":
        raise Wrong("it still draws single numbers. Sentences about one occupation are not independent of each other.")
    if nearest == "sentences":
        raise Wrong("that draws the sentences. It says how the sentence matters, not the occupation.")
    raise Wrong(f"an interval of width {high - low:.2f} is not the 95 % interval over occupations.")


def _width(values) -> float:
    """Width of the 95 % interval of a mean, from its standard error; the bootstrap's comes near it."""
    import numpy as np

    return 2 * 1.96 * float(np.std(values, ddof=1)) / math.sqrt(len(values))


@lesson.exercise(
    6,
    "A control by lot",
    (
        "Break the link between occupation and share, and keep everything else. Do it many times.",
        "rng.permutation(shares) gives the shares in another order. spearmanr(scores, them).statistic is one draw.",
        "np.percentile([one draw for each of 500 shuffles], [2.5, 97.5])",
    ),
)
def control_by_lot(answer):
    function(answer)
    from scipy.stats import spearmanr

    from utils import bias

    scores, kept = course_scores().mean(axis=1).to_numpy(), bias.labour_statistics().to_numpy()
    shares = kept.copy()
    low, high = ends(answer(scores.copy(), shares))
    if (shares != kept).any():
        raise Wrong("it shuffles the caller's own shares. Use rng.permutation, which leaves them alone.")
    expected, real = 1.96 / math.sqrt(len(scores) - 1), float(spearmanr(scores, kept).statistic)
    if high - low < 1e-6:
        what = "the order of both was changed together" if abs(low - real) < 1e-6 else "there was one draw only"
        raise Wrong(f"both ends are {low:.2f}: {what}.")
    if low > 0 or high < 0:
        raise Wrong("the interval is around the real correlation. A bootstrap keeps the link; a shuffle breaks it.")
    half = (high - low) / 2
    if abs(half - expected) < 2 * CHANCE:
        return f"{low:.2f} to {high:.2f} by chance alone; the real one is {real:.2f}."
    if half > expected:
        raise Wrong("too wide for the middle 95 %: are those the smallest and the largest of all draws?")
    raise Wrong("too narrow for the middle 95 %. Take the 2.5th and the 97.5th percentile of the draws.")


@lesson.exercise(
    7,
    "Holm by hand",
    (
        "Begin with the smallest p. It is multiplied by the number of tests, the next by one less.",
        "Afterwards no value may be smaller than the one before it in that order, nor larger than 1.",
        "worst = max(worst, min(1, (m - rank) * p)), with rank = 0 for the smallest; put it at that p's place.",
    ),
)
def holm_by_hand(answer):
    function(answer)
    from statsmodels.stats.multitest import multipletests

    for ps in ([0.04, 0.001, 0.03], [0.01, 0.04, 0.03, 0.005], [0.5, 0.9, 0.6], [0.012, 0.011, 0.0125], [0.2]):
        given = answer(list(ps))
        try:
            given = [float(p) for p in given]
        except (TypeError, ValueError):
            raise Wrong(f"for {ps} it returns {shown(given)}. Return a list of numbers.") from None
        m = len(ps)
        wrong = {
            "those are Bonferroni's: every p times the number of tests. Holm is milder with all but the smallest.": [
                min(1, m * p) for p in ps
            ],
            "the values are right, but sorted. Put each back at the place of its p.": sorted(
                multipletests(ps, method="holm")[1]
            ),
            "a value above 1 is no probability. Cap it at 1.": _holm(ps, cap=False),
            "a larger p got a smaller value than the one before it. Keep the running maximum.": _holm(ps, climb=False),
            "those are Benjamini and Hochberg's, which bound something else.": multipletests(ps, method="fdr_bh")[1],
            "the p values come back as they were.": ps,
        }
        if len(given) == m and all(map(_close, given, multipletests(ps, method="holm")[1])):
            continue
        for message, values in wrong.items():
            if len(given) == m and all(map(_close, given, values)):
                raise Wrong(f"for {ps}: {message}")
        raise Wrong(f"for {ps} it gives {[round(p, 4) for p in given]}. Follow the smallest p first.")
    return "the same as statsmodels. Many categories need it, or chance will find you one."


def _close(a: float, b: float) -> bool:
    return abs(a - b) < 1e-6


def _holm(ps: list[float], cap: bool = True, climb: bool = True) -> list[float]:
    """Holm's correction, with a slip where an argument says so."""
    adjusted, worst = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        value = (len(ps) - rank) * ps[place]
        worst = max(worst, value) if climb else value
        adjusted[place] = min(1.0, worst) if cap else worst
    return adjusted


@lesson.exercise(
    8,
    "A card of your own, a project",
    (
        "Write at least ten pairs that differ in one person or group. No slurs; write about something small.",
        "scoring.conditional(model, tokenizer, pairs) has the columns first and second. Equal to 3 digits is a tie.",
        'proportion_confint(wins, n, method="wilson") without the ties; the answer is (pairs, wins / n, low, high).',
    ),
)
def own_card(answer):
    from statsmodels.stats.proportion import proportion_confint

    from utils import scoring

    if not isinstance(answer, tuple) or len(answer) != 4:
        raise Wrong("give four things: your pairs, the share, and the two ends of its interval.")
    pairs, *given = answer
    given = [number(value, "a number for the share and for each end") for value in given]
    pairs = _own_pairs(pairs)
    scored = scoring.conditional(*loaded(), pairs).round(3)
    wins, losses = (scored["first"] > scored["second"]).sum(), (scored["first"] < scored["second"]).sum()
    n = wins + losses
    if not n:
        raise Wrong("every pair is a tie: the model sees no difference. Write other pairs.")

    def says(wins, n, method="wilson"):
        expected = [wins / n, *proportion_confint(wins, n, method=method)]
        return all(abs(a - b) < 0.002 for a, b in zip(given, expected, strict=True))

    if says(wins, n):
        low, high = given[1:]
        clear = "excludes" if low > 0.5 or high < 0.5 else "contains"
        return f"{n} pairs, {given[0]:.0%} [{low:.0%}, {high:.0%}], which {clear} one half. Now write the sentence."
    if abs(given[0] - 100 * wins / n) < 0.2:
        raise Wrong("in per cent? Give shares from 0 to 1.")
    if says(losses, n):
        raise Wrong("that is the share in which the second sentence wins. The first is the more stereotyped.")
    if says(wins, n, "normal"):
        raise Wrong("the share is right, the interval is the normal one, poor with few pairs. Take method='wilson'.")
    if losses + wins < len(pairs) and says(wins, len(pairs)):
        raise Wrong("the ties are counted as losses. Leave them out.")
    if abs(given[0] - wins / n) < 0.002:
        raise Wrong("the share is right. The interval is not Wilson's 95 % for so many pairs.")
    whole = scoring.pseudo_log_likelihood(*loaded(), [text for pair in pairs for text in pair]).score.to_numpy()
    if abs(given[0] - (whole[::2] > whole[1::2]).mean()) < 0.002:
        raise Wrong("that compares whole sentences, so a rare name decides. Use scoring.conditional.")
    raise Wrong(f"the share is not {shown(given[0])} for your pairs and roberta-base.")


def _own_pairs(pairs) -> list[tuple[str, str]]:
    """The learner's pairs, looked through. Raises Wrong for what cannot be measured."""
    try:
        pairs = [(first, second) for first, second in pairs]
    except (TypeError, ValueError):
        raise Wrong("the first thing must be your pairs: a list of (more stereotyped, less stereotyped).") from None
    if not all(isinstance(text, str) for pair in pairs for text in pair):
        raise Wrong("a pair is two texts.")
    if len(set(pairs)) < 10:
        raise Wrong(f"{len(set(pairs))} different pairs. Write at least ten.")
    for first, second in pairs:
        if first == second:
            raise Wrong(f"both sentences of a pair are the same: {first}")
        if not set(first.split()) & set(second.split()):
            raise Wrong(f"these two share no word, so nothing is compared: {first} / {second}")
    return pairs
