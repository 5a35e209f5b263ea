"""Each row of a batch goes through its own add-on, as if it stood alone on the base."""

import pytest
import torch
from peft.tuners.tuners_utils import BaseTunerLayer

from studio.engine.models import load_model
from studio.engine.shelf import Shelf
from studio.engine.tunings import lora


def tuned(source, seed: int, **settings):
    """Return the tiny model with an add-on of random weights, its settings and those weights."""
    torch.manual_seed(seed)
    config = lora.Config(**settings)
    model = lora.apply(load_model(source, dtype=torch.float32, device="cpu"), config).eval()
    for weight in lora.state(model).values():
        torch.nn.init.normal_(weight, std=0.2)
    return model, config, {name: tensor.clone() for name, tensor in lora.state(model).items()}


@pytest.fixture
def add_ons(tiny_source):
    return {
        "small": tuned(tiny_source, 1, rank=2, alpha=8.0),
        "large": tuned(tiny_source, 2, rank=7, alpha=3.0, rslora=True),
    }


@pytest.fixture
def shelf(tiny_source, add_ons):
    shelf = Shelf(load_model(tiny_source, dtype=torch.float32, device="cpu"))
    for name, (_, config, weights) in add_ons.items():
        shelf.add(name, weights, lora.scale(config))
    return shelf


@pytest.mark.parametrize("names", [("small", "", "large"), ("large", "large", "large"), ("", "", "")])
@torch.inference_mode()
def test_each_row_has_the_logits_of_its_own_model(shelf, add_ons, tiny_source, names):
    ids = torch.randint(5, 50, (3, 6), generator=torch.Generator().manual_seed(0))
    shelf.choose(names)
    together = shelf.model(input_ids=ids).logits
    for row, name in enumerate(names):
        alone = (
            add_ons[name][0] if name else load_model(tiny_source, dtype=torch.float32, device="cpu").eval()
        )
        torch.testing.assert_close(together[row], alone(input_ids=ids[row : row + 1]).logits[0])


def test_an_add_on_takes_its_own_weights_and_no_second_model(shelf, add_ons):
    weights = [tensor for _, _, tensors in add_ons.values() for tensor in tensors.values()]
    assert shelf.names() == ("", "small", "large")
    assert shelf.bytes() == sum(tensor.nbytes for tensor in weights)


def test_the_scale_is_that_of_peft(add_ons):
    for model, config, _ in add_ons.values():
        layer = next(module for module in model.modules() if isinstance(module, BaseTunerLayer))
        assert lora.scale(config) == pytest.approx(layer.scaling["default"])
