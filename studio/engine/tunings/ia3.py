"""IA3: keys, values and the inner activations of every layer are scaled by learned factors."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.tuned_weights import adapter_off, copy_into, marked, merge_adapter

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from torch import Tensor
    from transformers import PreTrainedConfig, PreTrainedModel

TITLE = "IA3"
SUMMARY = "Learns only how loud each inner signal of the frozen model is: the smallest add-on of all."
WHEN = "Pick it for very few examples, or when many small results must be kept side by side."
SOURCE = "arXiv:2205.05638"
LEARNING_RATE = 3e-2
FROZEN_BASE = True
BITS = 16
HOLDS_BASE = True
MERGES = True
PEFT = True
PREPENDS = False


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def apply(model: "PreTrainedModel", config: Config) -> "PeftModel":
    """Return the model with float32 factors, all one, as in equations 1 and 2 of the paper.

    Raises Refused where the family's layers are not known.
    """
    import torch  # heavy, and the form that reads Config does not need it
    from peft import IA3Config, get_peft_model

    from studio.engine.heads import task_type
    from studio.engine.layers import patterns, scaled_names

    keys_and_values, feed_forward = scaled_names(model)
    names = [*keys_and_values, *feed_forward]
    adapter = IA3Config(
        task_type=task_type(model),
        target_modules=patterns(names, model),
        feedforward_modules=patterns(feed_forward, model),
        fan_in_fan_out=not isinstance(model.get_submodule(names[0]), torch.nn.Linear),
    )
    if not set(adapter.feedforward_modules) <= set(adapter.target_modules):  # one short, one long list
        adapter.target_modules, adapter.feedforward_modules = set(names), set(feed_forward)
    tuned = get_peft_model(model, adapter)
    for name, factor in tuned.named_parameters():
        if ".ia3_l." in name:
            factor.data = factor.data.to(torch.float32)  # peft takes the precision of the base
    return tuned


def reference(model: "PeftModel") -> "AbstractContextManager[PeftModel]":
    """Give the same model with the factors switched off: the untouched base."""
    return adapter_off(model)


def state(model: "torch.nn.Module") -> "dict[str, Tensor]":
    """Return the trained tensors by name, no copies."""
    return marked(model, ".ia3_l.")


def load_state(model: "torch.nn.Module", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` into the factors. Mutates `model`; its names must be those of `state`."""
    copy_into(state(model), tensors)


def merged(model: "PeftModel") -> "PreTrainedModel":
    """Return the plain model with its weights scaled, in float32. Consumes `model`."""
    return merge_adapter(model)


def trained_parameters(config: Config, model_config: "PreTrainedConfig") -> int:
    """Return how many weights are trained: one for each key, value and inner activation of a layer."""
    from studio.engine.layers import scaled_names, sizes, skeleton

    model = skeleton(model_config)
    keys_and_values, feed_forward = scaled_names(model)
    outputs = sum(sizes(model.get_submodule(name))[1] for name in keys_and_values)
    return outputs + sum(sizes(model.get_submodule(name))[0] for name in feed_forward)
