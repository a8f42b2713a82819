"""The trace of a forward pass: every step of any encoder, right shapes, every parameter once, and no trace left."""

import pytest
import torch
import transformers
from transformers import AutoConfig, AutoModel

from utils import anatomy, checkpoints

BASE_MODELS = ["roberta-base", "distilroberta-base", "bert-base-uncased", "distilbert-base-uncased"]
TASKS = [None, "MaskedLM", "SequenceClassification"]
COLUMNS = ["step", "module", "enters", "leaves", "parameters", "shared"]
INPUTS = {"input_ids": torch.randint(5, 90, (2, 7)), "attention_mask": torch.ones(2, 7, dtype=torch.long)}
HEADS = ["MaskedLM", "SequenceClassification", "TokenClassification", "QuestionAnswering"]

# Published architectures at full size, as far as they differ from the defaults of the config class.
RELATIVE = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False}
DEBERTA_V3 = {"position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": True, "type_vocab_size": 0}
FULL_SIZE = {
    "bert": {},
    "electra": {},
    "albert": {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072},  # albert-base
    "mpnet": {},
    "deberta": RELATIVE | {"type_vocab_size": 0},
    "deberta-v2": RELATIVE
    | DEBERTA_V3
    | {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12}
    | {"intermediate_size": 3072},
    "modernbert": {},
    "xlm-roberta": {"vocab_size": 250_002, "max_position_embeddings": 514, "type_vocab_size": 1},
    "longformer": {"vocab_size": 50_265, "max_position_embeddings": 4098, "type_vocab_size": 1, "pad_token_id": 1},
}
SMALL = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
SMALL |= {"vocab_size": 99, "max_position_embeddings": 40, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
OWN_NAMES = {
    "albert": {"embedding_size": 16},
    "electra": {"embedding_size": 16},
    "deberta": RELATIVE,
    "deberta-v2": RELATIVE | DEBERTA_V3 | {"position_buckets": 8, "conv_kernel_size": 3},
    "distilbert": {"dim": 32, "n_layers": 3, "n_heads": 4, "hidden_dim": 64},
    "longformer": {"attention_window": 4},
    "modernbert": {"cls_token_id": 0, "sep_token_id": 2},
}


def full_size(kind, auto_class=AutoModel):
    with torch.device("meta"):
        return auto_class.from_config(AutoConfig.for_model(kind, **FULL_SIZE[kind])).eval()


def small(kind, auto_class=AutoModel, **fields):
    torch.manual_seed(0)
    return auto_class.from_config(AutoConfig.for_model(kind, **SMALL | OWN_NAMES.get(kind, {}) | fields)).eval()


def layers(table):
    return table[table.step.str.match(r"layer \d+$")]


def hooks(model):
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


def check(model, tokens=7):
    """What must hold of every trace of INPUTS: the shapes that the config implies, and each parameter once."""
    before = hooks(model)  # transformers hangs some of its own in
    table = anatomy.trace(model, INPUTS)
    assert list(table.columns) == COLUMNS and hooks(model) == before
    assert table.parameters.sum() == anatomy.count(model)
    hidden = (2, tokens, model.config.hidden_size)
    passes = layers(table)
    assert list(passes.step) == [f"layer {n}" for n in range(1, model.config.num_hidden_layers + 1)]
    assert set(passes.enters) == set(passes.leaves) == {hidden}
    assert table.enters[0] == (2, tokens) and table.leaves[0][:2] == (2, tokens)
    for row in table.itertuples():
        held = {id(p): p.numel() for p in model.get_submodule(row.module).parameters()}
        assert row.parameters + row.shared == sum(held.values()), row
    return table


# --- our models -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", BASE_MODELS)
def test_our_blueprints_with_and_without_heads(name, task):
    model = checkpoints.blueprint(name, task)
    table = check(model)
    parts = anatomy.parts(model)
    assert table.step[0] == "embeddings" and table.parameters[0] == parts["embeddings"]
    assert set(layers(table).parameters) == {7_087_872}
    after = table[table.index > layers(table).index[-1]]
    assert after.parameters.sum() == parts["pooler"] + parts["head"]
    last = {None: None, "MaskedLM": (2, 7, model.config.vocab_size), "SequenceClassification": (2, 2)}[task]
    if last:
        assert table.leaves.iloc[-1] == last
    elif parts["pooler"]:
        assert (table.step.iloc[-1], table.leaves.iloc[-1]) == ("pooler", (2, 768))


def test_hello_at_full_size():
    inputs = {"input_ids": torch.tensor([[0, 31414, 2]]), "attention_mask": torch.ones(1, 3)}
    table = anatomy.trace(checkpoints.blueprint("roberta-base"), inputs)
    assert list(table.step) == ["embeddings", *(f"layer {n}" for n in range(1, 13)), "pooler"]
    assert table.enters[0] == (1, 3) and set(table.leaves[:13]) == {(1, 3, 768)} and table.leaves[13] == (1, 768)
    assert list(table.parameters) == [39_000_576, *[7_087_872] * 12, 590_592]


def test_a_tied_decoder_is_counted_where_it_came_first():
    table = anatomy.trace(checkpoints.blueprint("roberta-base", "MaskedLM"), INPUTS)
    head = table.iloc[-1]
    assert (head.step, head.shared) == ("lm_head", 50_265 * 768)
    assert head.parameters == 768 * 768 + 768 + 2 * 768 + 50_265
    assert table.shared[:-1].sum() == 0


@pytest.mark.parametrize("name", BASE_MODELS)
def test_the_shipped_models_with_a_padded_batch(name):
    folder = checkpoints.MINIS / name
    model, tokenizer = AutoModel.from_pretrained(folder), transformers.AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer(["Hello", "The film was long and dull."], padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model(**inputs, output_hidden_states=True).hidden_states
    table = anatomy.trace(model, inputs)
    assert table.parameters.sum() == anatomy.count(model)
    assert [table.leaves[0], *layers(table).leaves] == [tuple(state.shape) for state in states]


# --- encoders that we did not write -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FULL_SIZE)
def test_full_size_encoders_on_the_meta_device(kind):
    check(full_size(kind), tokens=512 if kind == "longformer" else 7)  # it pads to its attention window


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("kind", [*FULL_SIZE, "roberta", "distilbert"])
def test_small_random_encoders_agree_with_their_hidden_states(kind, attention):
    model = small(kind)
    if kind not in ("deberta", "deberta-v2", "longformer"):  # these have one attention, their own
        model.set_attn_implementation(attention)
    with torch.inference_mode():
        before = model(**INPUTS, output_hidden_states=True)
    table = check(model, tokens=8 if kind == "longformer" else 7)
    with torch.inference_mode():
        after = model(**INPUTS)
    assert torch.equal(before[0], after[0]) and not model.training
    if kind != "longformer":
        assert list(layers(table).leaves) == [tuple(state.shape) for state in before.hidden_states[1:]]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("kind", ["bert", "electra", "albert", "mpnet", "deberta-v2", "modernbert"])
def test_small_random_encoders_with_heads(kind, head):
    model = small(kind, getattr(transformers, f"AutoModelFor{head}"))
    table = check(model)
    leaves = {"MaskedLM": (2, 7, 99), "SequenceClassification": (2, 2)}.get(head, (2, 7, 2))
    assert [row.leaves for row in table.itertuples() if row.leaves][-1] == leaves


def test_electra_projects_its_embeddings():
    table = anatomy.trace(full_size("electra"), INPUTS)
    assert list(table.step[:2]) == ["embeddings", "embeddings_project"]
    assert table.leaves[0] == table.enters[1] == (2, 7, 128) and table.leaves[1] == (2, 7, 256)
    assert table.parameters[1] == 128 * 256 + 256


def test_alberts_one_layer_is_counted_once_and_each_pass_is_shown():
    table = anatomy.trace(full_size("albert"), INPUTS)
    passes = layers(table)
    assert len(passes) == 12 and set(passes.module) == {"encoder.albert_layer_groups.0"}
    one = passes.parameters.iloc[0]
    assert list(passes.parameters) == [one, *[0] * 11] and list(passes.shared) == [0, *[one] * 11]
    assert one > 7_000_000


def test_what_no_step_called_is_told_with_its_parameters():
    table = anatomy.trace(small("deberta"), INPUTS)  # its relative positions are read, and not called
    last = table.iloc[-1]
    assert (last.step, last.module) == ("rel_embeddings (not called)", "encoder.rel_embeddings")
    assert last.enters is None and last.leaves is None and last.parameters > 0


def test_pictures_have_a_trace_too():
    config = transformers.ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, image_size=32, patch_size=8
    )
    model = transformers.ViTModel(config)
    table = anatomy.trace(model, {"pixel_values": torch.zeros(1, 3, 32, 32)})
    assert (table.enters[0], table.leaves[0]) == ((1, 3, 32, 32), (1, 17, 32))
    assert len(layers(table)) == 2 and table.parameters.sum() == anatomy.count(model)


def test_the_mode_stays_and_a_module_of_ones_own_keeps_its_hook():
    model, seen = small("bert").train(), []
    model.embeddings.eval()  # frozen, as some do
    own = model.pooler.register_forward_hook(lambda *_: seen.append(True))
    anatomy.trace(model, INPUTS)
    assert model.training and not model.embeddings.training and model.encoder.training
    assert hooks(model) == 1 and seen == [True]
    own.remove()


# --- what it cannot trace -----------------------------------------------------------------------------------------


class Bag(transformers.PreTrainedModel):
    """A transformers model with no layers: the mean of word vectors."""

    config_class = transformers.BertConfig

    def __init__(self, config, width=4):
        super().__init__(config)
        self.words = torch.nn.Embedding(99, width)

    def forward(self, input_ids, **_):
        return self.words(input_ids).mean(1)


class TwoLists(Bag):
    """A model with a list of small modules beside its layers."""

    def __init__(self, config):
        super().__init__(config)
        self.gates = torch.nn.ModuleList([torch.nn.Linear(4, 1)])
        self.layers = torch.nn.ModuleList([torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)])

    def forward(self, input_ids, **_):
        first, second = self.layers
        return self.gates[0](second(first(self.words(input_ids))))


