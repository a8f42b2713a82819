"""The face of a quiz: shows what a `Session` does, one question at a time. Lesson 00 introduces quizzes."""

import random
from collections.abc import Iterable

from utils.quiz import bank as banks
from utils.quiz.bank import Bank, Question
from utils.quiz.frame import Frame
from utils.quiz.markup import escape, foot
from utils.quiz.question_page import Turn, question_page, top
from utils.quiz.reading import quiz_html, quiz_text
from utils.quiz.rules import TYPED
from utils.quiz.session import Session, mastery
from utils.quiz.store import Store
from utils.quiz.summary_page import summary_page

TEST_TEXT = (
    "A mastery test of ten questions on the lessons that you have finished: run this cell in a notebook to take it."
)


def show_quiz(lesson: str) -> None:
    """Display the quiz of a lesson, and note that the lesson was read. Raises ValueError where there is none."""
    bank, store = banks.load(lesson), Store.open()
    store.record_read(lesson)
    face = QuizFace(Session(bank.questions, record=store.record_question), store, [bank])
    face.frame.display(quiz_text(bank), quiz_html(bank, orders(bank.questions)))


def show_test(seconds: float | None) -> None:
    """Display a mastery test over the lessons that were read; `seconds` is the time for all of it.

    Raises ValueError for a time that is not positive.
    """
    if seconds is not None and not seconds > 0:
        raise ValueError(
            f"A test needs some time, not {seconds} seconds. Write test(seconds=600), or test() for no limit."
        )
    store = Store.open()
    read = banks.load_all(store.state["read"])
    try:
        questions = mastery(read, [bank.lesson for bank in read], seed=random.randrange(2**32))
    except ValueError as why:  # too little is finished
        page = f'<p class="score">{escape(why)}</p>'
        frame = Frame(lambda: page, act=lambda act, response: None)
    else:
        session = Session(questions, record=store.record_question, seconds=seconds, tries=1)
        frame = QuizFace(session, store, read).frame
    frame.display(TEST_TEXT, f"<p>{TEST_TEXT}</p>")


def orders(questions: Iterable[Question]) -> list[list[int]]:
    """For each question, the order in which a first run shows its options."""
    session, found = Session(questions), []
    while not session.finished:
        found.append(session.option_order)
        session.next()
    return found


def as_response(question: Question, sent: list[int] | str) -> object:
    """What the page sent, as `grade` takes it."""
    if question.kind in TYPED or question.kind == "order":
        return sent
    return set(sent) if question.kind == "several" else next(iter(sent), None)


class QuizFace:
    """A session on screen. `frame` is what is displayed; `banks` are where the questions come from."""

    def __init__(self, session: Session, store: Store, banks: Iterable[Bank]):
        self.session, self.store = session, store
        self.banks = {bank.lesson: bank for bank in banks}
        self.turn = self.new_turn()
        self.frame = Frame(self.draw, self.act)

    def new_turn(self) -> Turn:
        """A question as it comes up. Who has one try only is in a test."""
        return Turn(alone=self.session.tries == 1)

    def draw(self) -> str:
        """The page as things stand."""
        session = self.session
        if session.finished:
            return summary_page(session, self.banks) + foot(self.store.notice, self.store.where)
        self.turn.done = self.turn.done or session.answered
        question, last = session.current, session.position + 1 == session.total
        above = top(question, session.position + 1, session.total, session.seconds_left)
        return above + question_page(question, session.option_order, self.turn, last) + foot(self.store.notice)

    def act(self, act: str, response: list[int] | str) -> None:
        """Do what the learner asked for on the page."""
        acts = {"check": self.check, "hint": self.hint, "reveal": self.reveal, "next": self.next, "retry": self.retry}
        if act == "retry" or not self.session.finished:
            acts.get(act, self.time)(response)

    def check(self, response: list[int] | str) -> None:
        """Grade the response. What cannot be graded is no try, and the page says why."""
        turn, question = self.turn, self.session.current
        turn.response, turn.newest, turn.note = response, "result", ""
        try:
            turn.verdict = self.session.answer(as_response(question, response))
        except ValueError as why:
            turn.note = str(why)
            return
        if question.kind not in (*TYPED, "order"):
            turn.tried |= {number for number in response if not question.options[number].right}

    def hint(self, response: list[int] | str) -> None:
        """Show the next hint, and keep what was chosen."""
        self.turn.response, self.turn.newest = response, "hint"
        if hint := self.session.hint():
            self.turn.hints.append(hint)

    def reveal(self, response: list[int] | str) -> None:
        """Show the answer to one who gives up; that is no try."""
        self.turn.done, self.turn.note, self.turn.newest = True, "Here is the answer, step by step.", "result"

    def next(self, response: list[int] | str) -> None:
        """Go on to the next question."""
        self.session.next()
        self.turn = self.new_turn()

    def retry(self, response: list[int] | str) -> None:
        """Start anew with the questions that were not right at the first try."""
        self.session = self.session.retry()
        self.turn = self.new_turn()

    def time(self, response: list[int] | str) -> None:
        """The page's clock ran out a little before ours: there is nothing to do."""
