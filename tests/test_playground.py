"""The field to type into: its answers, and what it says to bad input. Also runs on ipywidgets 7.7.1, as on Colab."""

import html
import json
import re

import pytest

from utils.playground import classifying
from utils.quiz import frame

TROUBLE = "Something went wrong"


class Tokens:
    def __init__(self, text):
        self.input_ids = ["<s>", *text.split(), "</s>"]


class FakeClassifier:
    """Answers like a text-classification pipeline, and keeps what it was asked."""

    def __init__(self, scores, error=None):
        self.scores, self.error, self.asked = scores, error, []

    def tokenizer(self, text, verbose):
        return Tokens(text)

    def __call__(self, text, **arguments):
        self.asked.append((text, arguments))
        if self.error:
            raise self.error
        return [{"label": label, "score": score} for label, score in self.scores.items()]


@pytest.fixture
def two():
    return {"first": FakeClassifier({"LABEL_1": 0.734, "LABEL_0": 0.266}), "second": FakeClassifier({"NEGATIVE": 1.0})}


def send(shown, text, act="classify"):
    """Do what the page does when a learner presses the button. Returns the next page."""
    message = {"turn": shown.frame.turn, "act": act, "response": text}
    shown.frame.messages.set_state({"value": json.dumps(message)})
    return shown.frame.page.value


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def heard(page):
    """What a screen reader hears: from `data-say` to the end of the page."""
    return words("<" + page.partition("data-say")[2])


def test_every_classifier_answers_in_words_and_in_bars_with_numbers(two):
    page = send(classifying.Playground(two), "I like it")
    assert heard(page) == (
        "first says LABEL_1, with a score of 0.73. LABEL_1 0.73 LABEL_0 0.27 "
        "second says NEGATIVE, with a score of 1.00. NEGATIVE 1.00"
    )
    assert [int(width) for width in re.findall(r"width: (\d+)%", page)] == [73, 27, 100]
    assert two["first"].asked == [("I like it", {"top_k": None, "truncation": True, "max_length": 512})]


def test_nothing_is_answered_before_the_button_and_the_text_stays_in_the_field(two):
    shown = classifying.Playground(two)
    assert "data-say" not in shown.frame.page.value and two["first"].asked == []
    assert 'value="I like &quot;it&quot;"' in send(shown, 'I like "it"')


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_an_empty_text_is_answered_in_words_and_no_classifier_is_asked(two, text):
    shown = classifying.Playground(two)
    send(shown, "I like it")
    page = send(shown, text)
    assert heard(page) == classifying.EMPTY and "LABEL_1" not in page
    assert len(two["first"].asked) == 1


def test_a_text_that_is_too_long_is_cut_and_says_so(two):
    shown = classifying.Playground(two)
    assert heard(send(shown, "word " * 10_000)).count("It read 512 of 10,002 tokens, and not the rest.") == 2
    assert "not the rest" not in send(shown, "word " * 510)


def test_an_error_is_shown_and_the_next_text_is_answered(two):
    shown = classifying.Playground(two)
    send(shown, "I like it")
    two["second"].error = RuntimeError("index 514 is out of bounds")
    page = send(shown, "Something else")
    assert TROUBLE in page and "RuntimeError: index 514 is out of bounds" in page
    assert "LABEL_1" not in page  # the answers to the older text are gone
    two["second"].error = None
    page = send(shown, "I like it")
    assert TROUBLE not in page and "NEGATIVE" in page


def test_what_is_typed_and_what_is_answered_stays_text():
    evil = '"><img src=x onerror=alert(1)>'
    page = send(classifying.Playground({evil: FakeClassifier({evil: 0.5})}), evil)
    assert "<img" not in page and words(page).count('"><img src=x onerror=alert(1)> says') == 1


def test_the_button_and_the_field_keep_the_shortcuts_of_jupyterlab_away(two):
    page = classifying.Playground(two).frame.page.value
    controls = re.findall(r"<(?:button|input)[^>]*>", page)
    assert len(controls) == 2 and all("data-lm-suppress-shortcuts" in control for control in controls)


def test_without_a_kernel_it_reads_as_a_sentence(two, monkeypatch):
    bundles = []
    monkeypatch.setattr(frame, "display", lambda bundle, raw: bundles.append(bundle))
    shown = classifying.Playground(two)
    shown.frame.display(classifying.TO_READ, f"<p>{classifying.TO_READ}</p>")
    page, view = bundles
    assert page["text/plain"] == classifying.TO_READ and classifying.TO_READ in page["text/html"]
    assert list(view) == [frame.WIDGET_VIEW]