class Silent(Bag):
    """A model that has layers and goes around their hooks, as SqueezeBERT does."""

    def __init__(self, config):
        super().__init__(config)
        self.layers = torch.nn.ModuleList([torch.nn.Linear(4, 4)])

    def forward(self, input_ids, **_):
        return self.layers[0].forward(self.words(input_ids))


class Reading(Silent):
    """A model whose code reads the ids as numbers, which a blueprint has not."""

    def forward(self, input_ids, **_):
        return self.layers[0](self.words(torch.tensor(input_ids.tolist())))


T5 = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "vocab_size": 99}
T5 |= {"decoder_start_token_id": 0}


@pytest.mark.parametrize(
    "make, told",
    [
        (lambda: torch.nn.Linear(2, 2), "a Linear, not a transformers model. Load one: AutoModel"),
        (lambda: "roberta-base", "a str, not a transformers model"),
        (lambda: transformers.T5Model(transformers.T5Config(**T5)), "T5Model has an encoder and a decoder"),
        (lambda: small("bart", d_model=32, encoder_layers=2), "BartModel has an encoder and a decoder"),
        (lambda: Bag(transformers.BertConfig()), "Bag has no stack of layers"),
        (lambda: Silent(transformers.BertConfig()), "Silent did not call its layers one by one"),
    ],
)
def test_a_model_without_one_stack_is_refused(make, told):
    with pytest.raises(ValueError, match=told):
        anatomy.trace(make(), INPUTS)


