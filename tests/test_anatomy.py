"""Where parameters sit, and what a load did not find."""

import logging

import pytest

from utils import anatomy, checkpoints

BASE_MODELS = ["roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased"]
TASKS = [None, "MaskedLM", "SequenceClassification"]


@pytest.fixture(scope="module")
def blueprints() -> dict:
    """Every base model with every head, on the meta device."""
    return {(name, task): checkpoints.blueprint(name, task) for name in BASE_MODELS for task in TASKS}


# --- counts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", BASE_MODELS)
def test_the_parts_sum_to_the_count(name, task, blueprints):
    model = blueprints[name, task]
    sizes = anatomy.parts(model)
    assert list(sizes) == ["embeddings", "layers", "pooler", "head"]
    assert sum(sizes.values()) == anatomy.count(model)
    assert sizes["layers"] == model.config.num_hidden_layers * 7_087_872  # one layer has one size, in all four
    assert (sizes["head"] > 0) == (task is not None)


def test_the_pooler_is_where_the_papers_put_it(blueprints):
    pooler = 768 * 768 + 768
    assert [anatomy.parts(blueprints[name, None])["pooler"] for name in BASE_MODELS] == [pooler, pooler, pooler, 0]


@pytest.mark.parametrize(
    "name, words, positions, token_types",
    [
        ("roberta-base", 50_265 * 768, 514 * 768, 768),
        ("distilroberta-base", 50_265 * 768, 514 * 768, 768),
        ("bert-base-uncased", 30_522 * 768, 512 * 768, 2 * 768),
        ("distilbert-base-uncased", 30_522 * 768, 512 * 768, None),
    ],
)
def test_the_embedding_tables_have_the_published_sizes(name, words, positions, token_types, blueprints):
    tables = {"word_embeddings": words, "position_embeddings": positions, "LayerNorm": 2 * 768}
    if token_types:
        tables["token_type_embeddings"] = token_types
    for task in TASKS:
        model = blueprints[name, task]
        sizes = anatomy.embeddings(model)
        assert sizes == tables and list(sizes.values()) == sorted(tables.values(), reverse=True)
        assert anatomy.parts(model)["embeddings"] == sum(tables.values())


def test_a_tied_weight_counts_once(blueprints):
    model = blueprints["roberta-base", "MaskedLM"]
    assert model.lm_head.decoder.weight is model.roberta.embeddings.word_embeddings.weight
    own = 768 * 768 + 768 + 2 * 768 + 50_265  # a dense layer, a layer norm and the bias: no second word table
    assert anatomy.parts(model)["head"] == own


def test_a_shared_tensor_takes_its_memory_once():
    import torch

    tied = torch.nn.ModuleList([torch.nn.Linear(1000, 1000, bias=False), torch.nn.Linear(1000, 1000, bias=False)])
    assert (anatomy.count(tied), anatomy.megabytes(tied)) == (2_000_000, 8.0)
    tied[1].weight = tied[0].weight
    assert (anatomy.count(tied), anatomy.megabytes(tied)) == (1_000_000, 4.0)
    assert anatomy.megabytes(tied.half()) == 2.0


# --- the load report ----------------------------------------------------------------------------------------


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
    plain = anatomy._plain(head + unexpected + other + missing + foot)
    assert plain == anatomy._plain(head + missing + unexpected + other + foot)
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
