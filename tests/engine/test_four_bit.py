"""Weights of 4 bits are those of bitsandbytes, stay as they are, and merge into what was trained on."""

import sys

import bitsandbytes
import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM, GPT2Config

from studio.core.errors import Refused
from studio.engine.four_bit import BYTES_A_WEIGHT, FourBitLinear
from studio.engine.tunings import lora, qlora


@pytest.fixture
def projection() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(192, 96, dtype=torch.bfloat16).requires_grad_(False)


@torch.no_grad()
def test_they_answer_as_the_layer_of_bitsandbytes_does(projection):
    theirs = bitsandbytes.nn.Linear4bit(
        192, 96, compute_dtype=torch.float32, compress_statistics=False, quant_type="nf4"
    )
    theirs.load_state_dict(projection.float().state_dict())
    theirs = theirs.to("cpu").train()  # in training it leaves its weights as they lie
    x = torch.randn(5, 192)
    torch.testing.assert_close(FourBitLinear(projection)(x), theirs(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_answering_without_gradients_leaves_the_weights_as_they_lie(projection, dtype):
    packed = FourBitLinear(projection.to(dtype)).eval()
    before = packed.weight.clone(), packed.unpacked(torch.float32)
    with torch.no_grad():
        packed(torch.randn(5, 192, dtype=dtype))
    assert packed.weight.equal(before[0])
    assert packed.unpacked(torch.float32).equal(before[1])


def test_every_precision_that_the_model_is_loaded_in_gives_the_same_bits(projection):
    wide, narrow = FourBitLinear(projection.float()), FourBitLinear(projection.bfloat16())
    assert wide.weight.equal(narrow.weight)
    assert wide.scales.equal(narrow.scales)


def test_they_take_as_many_bytes_as_said(projection):
    packed = FourBitLinear(projection)
    taken = packed.weight.numel() + 4 * packed.scales.numel()
    assert taken == 192 * 96 * BYTES_A_WEIGHT


def test_the_gradients_beside_them_are_those_of_the_unpacked_weights(tiny_model_folder):
    ids = torch.tensor([[5, 6, 7, 8]])
    gradients = []
    for unpack in (False, True):
        torch.manual_seed(0)
        model = qlora.apply(AutoModelForCausalLM.from_pretrained(tiny_model_folder), qlora.Config(rank=4))
        for weight in qlora.state(model).values():
            weight.normal_(std=0.05, generator=torch.Generator().manual_seed(weight.numel()))
        for layer in [each for each in model.modules() if hasattr(each, "base_layer")] if unpack else ():
            layer.base_layer = layer.base_layer.plain()
        model.train()(input_ids=ids, labels=ids).loss.backward()
        gradients.append({name: weight.grad for name, weight in model.named_parameters() if ".lora_" in name})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], atol=1e-6, rtol=1e-4, msg=name)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
@torch.no_grad()
def test_merged_it_is_what_was_trained_and_not_the_original(family, tiny_model):
    torch.manual_seed(0)
    if family == "gpt2":
        sizes = {"vocab_size": 259, "n_embd": 64, "n_layer": 2, "n_head": 2, "initializer_range": 0.2}
        tiny_model = AutoModelForCausalLM.from_config(GPT2Config(**sizes, bos_token_id=1, eos_token_id=2))
    kind, ids = type(tiny_model), torch.tensor([[5, 6, 7, 8]])
    classes = {name: type(module) for name, module in tiny_model.named_modules()}
    original = tiny_model.eval()(input_ids=ids).logits
    model = qlora.apply(tiny_model, qlora.Config(rank=4)).eval()
    for weight in qlora.state(model).values():
        weight.normal_(std=0.05)
    live = model(input_ids=ids).logits
    plain = qlora.merged(model)
    assert type(plain) is kind
    assert {name: type(module) for name, module in plain.named_modules()} == classes
    torch.testing.assert_close(plain(input_ids=ids).logits, live, atol=1e-4, rtol=1e-5)
    assert (live - original).abs().max() > 0.01


def test_without_the_package_it_says_which(tiny_model, monkeypatch):
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    with pytest.raises(Refused, match="package bitsandbytes, which is not installed") as caught:
        qlora.apply(tiny_model, qlora.Config())
    assert caught.value.hint == "Install it with: pip install bitsandbytes"
    lora.apply(tiny_model, lora.Config())  # nothing else needs it
