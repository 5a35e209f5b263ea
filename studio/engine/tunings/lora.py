"""LoRA: two thin matrices beside every linear projection are trained, the model itself stands still."""

import math
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.tuned_weights import adapter_off, copy_into, marked, merge_adapter

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from torch import Tensor
    from transformers import PreTrainedConfig, PreTrainedModel

TITLE = "LoRA"
SUMMARY = (
    "Trains a small add-on beside the frozen model. Quick and light; the add-on is only a few megabytes."
)
WHEN = "The one to begin with: close to full fine-tuning in what it learns, at a fraction of the cost."
SOURCE = "arXiv:2106.09685"
LEARNING_RATE = 1e-3
FROZEN_BASE = True
BITS = 16
HOLDS_BASE = True
MERGES = True
PEFT = True
PREPENDS = False


@dataclass(frozen=True)
class AddOn:
    """The size of the add-on."""

    rank: int = knob(
        16,
        label="Size of the add-on",
        technical="LoRA rank r",
        low=1,
        high=256,
        help="A larger add-on can learn more and takes more memory.",
        source="arXiv:2106.09685, section 4.1",
    )
    alpha: float = knob(
        32.0,
        label="Weight of the add-on",
        technical="LoRA alpha; the add-on is scaled by alpha / r",
        low=0.1,
        high=1024.0,
        help="How strongly the add-on speaks beside the model.",
        source="arXiv:2106.09685, section 4.1",
    )
    dropout: float = knob(
        0.0,
        label="Forget at random",
        technical="LoRA dropout",
        low=0.0,
        high=0.9,
        help="Leaves out random inputs of the add-on while training, against learning by heart.",
        source="arXiv:2106.09685, appendix D",
    )
    rslora: bool = knob(
        False,
        label="Steady weight for large add-ons",
        technical="rsLoRA: the add-on is scaled by alpha / √r",
        help="Keeps a large add-on (64 and more) from learning too slowly; then lower its weight too.",
        source="arXiv:2312.03732, equation 5",
    )


@dataclass(frozen=True)
class Config(AddOn):
    """The size of the add-on, and how it is put to the weights."""

    dora: bool = knob(
        False,
        label="Length and direction apart",
        technical="DoRA: weight-decomposed low-rank adaptation",
        help="Learns size and direction of the weights by themselves: often a little better, always slower.",
        source="arXiv:2402.09353, equation 5",
    )


def scale(config: AddOn) -> float:
    """Return what the product of the thin matrices is multiplied by."""
    return config.alpha / (math.sqrt(config.rank) if config.rslora else config.rank)


def apply(model: "PreTrainedModel", config: AddOn) -> "PeftModel":
    """Return the model with float32 adapters on all linear projections of its body. Draws random numbers."""
    from peft import LoraConfig, get_peft_model  # heavy, and the form that reads Config does not need it
    from torch import nn

    from studio.engine.heads import task_type
    from studio.engine.layers import linear_names, patterns
    from studio.engine.low_rank import LowRankLinear

    names = linear_names(model)
    adapter = LoraConfig(
        task_type=task_type(model),
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        use_rslora=config.rslora,
        use_dora=getattr(config, "dora", False),  # not beside weights of 4 bits
        target_modules=patterns(names, model),
        fan_in_fan_out=not isinstance(model.get_submodule(names[0]), nn.Linear),  # GPT-2 stores (in, out)
    )
    adapter._register_custom_module({nn.Linear: LowRankLinear})
    return get_peft_model(model, adapter)


def reference(model: "PeftModel") -> "AbstractContextManager[PeftModel]":
    """Give the same model with its adapters switched off: the untouched base."""
    return adapter_off(model)


def state(model: "torch.nn.Module") -> "dict[str, Tensor]":
    """Return the trained tensors by name, no copies."""
    return marked(model, ".lora_")


def load_state(model: "torch.nn.Module", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` into the adapters. Mutates `model`; its names must be those of `state`."""
    copy_into(state(model), tensors)


def merged(model: "PeftModel") -> "PreTrainedModel":
    """Return the plain model with the adapters added in, in float32. Consumes `model`."""
    return merge_adapter(model)


def trained_parameters(config: AddOn, model_config: "PreTrainedConfig") -> int:
    """Return how many weights are trained: r (in + out) of each projection, with DoRA one more a row."""
    from studio.engine.layers import linear_names, sizes, skeleton

    model = skeleton(model_config)
    every = [sizes(model.get_submodule(name)) for name in linear_names(model)]
    lengths = sum(out for _, out in every) if getattr(config, "dora", False) else 0
    return config.rank * sum(map(sum, every)) + lengths
