"""QLoRA: LoRA on a model whose frozen weights are held in 4 bits."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.tuned_weights import merge_adapter
from studio.engine.tunings import lora

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

TITLE = "LoRA on a 4-bit model (QLoRA)"
SUMMARY = "Squeezes the frozen model to a quarter of its size, then trains a small add-on beside it."
WHEN = (
    "Pick it when the model can be loaded but leaves too little memory to learn in; otherwise LoRA is more "
    "exact and quicker."
)
SOURCE = "arXiv:2305.14314"
LEARNING_RATE = 1e-3
FROZEN_BASE = True
BITS = 4
HOLDS_BASE = False
"""The model in 4 bits is a worse one than what the user has: proof needs that one."""
MERGES = True
PEFT = False
"""peft's own 4-bit layers round otherwise: beside them the adapter moved logits by 0.03 (they reach 5)."""
PREPENDS = False
PACKAGE = "bitsandbytes"
"""It is not installed with the studio."""


@dataclass(frozen=True)
class Config(lora.AddOn):
    """The size of the add-on."""


def apply(model: "PreTrainedModel", config: Config) -> "PeftModel":
    """Return the model with its projections in 4 bits and float32 adapters on them. Draws random numbers.

    Raises Refused where bitsandbytes is not installed.
    """
    from studio.engine.four_bit import quantise  # torch: not before the first page

    quantise(model)
    return lora.apply(model, config)


def reference(model: "PeftModel") -> AbstractContextManager[None]:
    """Give None: without the adapters it is the 4-bit model, and not what the user has."""
    return nullcontext(None)


state = lora.state
load_state = lora.load_state
trained_parameters = lora.trained_parameters


def merged(model: "PeftModel") -> "PreTrainedModel":
    """Return the plain float32 model: the very 4-bit weights trained on, unpacked, and the adapters added.

    Consumes `model`. Merging into 4-bit weights rounds the adapter away; merging into the original ones puts
    it beside a model that it was not learned on.
    """
    from studio.engine.four_bit import FourBitLinear, as_the_family_has_it

    packed = {name: each for name, each in model.named_modules() if isinstance(each, FourBitLinear)}
    inside = model.get_base_model()
    transposed = {each.transposed for each in packed.values()} == {True}
    for name, each in packed.items():
        model.set_submodule(name, each.plain())
    plain = merge_adapter(model)
    assert plain is inside
    for name, each in packed.items() if transposed else ():
        own = name.removeprefix("base_model.model.").removesuffix(".base_layer")
        plain.set_submodule(own, as_the_family_has_it(plain.get_submodule(own), transposed=each.transposed))
    return plain
