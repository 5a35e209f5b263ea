"""LoRA: two thin matrices beside every linear projection are trained, the model itself stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from torch import Tensor
    from transformers import PreTrainedModel

TITLE = "LoRA"
SUMMARY = (
    "Trains a small add-on beside the frozen model. Quick and light; the add-on is only a few megabytes."
)
SOURCE = "arXiv:2106.09685"
LEARNING_RATE = 1e-3
FROZEN_BASE = True


@dataclass(frozen=True)
class Config:
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


def apply(model: "PreTrainedModel", config: Config) -> "PeftModel":
    """Return the model with float32 adapters on all linear projections but the head. Draws random numbers."""
    from peft import LoraConfig, get_peft_model  # heavy, and the form that reads Config does not need it
    from torch import nn

    from studio.engine.heads import task_type
    from studio.engine.low_rank import LowRankLinear

    adapter = LoraConfig(
        task_type=task_type(model),
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules="all-linear",
        fan_in_fan_out=model.config.model_type == "gpt2",  # its projections are stored transposed
    )
    adapter._register_custom_module({nn.Linear: LowRankLinear})
    return get_peft_model(model, adapter)


@contextmanager
def reference(model: "PeftModel") -> "Iterator[PeftModel]":
    """Give the same model with its adapters switched off: the untouched base."""
    with model.disable_adapter():
        yield model


def state(model: "torch.nn.Module") -> "dict[str, Tensor]":
    """Return the trained tensors by name, no copies."""
    return {name: parameter.detach() for name, parameter in model.named_parameters() if ".lora_" in name}


def load_state(model: "torch.nn.Module", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` into the adapters. Mutates `model`; its names must be those of `state`."""
    own = state(model)
    assert own.keys() == tensors.keys(), sorted(own.keys() ^ tensors.keys())[:4]
    for name, tensor in tensors.items():
        own[name].copy_(tensor)


def merged(model: "PeftModel") -> "PreTrainedModel":
    """Return the plain model with the adapters added in, in float32. Consumes `model`."""
    return model.float().merge_and_unload(safe_merge=True)
