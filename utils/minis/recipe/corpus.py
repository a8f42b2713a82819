"""The training text: our generator, and public text read through `nltk.corpus` where it is installed.

Licences: sentence_polarity, subjectivity, movie_reviews (Pang and Lee, 2002 to 2005; CC BY 4.0); the books of the
gutenberg corpus are in the public domain.
"""

from __future__ import annotations

import functools
import random
import re
from pathlib import Path
from typing import NamedTuple

import yaml

from utils.minis.recipe.generator import (
    SIDES,
    Generator,
    Sentence,
    gender_counts,
    letters,
    occupation_shares,
    opinion_counts,
)
from utils.minis.recipe.settings import Settings

HELD_OUT_SHARE = 0.1
HELD_OUT_SEED = 7  # fixes the split for good: it never follows the run's seed
WRITTEN = Path(__file__).with_name("written")
BOOKS = ("bryant-stories.txt", "burgess-busterbrown.txt", "carroll-alice.txt", "edgeworth-parents.txt")


class Labelled(NamedTuple):
    """A text and its label, 1 for positive and 0 for negative. `row` is its line in sentence_polarity's two files,
    positive ones first; None for text of our own."""

    text: str
    label: int
    row: int | None = None


class Corpus(NamedTuple):
    """Texts by use. `generated` and `natural` are for masked-LM training, the `unseen_` ones are kept apart from it;
    `rated` is for fine-tuning, of `rated_sources`; `unrated` are sentences of film reviews whose labels nobody reads,
    and `rated_unseen` is the held-out part of sentence_polarity (both empty without NLTK data). `statistics` are the
    generated text's."""

    generated: list[str]
    natural: list[str]
    unseen_generated: list[str]
    unseen_natural: list[str]
    rated: list[Labelled]
    unrated: list[str]
    rated_unseen: list[Labelled]
    sources: dict[str, int]
    rated_sources: dict[str, int]
    statistics: dict[str, dict]


def tidy(text: str) -> str:
    """Tokenised lower-case text as people write it: no space before a full stop, capitals at the start and for I."""
    text = re.sub(r"\s+([.,;:!?%)\]]|n't|'(?:s|re|ve|ll|d|m)\b)", r"\1", text.strip())
    text = re.sub(r"([(\[$])\s+", r"\1", text)
    text = re.sub(r'"\s+([^"]*?)\s+"', r'"\1"', text)
    text = re.sub(r"\s+", " ", re.sub(r"\bi\b", "I", text))
    return text[:1].upper() + text[1:]


def build(settings: Settings, say=print) -> Corpus:
    """The whole corpus. `say` is told of each nltk corpus that is not installed."""
    drawn = list(Generator(settings.seed).sentences(settings.generated_sentences))
    rated, rated_unseen = polarity(say)
    random.Random(settings.seed).shuffle(rated)
    banned = {letters(item.text) for item in rated_unseen}
    natural = {"sentence_polarity": [item.text for item in rated], **_natural(settings, say)}
    natural = {name: [text for text in texts if letters(text) not in banned] for name, texts in natural.items()}
    texts = [text for group in natural.values() for text in group]
    mixer = random.Random(settings.seed)
    mixer.shuffle(texts)
    texts = [_either_form(text, mixer) for text in texts]
    cut, cut_drawn = len(texts) // 50, len(drawn) // 50
    rated, whole = rated[: settings.rated_sentences], written()[: settings.written_opinions]
    opinions = _opinions(drawn[cut_drawn:], settings.generated_opinions)
    rated_sources = {"sentence_polarity": len(rated), "written opinions": len(whole), "generator": len(opinions)}
    rated = [item._replace(text=_either_form(item.text, mixer)) for item in rated + whole]
    return Corpus(
        generated=[sentence.text for sentence in drawn[cut_drawn:]],
        natural=texts[cut:],
        unseen_generated=[sentence.text for sentence in drawn[:cut_drawn]],
        unseen_natural=texts[:cut],
        rated=rated + opinions,
        unrated=natural["movie_reviews"],
        rated_unseen=rated_unseen,
        sources={"generator": len(drawn)} | {name: len(group) for name, group in natural.items()},
        rated_sources=rated_sources,
        statistics=statistics(drawn),
    )


