"""Attention by products is PyTorch's attention: values, gradients, shared keys, and what it hands on."""

import pytest
import torch
import torch.nn.functional as F
from transformers import GPT2Config, GPT2LMHeadModel, MistralConfig, MistralForCausalLM

from studio.engine import attention
from studio.engine.attention import NAME, CausalProducts, use_products


def drawn(heads: int, groups: int, length: int) -> list[torch.Tensor]:
    torch.manual_seed(3)
    shapes = (2, heads, length, 8), (2, groups, length, 8), (2, groups, length, 8)
    return [torch.randn(shape, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize(("heads", "groups"), [(4, 4), (6, 2), (3, 1)])
def test_values_and_gradients_are_those_of_pytorch(heads: int, groups: int) -> None:
    ours, theirs = drawn(heads, groups, 17), drawn(heads, groups, 17)
    upstream = torch.randn(2, heads, 17, 8)
    found = CausalProducts.apply(*ours, 0.3)
    expected = F.scaled_dot_product_attention(*theirs, is_causal=True, scale=0.3, enable_gqa=True)
    found.backward(upstream)
    expected.backward(upstream)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own.grad, other.grad, atol=1e-6, rtol=1e-5)


def test_half_precision_is_as_close_to_the_truth_as_pytorch() -> None:
    truth = F.scaled_dot_product_attention(*drawn(6, 2, 64), is_causal=True, enable_gqa=True)
    inputs = [tensor.detach().bfloat16() for tensor in drawn(6, 2, 64)]
    ours = CausalProducts.apply(*inputs, 8**-0.5)
    theirs = F.scaled_dot_product_attention(*inputs, is_causal=True, enable_gqa=True)
    assert (ours.float() - truth).norm() < 1.5 * (theirs.float() - truth).norm()


def test_a_model_learns_the_same_with_it(tiny_model) -> None:
    ids = torch.randint(3, 200, (2, 40))
    tiny_model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    expected = {name: weight.grad.clone() for name, weight in tiny_model.named_parameters()}
    tiny_model.zero_grad()
    use_products(tiny_model)
    assert tiny_model.config._attn_implementation == NAME
    tiny_model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    for name, weight in tiny_model.named_parameters():
        torch.testing.assert_close(weight.grad, expected[name], atol=1e-5, rtol=1e-4)


def test_it_is_really_asked(tiny_model, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = CausalProducts.apply
    monkeypatch.setattr(CausalProducts, "apply", lambda *given: asked.append(1) or real(*given))
    use_products(tiny_model)
    tiny_model(input_ids=torch.randint(3, 200, (1, 12)), use_cache=False)
    assert len(asked) == tiny_model.config.num_hidden_layers


def same_logits(model, ids: torch.Tensor, **given: torch.Tensor) -> None:
    expected = model(input_ids=ids, use_cache=False, **given).logits
    use_products(model)
    torch.testing.assert_close(model(input_ids=ids, use_cache=False, **given).logits, expected)


def test_padding_and_windows_go_to_pytorch(tiny_model) -> None:
    ids = torch.randint(3, 200, (2, 20))
    mask = torch.ones_like(ids)
    mask[0, :7] = 0
    same_logits(tiny_model.eval(), ids, attention_mask=mask)
    sizes = {"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 300}
    windowed = MistralConfig(hidden_size=32, intermediate_size=48, sliding_window=4, **sizes)
    same_logits(MistralForCausalLM(windowed).eval(), ids)


def test_long_sequences_go_to_pytorch(tiny_model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "LONGEST", 8)
    monkeypatch.setattr(CausalProducts, "apply", lambda *given: pytest.fail("asked for a long sequence"))
    same_logits(tiny_model.eval(), torch.randint(3, 200, (1, 9)))


def test_generation_with_a_cache_is_unchanged(tiny_model) -> None:
    ids = torch.randint(3, 200, (1, 9))
    expected = tiny_model.eval().generate(ids, max_new_tokens=8, do_sample=False)
    use_products(tiny_model)
    assert torch.equal(tiny_model.generate(ids, max_new_tokens=8, do_sample=False), expected)


def test_a_model_with_learned_positions_takes_it_too() -> None:
    model = GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=2, n_head=4, vocab_size=300))
    same_logits(model.eval(), torch.randint(3, 200, (2, 15)))


def test_a_model_that_attends_in_another_way_is_left_alone(tiny_model) -> None:
    tiny_model.set_attn_implementation("eager")
    use_products(tiny_model)
    assert tiny_model.config._attn_implementation == "eager"
