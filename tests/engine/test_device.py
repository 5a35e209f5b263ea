"""The choice of device and number format comes with its reasons in words."""

import pytest
import torch

from studio.engine.device import choose_device


def without_a_card(monkeypatch: pytest.MonkeyPatch, **capabilities: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)


@pytest.mark.parametrize("instruction", ["avx512_bf16", "amx_bf16"])
def test_a_processor_that_multiplies_sixteen_bits_holds_frozen_weights_so(monkeypatch, instruction):
    without_a_card(monkeypatch, **{instruction: True})
    choice = choose_device()
    assert (choice.device, choice.torch_dtype) == ("cpu", torch.bfloat16)
    assert "no graphics card" in choice.reasons[0]
    assert "this processor multiplies directly" in choice.reasons[1]


def test_any_other_processor_works_in_thirty_two(monkeypatch):
    without_a_card(monkeypatch, avx2=True)
    choice = choose_device()
    assert (choice.device, choice.torch_dtype) == ("cpu", torch.float32)
    assert "no instructions for 16-bit products" in choice.reasons[1]


@pytest.mark.parametrize(("bfloat16", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_card_is_used_and_named(monkeypatch, bfloat16, dtype):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some Card 9000")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bfloat16)
    choice = choose_device()
    assert (choice.device, choice.torch_dtype) == ("cuda", dtype)
    assert "Some Card 9000" in choice.reasons[0]
