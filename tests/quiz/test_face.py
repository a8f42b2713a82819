"""The widget does what a learner's keys and clicks ask for. These tests also run on ipywidgets 7.7.1, as on Colab."""

import dataclasses
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from utils import quiz as quizzes
from utils.quiz import bank, face, frame, reading, store
from utils.quiz.session import Session

BANK = bank.read(Path(__file__).with_name("99.yaml"))
QUESTIONS = {question.kind: question for question in BANK.questions}
TROUBLE = "Something went wrong"
ANSWERS = {  # of each kind: a wrong response, a word of its feedback, and the right response
    "single": ([1], "one more than one and one", [0]),
    "several": ([0, 1], "leaves one over", [0, 2]),
    "predict": ([2], "compares it", [0]),
    "blank": ("sum", "short for length", " len "),
    "order": ([1, 0, 2], "right place", [0, 1, 2]),
    "numeric": ("4", "whole-number division", "4,5"),
}


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch):
    """Progress that is kept in memory only is kept from test to test."""
    monkeypatch.setattr(store, "MEMORY", {})


def quiz(*questions, **options):
    """A face on the questions, with a store in memory."""
    kept = store.Store.open()
    return face.QuizFace(Session(questions, record=kept.record_question, **options), kept, [BANK])


def send(shown, act, response=(), fails=False):
    """Do what the page does when a learner acts: set the hidden field. Returns the next page."""
    message = json.dumps({"turn": shown.frame.turn, "act": act, "response": response})
    shown.frame.messages.set_state({"value": message})
    assert (TROUBLE in shown.frame.page.value) == fails, shown.frame.page.value
    return shown.frame.page.value


def words(page):
    """What is read on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", re.sub("</?code>", "", page))).split())


@pytest.mark.parametrize("kind", ANSWERS)
def test_wrong_says_why_and_right_shows_the_steps(kind):
    question, (wrong, why, right) = QUESTIONS[kind], ANSWERS[kind]
    shown = quiz(question)
    assert words(question.stem.replace("`", "")) in words(shown.frame.page.value)
    page = send(shown, "check", wrong)
    assert "✗ Not right yet." in words(page) and why in words(page)
    assert not any(step in words(page) for step in question.steps)
    page = send(shown, "check", right)
    assert "✓ Right." in words(page) and 'data-act="next"' in page and 'data-act="check"' not in page
    assert all(step.replace("`", "") in words(page) for step in question.steps)
    assert question.mistake in words(page)


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_last_try_shows_the_answer(kind):
    shown = quiz(QUESTIONS[kind], tries=2)
    assert 'data-act="check"' in send(shown, "check", ANSWERS[kind][0])
    page = send(shown, "check", ANSWERS[kind][0])
    assert "✗ Not right." in words(page) and 'data-act="next"' in page
    assert QUESTIONS[kind].steps[0] in words(page)


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_empty_answer_is_no_try(kind):
    shown = quiz(QUESTIONS[kind])
    page = send(shown, "check", "" if isinstance(ANSWERS[kind][0], str) else [])
    assert " first." in words(page) and shown.session.results[0].tries == 0
    assert "✗" not in page and 'data-act="check"' in page


def test_the_words_of_options_and_where_the_answer_stands():
    shown = quiz(QUESTIONS["single"])
    page = send(shown, "check", [1])
    assert re.search(r'value="1"[^>]* checked', page) and page.count("✗ tried") == 1
    page = send(shown, "check", [0])
    assert "two ✓ right" in words(page) and "three ✗ wrong Three is one more" in words(page)


def test_three_hints_keep_what_was_chosen():
    shown, question = quiz(QUESTIONS["blank"]), QUESTIONS["blank"]
    for number, hint in enumerate(question.hints, 1):
        page = send(shown, "hint", "le")
        assert hint in words(page) and f"Hint {number} of 3" in words(page)
        assert page.count("data-say") == 1 and 'value="le"' in page
    assert 'data-act="hint"' not in page and question.hints[0] in words(page)


def test_order_is_kept_as_the_learner_left_it():
    shown = quiz(QUESTIONS["order"])
    assert order(shown.frame.page.value) != [0, 1, 2]
    assert order(send(shown, "check", [0, 2, 1])) == [0, 2, 1]


def order(page):
    return [int(number) for number in re.findall(r'data-item="(\d)"', page)]


def test_the_answer_of_one_who_gives_up_counts_as_not_right():
    shown = quiz(QUESTIONS["single"])
    assert "One and one make two." not in words(shown.frame.page.value)
    page = send(shown, "reveal")
    assert "two ✓ right" in words(page) and "Count one further." in words(page)
    assert "0 of 1 right at the first try" in words(send(shown, "next"))
    assert shown.store.state["questions"] == {}


def test_a_whole_quiz_and_the_missed_ones_again():
    shown = quiz(*BANK.questions)
    for number, question in enumerate(BANK.questions, 1):
        page = shown.frame.page.value
        assert f"{question.difficulty} Question {number} of 6" in words(page)
        wrong, _, right = ANSWERS[question.kind]
        if number in (2, 5):
            send(shown, "hint")
            send(shown, "check", wrong)
        page = send(shown, "check", right)
        assert ("See the result" in page) == (number == 6)
        page = send(shown, "next")
    assert "4 of 6 right at the first try" in words(page)
    assert words(page).count("first try") == 5 and words(page).count("2 tries, 1 hint") == 2
    links = re.findall(r'href="([^"]*)"', page)
    assert links == [f"../notebooks/99_counting.ipynb#{name}" for name in ("One-and-two", "Code-that-counts")]
    page = send(shown, "retry")
    assert "Question 1 of 2" in words(page) and "Which numbers are even" in words(page)
    send(shown, "check", ANSWERS["several"][2])
    send(shown, "next")
    send(shown, "check", ANSWERS["order"][2])
    page = send(shown, "next")
    assert "2 of 2 right at the first try" in words(page) and "data-act" not in page


def test_answers_reach_the_store():
    shown = quiz(QUESTIONS["single"])
    send(shown, "hint")
    send(shown, "check", [1])
    send(shown, "check", [0])
    kept = shown.store.state["questions"]["99/choose-one"]
    assert kept["tries"] == 2 and kept["hints"] == 1 and kept["wrong"][1:] == ["three"] and kept["solved"]


EVIL = """<img src=x onerror=alert(1)> "quoted' &amp; `<b class="x">` </fieldset>"""


