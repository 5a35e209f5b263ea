"""Each row of a batch goes through its own add-on, as if it stood alone on the base; a budget is kept to."""

import pytest
import torch
from peft.tuners.tuners_utils import BaseTunerLayer

from studio.core.errors import Refused
from studio.engine.models import load_model
from studio.engine.shelf import NOTHING, Shelf
from studio.engine.tunings import lora

IDS = torch.randint(5, 50, (3, 6), generator=torch.Generator().manual_seed(0))


def base(source):
    return load_model(source, dtype=torch.float32, device="cpu").eval()


def tuned(source, seed: int, **settings):
    """Return the tiny model with an add-on of random weights, its settings and those weights."""
    torch.manual_seed(seed)
    config = lora.Config(**settings)
    model = lora.apply(base(source), config).eval()
    for weight in lora.state(model).values():
        torch.nn.init.normal_(weight, std=0.2)
    return model, config, {name: tensor.clone() for name, tensor in lora.state(model).items()}


@pytest.fixture
def add_ons(tiny_source):
    return {
        "small": tuned(tiny_source, 1, rank=2, alpha=8.0),
        "large": tuned(tiny_source, 2, rank=7, alpha=3.0, rslora=True),
    }


class Files:
    """Counts how often each add-on is read."""

    def __init__(self, add_ons):
        self._add_ons, self.read = add_ons, []

    def onto(self, shelf: Shelf) -> Shelf:
        for name, (_, config, weights) in self._add_ons.items():
            shelf.add(name, lambda name=name, weights=weights: self._read(name, weights), lora.scale(config))
        return shelf

    def _read(self, name, weights):
        self.read.append(name)
        return weights


@pytest.fixture
def files(add_ons):
    return Files(add_ons)


@pytest.fixture
def shelf(tiny_source, files):
    return files.onto(Shelf(base(tiny_source)))


def size(add_on) -> int:
    return sum(tensor.nbytes for tensor in add_on[2].values())


@pytest.mark.parametrize("names", [("small", "", "large"), ("large", "large", "large"), ("", "", "")])
@torch.inference_mode()
def test_each_row_has_the_logits_of_its_own_model(shelf, add_ons, tiny_source, names):
    shelf.choose([shelf.fetch(name) for name in names])
    together = shelf.model(input_ids=IDS).logits
    for row, name in enumerate(names):
        alone = add_ons[name][0] if name else base(tiny_source)
        torch.testing.assert_close(together[row], alone(input_ids=IDS[row : row + 1]).logits[0])


def test_an_add_on_takes_its_own_weights_once_it_is_asked_for_and_no_second_model(shelf, add_ons, files):
    assert shelf.names() == ("", "small", "large")
    assert (shelf.bytes(), files.read) == (0, [])
    for name in ("small", "large", "small"):
        shelf.fetch(name)
    assert shelf.bytes() == sum(map(size, add_ons.values()))
    assert files.read == ["small", "large"]


def test_beyond_the_budget_whoever_was_asked_for_last_stays(tiny_source):
    equal = {name: tuned(tiny_source, seed, rank=2) for seed, name in enumerate("abc")}
    files = Files(equal)
    shelf = files.onto(Shelf(base(tiny_source), budget_bytes=2 * size(equal["a"])))
    for name in ("a", "b", "a", "c"):
        shelf.fetch(name)
        assert shelf.bytes() <= 2 * size(equal["a"])
    shelf.fetch("a")
    assert files.read == ["a", "b", "c"], "b went, a was asked for again before"
    shelf.fetch("b")
    assert files.read == ["a", "b", "c", "b"]


@torch.inference_mode()
def test_an_add_on_read_again_gives_the_same_numbers_and_those_in_use_stay(tiny_source, add_ons, files):
    shelf = files.onto(Shelf(base(tiny_source), budget_bytes=0))
    small = shelf.fetch("small")
    shelf.choose([small] * 3)
    first = shelf.model(input_ids=IDS).logits
    shelf.fetch("large", in_use=[small])
    assert shelf.bytes() == sum(map(size, add_ons.values())), "the budget waits for whoever is answering"
    assert shelf.fetch("small") is small
    assert shelf.bytes() == size(add_ons["small"])
    shelf.fetch("large")
    shelf.choose([shelf.fetch("small")] * 3)
    assert files.read == ["small", "large", "large", "small"]
    assert torch.equal(shelf.model(input_ids=IDS).logits, first)


def test_what_is_removed_gives_its_memory_back_and_can_no_more_be_asked_for(shelf, add_ons):
    shelf.fetch("small")
    shelf.fetch("large")
    shelf.remove("large")
    assert shelf.names() == ("", "small")
    assert shelf.bytes() == size(add_ons["small"])
    with pytest.raises(Refused, match="put away while the question waited"):
        shelf.fetch("large")
    shelf.remove("small")
    assert shelf.bytes() == 0
    assert shelf.fetch("") is NOTHING


@torch.inference_mode()
def test_where_all_add_ons_are_removed_the_base_is_as_it_was(shelf, tiny_source):
    shelf.fetch("small")
    for name in ("small", "large"):
        shelf.remove(name)
    shelf.choose([shelf.fetch("")] * 3)
    assert torch.equal(shelf.model(input_ids=IDS).logits, base(tiny_source)(input_ids=IDS).logits)


def test_the_scale_is_that_of_peft(add_ons):
    for model, config, _ in add_ons.values():
        layer = next(module for module in model.modules() if isinstance(module, BaseTunerLayer))
        assert lora.scale(config) == pytest.approx(layer.scaling["default"])
