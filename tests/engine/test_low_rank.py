"""The hand-written LoRA step gives peft's own results and gradients, and stands only where it fits."""

import pytest
import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import Linear as PeftLinear
from torch import nn
from transformers import AutoModelForCausalLM, GPT2Config

from studio.engine.low_rank import LowRankLinear
from studio.engine.tunings import lora

BOUNDS = {torch.float32: {"atol": 1e-6, "rtol": 1e-5}, torch.bfloat16: {"atol": 2e-2, "rtol": 2e-2}}
"""In 16 bits (8 of them for the value) both round at other places; each must be as near to the truth."""


class Projection(nn.Module):
    """One projection, to be wrapped by name."""

    def __init__(self, bias: bool, dtype: torch.dtype) -> None:
        super().__init__()
        self.inner = nn.Linear(24, 40, bias=bias, dtype=dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x)


def pair(*, bias: bool, dtype: torch.dtype) -> tuple[nn.Module, nn.Module]:
    """The same projection and adapter twice: with peft's layer, and with the studio's."""
    models = []
    for ours in (False, True):
        torch.manual_seed(0)
        adapter = LoraConfig(r=4, lora_alpha=8.0, target_modules=["inner"], init_lora_weights=False)
        if ours:
            adapter._register_custom_module({nn.Linear: LowRankLinear})
        models.append(get_peft_model(Projection(bias, dtype), adapter))
    layers = [model.base_model.model.inner for model in models]
    assert [type(layer) for layer in layers] == [PeftLinear, LowRankLinear]
    layers[1].load_state_dict(layers[0].state_dict())
    return models[0], models[1]


def results(model: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """The output, and every gradient of the sum of its squares."""
    x = x.clone().requires_grad_(True)
    output = model(x)
    output.float().square().sum().backward()
    assert x.grad is not None
    found = {"output": output.detach(), "x": x.grad}
    return found | {name: weight.grad for name, weight in model.named_parameters() if weight.requires_grad}


@pytest.mark.parametrize("shape", [(5, 24), (2, 7, 24)], ids=str)
@pytest.mark.parametrize("dtype", list(BOUNDS), ids=str)
@pytest.mark.parametrize("bias", [True, False], ids=["with bias", "without bias"])
def test_forward_and_gradients_are_those_of_pefts_own_layer(bias, dtype, shape):
    theirs, ours = pair(bias=bias, dtype=dtype)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1)).to(dtype)
    expected, found = results(theirs, x), results(ours, x)
    assert found.keys() == expected.keys()
    assert sum(".lora_" in name for name in found) == 2
    for name, tensor in found.items():
        assert tensor.dtype == expected[name].dtype, name
        scale = expected[name].float().abs().max()
        torch.testing.assert_close(tensor / scale, expected[name] / scale, **BOUNDS[dtype], msg=name)


def test_switched_off_it_is_the_base_and_merged_it_answers_alike():
    theirs, ours = pair(bias=True, dtype=torch.float32)
    x = torch.randn(3, 24)
    with torch.no_grad():
        with ours.disable_adapter():
            assert ours(x).equal(ours.base_model.model.inner.base_layer(x))
        torch.testing.assert_close(ours.merge_and_unload()(x), theirs(x), atol=1e-6, rtol=1e-5)


def test_the_transposed_projections_of_gpt2_keep_pefts_layer():
    config = GPT2Config(vocab_size=32, n_embd=16, n_layer=1, n_head=2, n_positions=16)
    model = lora.apply(AutoModelForCausalLM.from_config(config), lora.Config(rank=2))
    layers = [module for module in model.modules() if isinstance(module, PeftLinear)]
    assert len(layers) == 4
    assert not any(isinstance(layer, LowRankLinear) for layer in layers)


@pytest.mark.parametrize("knobs", [{"rslora": True}, {"dora": True}, {"dora": True, "rslora": True}], ids=str)
def test_the_other_kinds_of_lora_are_pefts_own(knobs, tiny_model_folder):
    ids = torch.tensor([[5, 6, 7, 8]])
    found = []
    for ours in (True, False):
        model = AutoModelForCausalLM.from_pretrained(tiny_model_folder)
        if ours:
            model = lora.apply(model, lora.Config(rank=4, alpha=8.0, **knobs))
        else:
            kinds = {f"use_{name}": value for name, value in knobs.items()}
            model = get_peft_model(
                model,
                LoraConfig(r=4, lora_alpha=8.0, target_modules="all-linear", task_type="CAUSAL_LM", **kinds),
            )
        for name, weight in lora.state(model).items():
            if "magnitude" not in name:
                weight.normal_(std=0.05, generator=torch.Generator().manual_seed(weight.numel()))
        loss = model.train()(input_ids=ids, labels=ids).loss
        loss.backward()
        found.append(
            {"loss": loss.detach()} | {n: w.grad for n, w in model.named_parameters() if w.requires_grad}
        )
    assert found[0].keys() == found[1].keys()
    assert any("magnitude" in name for name in found[0]) == ("dora" in knobs)
    for name, tensor in found[0].items():
        torch.testing.assert_close(tensor, found[1][name], atol=1e-5, rtol=1e-4, msg=name)
