"""What a load did not find."""

import logging

import pytest

from utils import anatomy
from utils.anatomy import loading


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A folder with a small RoBERTa for masked-LM, in a folder that its report must not show."""
    from transformers import RobertaConfig, RobertaForMaskedLM

    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 8}
    folder = tmp_path_factory.mktemp("secret") / "roberta-base"
    RobertaForMaskedLM(RobertaConfig(vocab_size=50, **sizes)).save_pretrained(folder)
    return folder


def report_of(capsys, load) -> str:
    capsys.readouterr()
    with anatomy.load_report():
        load()
    return capsys.readouterr().out


def test_the_report_lists_every_key_in_order_and_nothing_of_this_machine(tiny, capsys):
    from transformers import DistilBertModel

    text = report_of(capsys, lambda: DistilBertModel.from_pretrained(tiny))
    assert "instantiate a model of type `distilbert`" in text
    assert "\nDistilBertModel LOAD REPORT from: roberta-base\n" in text
    assert "\x1b" not in text and "secret" not in text
    rows = [[cell.strip() for cell in line.split("|")[:2]] for line in text.splitlines() if "| " in line][1:]
    assert rows == sorted(rows, key=lambda row: (row[1], row[0]))
    assert {status for _, status in rows} == {"MISSING", "UNEXPECTED"}
    assert ["embeddings.word_embeddings.weight", "MISSING"] in rows
    assert report_of(capsys, lambda: DistilBertModel.from_pretrained(tiny)) == text


def test_rows_in_another_order_and_colour_give_the_same_text():
    head = "\x1b[1mModel LOAD REPORT\x1b[0m from: C:\\Users\\ada\\models\\mini\nKey | Status |\n----+--------+-\n"
    missing, unexpected = "a.weight | \x1b[31mMISSING\x1b[0m |\n", "b.bias | \x1b[38;5;208mUNEXPECTED\x1b[0m | \n"
    other, foot = "c.bias | MISSING |\n", "\nNotes:\n- MISSING:\tnewly initialized.   \n"
    plain = loading._plain(head + unexpected + other + missing + foot)
    assert plain == loading._plain(head + missing + unexpected + other + foot)
    assert plain == (
        "Model LOAD REPORT from: mini\nKey | Status |\n----+--------+-\n"
        "a.weight | MISSING |\nc.bias | MISSING |\nb.bias | UNEXPECTED |\n\nNotes:\n- MISSING:\tnewly initialized."
    )


def test_a_complete_load_says_so(tiny, capsys):
    from transformers import RobertaForMaskedLM

    text = report_of(capsys, lambda: RobertaForMaskedLM.from_pretrained(tiny))
    assert text == "No LOAD REPORT: every weight was found, and none was left over.\n"


def test_the_loggers_handlers_come_back_even_after_an_error(tiny, capsys):
    from transformers import RobertaModel

    logger = logging.getLogger("transformers")
    before = list(logger.handlers)
    assert before
    with pytest.raises(ZeroDivisionError), anatomy.load_report():
        RobertaModel.from_pretrained(tiny)
        _ = 1 / 0
    assert logger.handlers == before
    assert "RobertaModel LOAD REPORT from: roberta-base" in capsys.readouterr().out  # what was loaded is still told


def test_the_report_does_not_come_twice(tiny, capsys, monkeypatch):
    from transformers import RobertaModel

    usual, heard = logging.Handler(), []
    usual.emit = heard.append
    monkeypatch.setattr(logging.getLogger("transformers"), "handlers", [usual])
    assert report_of(capsys, lambda: RobertaModel.from_pretrained(tiny)).count("LOAD REPORT") == 1
    assert heard == []
    RobertaModel.from_pretrained(tiny)
    assert len(heard) == 1  # outside the block all is as before


def test_no_load_report_is_silent_and_gives_the_log_level_back(tiny, monkeypatch):
    from transformers import RobertaModel
    from transformers import logging as library

    heard = logging.Handler()
    heard.emit = lambda record: messages.append(record.getMessage())
    messages = []
    monkeypatch.setattr(logging.getLogger("transformers"), "handlers", [heard])
    library.set_verbosity_warning()
    with pytest.raises(ZeroDivisionError), anatomy.no_load_report():
        RobertaModel.from_pretrained(tiny)
        _ = 1 / 0
    assert messages == [] and library.get_verbosity() == logging.WARNING
    RobertaModel.from_pretrained(tiny)
    assert len(messages) == 1
