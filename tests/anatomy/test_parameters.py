"""Where parameters sit."""

import pytest

from utils import anatomy, checkpoints

BASE_MODELS = ["roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased"]
TASKS = [None, "MaskedLM", "SequenceClassification"]


@pytest.fixture(scope="module")
def blueprints() -> dict:
    """Every base model with every head, on the meta device."""
    return {(name, task): checkpoints.blueprint(name, task) for name in BASE_MODELS for task in TASKS}


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
