"""Run the proofs of a bank: each must single out the key. For authors; questions/README.md lists the tools.

A proof is code of this repository, run as it is: prove only banks that you trust.
"""

import ast
import contextlib
import functools
import io
import math
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from utils import anatomy, checkpoints
from utils.quiz.bank import Bank, Card, Option, Question


def faults(bank: Bank) -> Iterator[str]:
    """One sentence for each fault in the proofs of the bank; nothing if all hold. Loads models: takes seconds."""
    checkpoints.prepare()  # no network
    with anatomy.no_load_report():
        for question in bank.questions:
            if question.proof:
                for sentence in _order(question) if question.kind == "order" else _choice(question):
                    yield f"{bank.lesson}.yaml, question {question.id}, field proof: {sentence}"
        for card in bank.cards:
            if card.proof:
                for sentence in _card(card):
                    yield f"{bank.lesson}.yaml, card {card.id}, field proof: {sentence}"


def _choice(question: Question) -> Iterator[str]:
    """The proof must be True for each right option and False for every other."""
    for option in question.options:
        names = _names(question) | {"option": option.text, "value": _value(option)}
        result, fault = run(question.proof, names)
        if fault:
            yield f"for option {option.text!r} {fault}"
        elif not isinstance(result, bool):
            yield f"for option {option.text!r} it gives {result!r}. Fix: end in True or False, with bool(…) if need be."
        elif result != option.right:
            marked = "right" if option.right else "wrong"
            yield (
                f"it is {result} for option {option.text!r}, which is marked {marked}. "
                "Fix: correct the key, or the proof."
            )


def _order(question: Question) -> Iterator[str]:
    """The proof must put the texts in the right order, whatever order it is given them in."""
    right = [option.text for option in question.options]
    for given in (list(question.options), list(reversed(question.options))):  # a tie would show as a difference
        names = _names(question) | {
            "options": [option.text for option in given],
            "values": {option.text: _value(option) for option in given},
        }
        result, fault = run(question.proof, names)
        if fault:
            yield fault
        elif result != right:
            yield f"it gives the order {result!r}, the file {right!r}. Fix: correct the items' order, or the proof."


def _card(card: Card) -> Iterator[str]:
    result, fault = run(card.proof, {"front": card.front, "back": card.back})
    if fault:
        yield fault
    elif result is not True:
        yield f"it gives {result!r}. Fix: correct the card, or end the proof in what must be True."


def _names(question: Question) -> dict:
    fields = {"stem": question.stem, "code": question.code, "tolerance": question.tolerance}
    return fields | {"numbers": _numbers(question.stem)}


def _numbers(stem: str) -> list[float]:
    """The numbers in a stem, outside its code: what it states about the models, and the proof must confirm."""
    plain = re.sub(r"`.*?`", "", stem)
    return [float(number.replace(",", "")) for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", plain)]


def _value(option: Option) -> object:
    return option.text.strip("`") if option.value is None else option.value


def run(proof: str, names: dict) -> tuple[object, str]:
    """The value of the proof's last line, and a sentence if it could not be had."""
    *body, last = ast.parse(proof).body
    scope = tools() | names
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), _own_settings():
            exec(compile(ast.Module(body, []), "proof", "exec"), scope)
            result = eval(compile(ast.Expression(last.value), "proof", "eval"), scope)
    except Exception as error:  # whatever a proof does wrong, its author needs the sentence
        return None, f"it stops with {type(error).__name__}: {error}. Fix: run the proof in a notebook cell."
    if said.getvalue():
        return None, f"it prints {said.getvalue().strip()!r}. Fix: use printed(code), which keeps what code prints."
    return result, ""


@contextlib.contextmanager
def _own_settings():
    """The minis, and a settings file of its own: a proof may switch models and must not change the author's choice."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"COURSE_MODELS": "mini", "COURSE_SETTINGS": str(Path(folder, "settings.json"))}
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


# --- the tools of a proof -----------------------------------------------------------------------------------


@functools.cache
def _tools() -> dict:
    import torch
    import transformers

    classes = ("AutoConfig", "AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification", "AutoTokenizer")
    own = (anatomy, checkpoints, folder, mini, blueprint, tokenizer, load_info, printed)
    return {
        "torch": torch,
        "transformers": transformers,
        "math": math,
        "published": checkpoints.published(),
        **{name: getattr(transformers, name) for name in classes},
        **{tool.__name__.rpartition(".")[2]: tool for tool in own},
    }


def tools() -> dict:
    """What a proof, and the code of a question, can use without an import. The models in it are shared."""
    return dict(_tools())


def folder(name: str) -> Path:
    """The folder of a mini, whatever the learner's choice of models."""
    return checkpoints.MINIS / checkpoints.checkpoint(name).name


def _auto(task: str | None) -> str:
    return f"AutoModelFor{task}" if task else "AutoModel"


@functools.cache
def mini(name: str, task: str | None = None):
    """A mini, loaded once. `task` as in `checkpoints.blueprint`. Do not change it: all proofs share it."""
    import transformers

    return getattr(transformers, _auto(task)).from_pretrained(folder(name))


@functools.cache
def blueprint(name: str, task: str | None = None):
    """A blueprint, made once. It takes ids on the device "meta", and gives outputs with shapes and no numbers."""
    model = checkpoints.blueprint(name, task)
    model.set_attn_implementation("eager")  # the other ones ask for the values of a mask
    return model


@functools.cache
def tokenizer(name: str):
    """The tokenizer of a mini, loaded once."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder(name))


@functools.cache
def load_info(class_name: str, name: str) -> dict:
    """What `from_pretrained(…, output_loading_info=True)` tells of loading the mini `name` into that class."""
    import transformers

    _, info = getattr(transformers, class_name).from_pretrained(folder(name), output_loading_info=True)
    return info


@functools.cache
def printed(code: str) -> str:
    """What the code prints, without the last line end. An error ends it with `NameError: …` or the like."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(code, "code of the question", "exec"), tools())
        except Exception as error:  # the error may be the answer
            print(f"{type(error).__name__}: {error}")
    return said.getvalue().strip()