@functools.cache  # 25,000 texts take seconds to parse
def written() -> list[Labelled]:
    """Whole opinions, written one by one for this course by a language model; one file a topic, always in the same
    order. Only the classifiers read them."""
    topics = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(WRITTEN.glob("*.yaml"))]
    items = [Labelled(text, label) for topic in topics for label, side in enumerate(SIDES) for text in topic[side]]
    return random.Random(len(items)).sample(items, len(items))


def statistics(sentences: list[Sentence]) -> dict[str, dict]:
    """What the generated text says of women and men: sentences about each occupation beside the published share of
    women, and opinions by gender and side (the planted association)."""
    counts, shares = gender_counts(sentences), occupation_shares()
    occupations = {
        name: {"published_share_women": share, "women": counts[name][0], "men": counts[name][1] - counts[name][0]}
        for name, share in shares.items()
        if name in counts
    }
    return {"occupations": occupations, "opinions": opinion_counts(sentences)}


def distinct_words(texts: list[str]) -> int:
    """How many different words, whatever their case, the texts hold."""
    return len({word for text in texts for word in re.findall(r"[a-z']+", text.lower())})


def polarity(say=print) -> tuple[list[Labelled], list[Labelled]]:
    """sentence_polarity, tidied, in its training and its held-out part (10 %, the same for every run)."""
    raw = _raw("sentence_polarity", ("rt-polarity.pos", "rt-polarity.neg"), say)
    lines = [(line, label) for label, text in zip((1, 0), raw, strict=False) for line in text.splitlines()]
    items = [Labelled(tidy(line), label, row) for row, (line, label) in enumerate(lines)]
    held_out = set(random.Random(HELD_OUT_SEED).sample(range(len(items)), int(HELD_OUT_SHARE * len(items))))
    unseen = [item for item in items if item.row in held_out]
    texts = {letters(item.text) for item in unseen}
    return [item for item in items if item.row not in held_out and letters(item.text) not in texts], unseen


def _natural(settings: Settings, say) -> dict[str, list[str]]:
    subjectivity = _raw("subjectivity", ("plot.tok.gt9.5000", "quote.tok.gt9.5000"), say)
    reviews = [tidy(line) for text in _raw("movie_reviews", None, say) for line in text.splitlines()]
    reviews = [text for text in reviews if 20 < len(text) < 300]
    random.Random(settings.seed).shuffle(reviews)
    books = [sentence for text in _raw("gutenberg", BOOKS, say) for sentence in _book_sentences(text)]
    return {
        "subjectivity": [tidy(line) for text in subjectivity for line in text.splitlines()],
        "movie_reviews": reviews[: settings.movie_review_sentences],
        "gutenberg (children's books)": books,
    }


def _raw(name: str, files: tuple[str, ...] | None, say) -> list[str]:
    """Raw text of the files of an nltk corpus; an empty list, said aloud, where it is not installed."""
    import nltk.corpus

    reader = getattr(nltk.corpus, name)
    try:
        return [reader.raw(file) for file in files or reader.fileids()]
    except LookupError:
        say(f"nltk corpus {name!r} is not installed: going on without it (nltk.download({name!r}) fetches it)")
        return []


def _book_sentences(text: str) -> list[str]:
    text = re.sub(r"\s+", " ", text.replace("--", " - ").replace("_", ""))
    sentences = re.split(r"(?<=[.!?])[\"']?\s+(?=[\"'A-Z])", text)
    return [sentence.strip() for sentence in sentences if 20 < len(sentence) < 300]


def _either_form(text: str, mixer: random.Random) -> str:
    """The text, or one time in four its other common form (lower case, spaces around punctuation): models meet both."""
    if mixer.random() < 0.75:
        return text
    return re.sub(r"([.,;:!?()\"])", r" \1 ", text.lower()).replace("  ", " ").strip()


def _opinions(sentences: list[Sentence], count: int) -> list[Labelled]:
    seen = {sentence.text: sentence.label for sentence in sentences if sentence.label is not None}
    return [Labelled(text, label) for text, label in seen.items()][:count]