class Tags(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.texts += [value or "" for _, value in attributes]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("kind", ANSWERS)
def test_everything_is_escaped(kind):
    question = QUESTIONS[kind]
    options = question.options
    if kind not in ("blank", "numeric"):
        options = [dataclasses.replace(option, text=f"{EVIL} {number}") for number, option in enumerate(options)]
    options = tuple(dataclasses.replace(option, feedback=EVIL) for option in options)
    texts = {name: EVIL for name in ("stem", "code", "mistake", "otherwise", "section")}
    question = dataclasses.replace(question, options=options, hints=(EVIL,) * 3, steps=(EVIL,), **texts)
    shown = quiz(question)
    pages = [shown.frame.page.value, send(shown, "hint"), send(shown, "check", ANSWERS[kind][0])]
    pages += [send(shown, "check", EVIL)] if isinstance(ANSWERS[kind][0], str) else []
    pages += [send(shown, "check", ANSWERS[kind][2]), send(shown, "next")]
    pages.append(reading.quiz_html(dataclasses.replace(BANK, questions=(question,)), face.orders([question])))
    for page in pages:
        parsed = Tags(page)
        assert not parsed.tags & {"img", "b"}
        assert page.count("<fieldset") == page.count("</fieldset>")
        assert any("<img src=x onerror=alert(1)> \"quoted' &amp; " in text for text in parsed.texts)


def test_a_page_of_another_turn_is_not_obeyed():
    shown = quiz(*BANK.questions)
    old = {"turn": shown.frame.turn, "act": "next", "response": []}
    send(shown, "next")
    shown.frame.receive({"new": json.dumps(old)})
    assert "Question 2 of 6" in words(shown.frame.page.value)


def test_every_page_differs_from_the_last():
    shown = quiz(QUESTIONS["single"])
    pages = [send(shown, "check", []) for _ in range(3)]
    assert len(set(pages)) == 3


def test_an_error_is_shown_and_the_quiz_goes_on(monkeypatch):
    shown = quiz(*BANK.questions)

    def fails(*_):
        raise RuntimeError("the disk <is> gone")

    shown.session.record = fails
    page = send(shown, "check", [0], fails=True)
    assert "RuntimeError: the disk <is> gone" in words(page) and "<is>" not in page
    assert "Question 1 of 6" in words(page) and 'data-act="next"' in page
    assert "Question 2 of 6" in words(send(shown, "next"))
    monkeypatch.setattr(face, "question_page", fails)
    page = send(shown, "hint", fails=True)
    assert "Question 2 of 6" in words(page)  # the last page that could be drawn
    monkeypatch.undo()
    assert "Hint 1 of 3" in words(send(shown, "check", [])) and TROUBLE not in shown.frame.page.value
    shown.frame.receive({"new": "no json"})
    assert TROUBLE in shown.frame.page.value and "Question 2 of 6" in words(shown.frame.page.value)


def test_a_store_that_cannot_write_says_so_and_the_quiz_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))  # a folder, so it can be neither read nor written
    shown = quiz(QUESTIONS["single"], QUESTIONS["numeric"])
    page = send(shown, "check", [0])
    assert "✓ Right." in words(page) and "cannot be saved" in words(page)
    assert "half of nine" in words(send(shown, "next"))
    page = send(shown, "next")
    assert "cannot be saved" in words(page) and shown.store.where in words(page)


