"""The same text with women and men exchanged: the counterfactual of counterfactual data augmentation."""

import functools
import re

WORDS = {  # woman: man; both ways, but for the entries of ONE_WAY and for "her"
    "she": "he",
    "hers": "his",
    "herself": "himself",
    "woman": "man",
    "women": "men",
    "girl": "boy",
    "girls": "boys",
    "girlfriend": "boyfriend",
    "lady": "gentleman",
    "ladies": "gentlemen",
    "ms": "mr",
    "mother": "father",
    "mothers": "fathers",
    "mum": "dad",
    "daughter": "son",
    "daughters": "sons",
    "sister": "brother",
    "sisters": "brothers",
    "aunt": "uncle",
    "niece": "nephew",
    "grandmother": "grandfather",
    "granddaughter": "grandson",
    "godmother": "godfather",
    "wife": "husband",
    "bride": "groom",
    "actress": "actor",
    "waitress": "waiter",
    "queen": "king",
    "princess": "prince",
    "female": "male",
}
ONE_WAY = {"mrs": "mr", "mom": "dad", "him": "her", "his": "her"}
WORD = re.compile(r"\w+")
# "her" is one word for "his" and for "him". It stands for "him" where no noun can follow: at the end, before a mark and
# before these words. A rule of thumb: tests/bias/test_swap.py counts how often it is right on the training text.
AFTER_HIM = (
    "a an the this that these those and or but nor so because since when while if after before until as than"
    " to in on at by for from with without of about into onto over under again too today yesterday"
    " tomorrow tonight later soon now there here home is was are were has had will would can could did does do"
).split()
HIM = re.compile(rf"her(?=\W*$|\s*[^\w\s'-]|\s+(?:{'|'.join(AFTER_HIM)})\b)", re.IGNORECASE)


def swap_gender(text: str) -> str:
    """The text with she and he, her and his, sister and brother, and the names of `names` exchanged. Lesson 06.

    Capitals are kept; names are exchanged only where they have one, so that grace stays grace. What the lists do not
    hold stays as it is, and a text without any of it comes back unchanged.
    """

    def other(match: re.Match) -> str:
        word = match[0]
        if word in _names():
            return _names()[word]
        lower = word.lower()
        if lower == "her":
            found = "him" if HIM.match(text, match.start()) else "his"
        else:
            found = _words().get(lower, lower)
        if found == lower:
            return word
        return found.upper() if word.isupper() and len(word) > 1 else found.capitalize() if word[0].isupper() else found

    return WORD.sub(other, text)


@functools.cache
def _words() -> dict[str, str]:
    return {man: woman for woman, man in WORDS.items()} | WORDS | ONE_WAY


@functools.cache
def _names() -> dict[str, str]:
    from utils.bias.facts import names

    pairs = names()
    return dict(zip(pairs["woman"], pairs["man"], strict=True)) | dict(zip(pairs["man"], pairs["woman"], strict=True))
