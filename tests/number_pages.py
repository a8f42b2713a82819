"""What the tests of the playground's numbers do to a page, and what they read on it."""

import html
import json
import re


def send(shown, numbers: dict, act: str = "change", **typed: str) -> str:
    """Do what the page does when a field has changed, or a button is pressed. Returns the next page."""
    response = {name: str(value) for name, value in numbers.items()} | typed
    message = {"turn": shown.frame.turn, "act": act, "response": response}
    shown.frame.messages.set_state({"value": json.dumps(message)})
    assert "Something went wrong" not in shown.frame.page.value
    return shown.frame.page.value


def words(page: str) -> str:
    """All words of the page, in a line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def heard(page: str) -> str:
    """What a screen reader hears: the one element with `data-say`."""
    (text,) = re.findall(r"<(?:p|div)[^>]* data-say>(.*?)</(?:p|div)>", page)
    return html.unescape(text)
