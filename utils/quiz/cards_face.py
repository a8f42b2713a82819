"""The face of recall cards: answer from memory, turn the card, say how well it went. Lesson 00 introduces them.

When a card comes back is memory.py's business.
"""

from collections.abc import Iterable

from utils.quiz import bank as banks
from utils.quiz import memory
from utils.quiz.bank import Card
from utils.quiz.frame import Frame
from utils.quiz.markup import NO_SHORTCUTS, button, escape, foot, inline
from utils.quiz.reading import cards_html
from utils.quiz.store import Store

RATINGS = {"again": "not known", "hard": "with trouble", "good": "known", "easy": "at once"}
ALL_TEXT = "The recall cards that are due: run this cell in a notebook to go through them."


def show_cards(lesson: str | None) -> None:
    """Display the cards of a lesson, or of all lessons read. Raises ValueError for a lesson without cards."""
    store = Store.open()
    if lesson is None:
        read = banks.load_all(store.state["read"])
        face = CardsFace([card for bank in read for card in bank.cards], store)
        face.frame.display(ALL_TEXT, f"<p>{ALL_TEXT}</p>")
    else:
        bank = banks.load(lesson)
        text = (
            f"Recall cards of lesson {bank.lesson}, {len(bank.cards)} cards: run this cell in a notebook to use them."
        )
        CardsFace(bank.cards, store).frame.display(text, cards_html(bank))


class CardsFace:
    """Cards on screen, the due ones first in line. A card that was not known comes again at the end."""

    def __init__(self, cards: Iterable[Card], store: Store):
        self.cards, self.store = list(cards), store
        self.line = memory.due(self.cards, store)
        self.turned, self.reviewed = False, 0
        self.frame = Frame(self.draw, self.act)

    def draw(self) -> str:
        """The card on top, or what to say when none is left."""
        page = self.card(self.line[0]) if self.line else self.end()
        return page + foot(self.store.notice, "" if self.line else self.store.where)

    def card(self, card: Card) -> str:
        """The front, and once turned the back with the four ratings."""
        left = f"{len(self.line)} card{'s' if len(self.line) > 1 else ''} left"
        front = (
            f'<p class="top"><span class="level">Lesson {escape(card.lesson)}, recall</span><span>{left}</span></p>'
            f'<div class="face" tabindex="-1" data-key="front" {NO_SHORTCUTS}><p>{inline(card.front)}</p></div>'
        )
        if not self.turned:
            ask = "Say the answer to yourself, then turn the card."
            turn = button("turn", "Turn the card", first=True, focus=True)
            return f'{front}<p class="ask">{ask}</p><p class="buttons">{turn}</p>'
        ratings = "".join(
            button(name, f"{name.capitalize()} <small>{words}</small>", focus=name == "good")
            for name, words in RATINGS.items()
        )
        return (
            f'{front}<div class="face back" data-say><p>{inline(card.back)}</p></div>'
            f'<p class="ask">How well did you know it? The card comes back sooner or later accordingly.</p>'
            f'<div class="buttons rating" role="group" aria-label="How well did you know it?">{ratings}</div>'
        )

    def end(self) -> str:
        """No card is left: what was done, and more for those who want it."""
        done = f"{self.reviewed} card{'' if self.reviewed == 1 else 's'} reviewed. " if self.reviewed else ""
        if not self.cards:
            words = "No lesson is read yet, so there are no cards to recall. Read a lesson to its quiz first."
        else:
            words = f"{done}No card is due now. Come back tomorrow."
        more = button("all", f"Go through all {len(self.cards)} anyway", first=True) if self.cards else ""
        return (
            f'<h2 class="score" tabindex="-1" data-focus data-say {NO_SHORTCUTS}>{words}</h2>'
            f'<p class="buttons">{more}</p>'
        )

    def act(self, act: str, response: object) -> None:
        """Turn the card, rate it, or start over with all cards."""
        if act == "all":
            self.line, self.turned = list(self.cards), False
        elif act == "turn":
            self.turned = True
        elif act in RATINGS and self.turned:
            card = self.line[0]
            memory.review(card, act, self.store)
            self.line = self.line[1:] + ([card] if act == "again" else [])
            self.turned, self.reviewed = False, self.reviewed + 1
