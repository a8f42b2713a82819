"""When to see a recall card again: spaced repetition by the package `fsrs`. Lesson 00 introduces recall cards."""

from collections.abc import Iterable
from datetime import UTC, datetime

from utils.quiz.bank import Card
from utils.quiz.store import Store

RATINGS = ("again", "hard", "good", "easy")
UNKNOWN = (KeyError, TypeError, ValueError)  # what a card raises that was never seen, or that another package wrote


def due(cards: Iterable[Card], store: Store, now: datetime | None = None) -> list[Card]:
    """The cards to see now: first those whose time has come, the longest overdue first, then those never seen.

    `now` has a time zone; without it, it is this moment.
    """
    now, kept = now or datetime.now(UTC), store.state["cards"]
    seen, new = [], []
    for card in cards:
        when = _due(kept.get(card.key))
        if when is None:
            new.append(card)
        elif when <= now:
            seen.append((when, card))
    return [card for _, card in sorted(seen, key=lambda pair: pair[0])] + new


def review(card: Card, rating: str, store: Store, now: datetime | None = None) -> datetime:
    """Keep how well a card was remembered (one of `RATINGS`), and return when it is due again, in UTC.

    Raises ValueError for another rating, and ModuleNotFoundError, with the fix, where `fsrs` is not installed.
    """
    if rating not in RATINGS:
        raise ValueError(f"There is no rating {rating!r}. The ratings are {', '.join(RATINGS)}.")
    try:
        import fsrs
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Recall cards need the package fsrs. Run %pip install fsrs in a cell.") from error
    now = (now or datetime.now(UTC)).astimezone(UTC)
    try:
        before = fsrs.Card.from_dict(store.state["cards"][card.key]["state"][1])
    except UNKNOWN:
        before = fsrs.Card(card_id=0, due=now)
    scheduler = fsrs.Scheduler(enable_fuzzing=False)  # the same answers, the same dates
    after, _ = scheduler.review_card(before, fsrs.Rating(RATINGS.index(rating) + 1), now)
    store.record_card(card.key, after.to_dict())
    return after.due


def _due(entry: dict | None) -> datetime | None:
    """When a kept card is due; None for one never seen."""
    try:
        return datetime.fromisoformat(entry["state"][1]["due"]).astimezone(UTC)
    except UNKNOWN:
        return None