def test_a_test_has_one_try_and_no_help():
    shown = quiz(*BANK.questions, tries=1)
    assert not re.search('data-act="(hint|reveal)"', shown.frame.page.value)
    page = send(shown, "check", [1])
    assert "✗ Not right." in words(page) and "Count one further." in words(page)
    for _ in BANK.questions:
        page = send(shown, "next")
    assert "0 of 6" in words(page)
    assert 'data-act="hint"' in send(shown, "retry")


def test_the_clock_of_a_test_ends_it():
    seconds = [0.0]
    shown = quiz(*BANK.questions, tries=1, seconds=60, clock=lambda: seconds[0])
    assert 'data-left="60.0"' in shown.frame.page.value
    seconds[0] = 20
    assert 'data-left="40.0"' in send(shown, "time")
    seconds[0] = 61
    page = send(shown, "check", [0])
    assert "The time is over." in words(page) and "0 of 6" in words(page)
    assert "Question 1 of 6" in words(send(shown, "retry")) and "data-left" not in shown.frame.page.value


# --- what a lesson's cell calls


@pytest.fixture
def displayed(monkeypatch):
    """The bundles that were displayed."""
    bundles = []
    monkeypatch.setattr(frame, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


@pytest.fixture
def banks(monkeypatch):
    """The course has one lesson, with the small bank."""
    monkeypatch.setattr(bank, "lessons", lambda: ("99",))
    monkeypatch.setattr(bank, "load", lambda lesson: {"99": BANK}[lesson])


def test_quiz_displays_a_page_and_a_widget_and_notes_the_lesson_as_read(banks, displayed):
    assert quizzes.quiz("99") is None
    page, widget = displayed
    assert set(page) == {"text/html", "text/plain"} and set(widget) == {"application/vnd.jupyter.widget-view+json"}
    assert page["text/plain"] == "Quiz of lesson 99, 6 questions: run this cell in a notebook to answer."
    assert list(store.Store.open().state["read"]) == ["99"]


def test_an_unknown_lesson_is_told_in_a_sentence(displayed):
    with pytest.raises(ValueError, match="There is no quiz for lesson '98'.*01"):
        quizzes.quiz("98")
    assert displayed == []


def test_test_draws_from_the_lessons_read(banks, displayed, monkeypatch):
    made = []
    real = face.Frame
    monkeypatch.setattr(face, "Frame", lambda draw, act: made.append(real(draw, act)) or made[-1])
    quizzes.test()
    assert "you have none yet" in words(made[0].page.value)
    quizzes.quiz("99")
    quizzes.test()
    assert "The test needs 4 easy questions, and there are 3" in words(made[-1].page.value)
    questions = [
        dataclasses.replace(QUESTIONS["single"], id=f"{level}-{n}", difficulty=level)
        for level in ("easy", "medium", "hard")
        for n in range(5)
    ]
    monkeypatch.setattr(bank, "load", lambda lesson: dataclasses.replace(BANK, questions=tuple(questions)))
    quizzes.test(seconds=600)
    assert "Question 1 of 10" in words(made[-1].page.value) and "data-left" in made[-1].page.value
    assert 'data-act="hint"' not in made[-1].page.value  # one try, no help
    pages = [bundle["text/html"] for bundle in displayed if "text/html" in bundle]
    assert pages[0] == pages[2] == pages[3] != pages[1]


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_test_needs_time(seconds):
    with pytest.raises(ValueError, match="A test needs some time"):
        quizzes.test(seconds=seconds)


def test_progress_is_not_imported_before_it_is_asked_for():
    with pytest.raises(AttributeError, match="no attribute 'progres'"):
        _ = quizzes.progres
