"""Bottlenecks add nothing at first, stand where the paper puts them, and can be stacked by name."""

from itertools import pairwise

import torch

from studio.engine.bottleneck import Bottleneck, activated, add_bottlenecks, bottleneck_layers


def moved(model, name: str, by: float) -> None:
    for key, weight in model.named_parameters():
        if f".bottlenecks.{name}.up" in key:
            weight.data.add_(by)


@torch.no_grad()
def test_step_zero_is_the_base_to_the_last_bit(tiny_model):
    ids = torch.tensor([[5, 6, 7, 8]])
    base = tiny_model.eval()(input_ids=ids).logits
    add_bottlenecks(tiny_model, "one", 8)
    assert tiny_model(input_ids=ids).logits.equal(base)
    moved(tiny_model, "one", 0.1)
    assert not tiny_model(input_ids=ids).logits.equal(base)


def test_two_stand_in_every_layer_behind_its_two_parts(tiny_model):
    add_bottlenecks(tiny_model, "one", 8)
    wrapped = [name for name, _ in tiny_model.named_modules() if name.endswith(".bottlenecks.one")]
    layers = [f"model.layers.{n}.{part}" for n in (0, 1) for part in ("self_attn.o_proj", "mlp.down_proj")]
    assert wrapped == [f"{layer}.bottlenecks.one" for layer in layers]


@torch.no_grad()
def test_it_computes_what_the_paper_says():
    torch.manual_seed(0)
    part = Bottleneck(6, 3, torch.device("cpu"))
    torch.nn.init.normal_(part.up.weight)
    x = torch.randn(2, 5, 6)
    inner = torch.nn.functional.gelu(x @ part.down.weight.t() + part.down.bias)
    torch.testing.assert_close(part(x), x + inner @ part.up.weight.t() + part.up.bias)


@torch.no_grad()
def test_several_tasks_stack_on_one_base_and_each_can_be_chosen(tiny_model):
    ids = torch.tensor([[5, 6, 7, 8]])
    base = tiny_model.eval()(input_ids=ids).logits
    add_bottlenecks(tiny_model, "one", 8)
    moved(tiny_model, "one", 0.1)
    alone = tiny_model(input_ids=ids).logits
    add_bottlenecks(tiny_model, "two", 4)
    assert {name.split(".")[-3] for name, w in tiny_model.named_parameters() if w.requires_grad} == {"two"}
    assert tiny_model(input_ids=ids).logits.equal(alone)  # the second adds nothing yet
    moved(tiny_model, "two", -0.2)
    chosen = {}
    for names in ((), ("one",), ("two",), ("one", "two"), ("two", "one")):
        with activated(tiny_model, names):
            chosen[names] = tiny_model(input_ids=ids).logits
    assert chosen[()].equal(base)
    assert chosen[("one",)].equal(alone)
    assert tiny_model(input_ids=ids).logits.equal(chosen[("one", "two")])
    different = [chosen[("two",)], chosen[("one", "two")], chosen[("two", "one")]]
    assert not any(first.equal(second) for first, second in pairwise(different))
    assert {layer.active for layer in bottleneck_layers(tiny_model)} == {("one", "two")}