def test_the_largest_list_of_modules_is_the_stack_of_layers():
    table = anatomy.trace(TwoLists(transformers.BertConfig()), INPUTS)
    assert list(table.step) == ["words", "layer 1", "layer 2", "gates.0"]
    assert list(table.leaves) == [(2, 7, 4), (2, 7, 4), (2, 7, 4), (2, 7, 1)]


@pytest.mark.parametrize("kind", [transformers.T5Model, transformers.T5ForConditionalGeneration])
def test_the_advice_for_an_encoder_and_decoder_works(kind):
    model = kind(transformers.T5Config(**T5))
    table = anatomy.trace(model.get_encoder(), INPUTS)
    assert len(layers(table)) == 2 and set(layers(table).leaves) == {(2, 7, 32)}
    assert table.parameters.sum() == anatomy.count(model.get_encoder())


def test_an_encoder_of_its_own_is_traced_though_its_family_has_decoders():
    model = transformers.T5EncoderModel(transformers.T5Config(**T5))
    assert anatomy.trace(model, INPUTS).parameters.sum() == anatomy.count(model)


@pytest.mark.parametrize(
    "inputs, told",
    [
        ("Hello", "The inputs are a str, not a dict of tensors"),
        (INPUTS["input_ids"], "The inputs are a Tensor, not a dict"),
        ({"input_ids": [[0, 5, 2]]}, "input_ids is a list"),
        ({"ids": INPUTS["input_ids"]}, r"BertModel could not run these inputs \(\w+: "),
        ({"input_ids": torch.full((1, 3), 99)}, r"could not run these inputs \(IndexError: index out of range"),
        ({"input_ids": torch.ones(1, 41, dtype=torch.long)}, "could not run these inputs"),
        ({}, "could not run these inputs"),
    ],
)
def test_inputs_that_do_not_fit_are_told_and_leave_no_hook(inputs, told):
    model = small("bert")
    with pytest.raises(ValueError, match=told) as caught:
        anatomy.trace(model, inputs)
    assert "return_tensors='pt'" in str(caught.value)
    assert hooks(model) == 0


def test_a_model_that_needs_values_is_told_so_on_the_meta_device():
    model = Reading(transformers.BertConfig())
    assert anatomy.trace(model, INPUTS).step.tolist() == ["words", "layer 1"]
    with pytest.raises(ValueError, match="Some models need values: try it with the model on the device cpu"):
        anatomy.trace(model.to("meta"), INPUTS)
