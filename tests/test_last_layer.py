"""The last layer at one position gives what the whole layer gives there, and does less for it."""

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

from utils.last_layer import KNOWN, is_known, only_at

SIZES = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "pad_token_id": 1,
}
INPUTS = {
    "input_ids": torch.tensor([[5, 6, 7, 8, 9], [10, 11, 12, 1, 1], [13, 14, 15, 16, 1]]),
    "attention_mask": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]]),
}
POSITIONS = torch.tensor([4, 0, 2])


def build(kind, attention="sdpa", factory=AutoModel):
    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **SIZES, attn_implementation=attention)
    model = factory.from_config(config).eval()
    for parameter in (one for one in model.parameters() if one.dim() > 1):
        torch.nn.init.normal_(parameter, std=0.3)  # at the usual scale all positions are nearly alike
    return model


@pytest.fixture(params=KNOWN)
def kind(request):
    return request.param


@torch.inference_mode()
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_it_is_the_whole_layers_state_at_that_position(kind, attention):
    model = build(kind, attention)
    whole = model(**INPUTS).last_hidden_state
    with only_at(model, POSITIONS):
        one = model(**INPUTS).last_hidden_state
    torch.testing.assert_close(one[:, 0], whole[range(3), POSITIONS], rtol=0, atol=1e-5)
    assert one.shape == (3, 1, 24)
    assert (whole[range(3), POSITIONS] - whole[:, 1]).abs().max() > 0.1  # another position would show


@torch.inference_mode()
def test_a_classifier_answers_the_same_from_its_first_token(kind):
    model = build(kind, factory=AutoModelForSequenceClassification)
    whole = model(**INPUTS).logits
    with only_at(model, torch.zeros(3, dtype=torch.long)):
        one = model(**INPUTS).logits
    torch.testing.assert_close(one, whole, rtol=0, atol=1e-5)


@torch.inference_mode()
def test_only_the_last_layer_is_cut_and_the_model_is_left_as_it_was(kind):
    model = build(kind)
    seen = []
    for name, module in model.named_modules():
        if name.endswith(("intermediate.dense", "ffn.lin1")):
            module.register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0].shape[1]))
    with only_at(model, POSITIONS):
        model(**INPUTS)
    with pytest.raises(RuntimeError, match="broken off"), only_at(model, POSITIONS):
        raise RuntimeError("broken off")
    model(**INPUTS)
    assert seen == [5, 5, 1, 5, 5, 5]


def test_a_model_whose_layers_are_built_otherwise_is_not_known():
    assert not is_known(AutoModel.from_config(AutoConfig.for_model("albert", **SIZES)))
