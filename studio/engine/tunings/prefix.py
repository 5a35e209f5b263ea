"""Prefix tuning: learned keys and values stand before every row, in every layer of the frozen model."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.tuned_weights import copy_into, marked

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

TITLE = "Prefix tuning"
SUMMARY = "Learns a few invisible places before every question, in each layer of the frozen model."
WHEN = "Pick it for one clear way of answering that a good instruction could almost bring about."
SOURCE = "arXiv:2101.00190"
LEARNING_RATE = 3e-2
FROZEN_BASE = True
BITS = 16
HOLDS_BASE = True
MERGES = False
"""What stands before a row is no weight of the model."""
PEFT = True
PREPENDS = True


@dataclass(frozen=True)
class Places:
    """How many places there are and what they begin as."""

    places: int = knob(
        16,
        label="Learned places",
        technical="virtual tokens",
        low=1,
        high=512,
        help="They stand before every question and take as much room as so many tokens.",
        source="arXiv:2101.00190, section 7.2",
    )
    begins_as: str = knob(
        "You are a careful assistant. Read the question, then answer it exactly and in plain words.",
        label="Text to begin from",
        technical="initialisation by real text",
        help="The places begin as this text and are learned from there; say in it how to answer.",
        source="arXiv:2101.00190, section 7.4",
    )


@dataclass(frozen=True)
class Config(Places):
    """How many places there are and what they begin as."""


def apply(model: "PreTrainedModel", config: Places) -> "PreTrainedModel":
    """Return the same model with float32 places before its rows, which hold nothing yet (see `begin`)."""
    from studio.engine.openings import Prefix, add_opening  # torch: not before the first page

    add_opening(model, Prefix(config.places, model.config, model.device))
    return model


def begin(model: "PreTrainedModel", config: Places, tokenizer: "PreTrainedTokenizerBase") -> None:
    """Let the places begin as a real text. Mutates `model`. Raises Refused where there is no text."""
    from studio.engine.openings import begin_with_text

    begin_with_text(model, config.begins_as, tokenizer)


@contextmanager
def reference(model: "PreTrainedModel") -> "Iterator[PreTrainedModel]":
    """Give the same model with the places taken away: the untouched base."""
    from studio.engine.openings import switched_off

    with switched_off(model):
        yield model


def state(model: "torch.nn.Module") -> "dict[str, Tensor]":
    """Return the trained tensors by name, no copies."""
    return marked(model, ".opening.")


def load_state(model: "torch.nn.Module", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` into the places. Mutates `model`; its names must be those of `state`."""
    copy_into(state(model), tensors)


def merged(model: "PreTrainedModel") -> "PreTrainedModel":
    """Not to be called: MERGES says so."""
    raise AssertionError("what stands before a row cannot be merged into weights")


def trained_parameters(config: Places, model_config: "PreTrainedConfig") -> int:
    """Return how many numbers are trained: a key and a value for each place, layer and head."""
    from studio.engine.layers import kept_shape

    layers, heads, width = kept_shape(model_config)
    return config.places * layers * 2 * heads * width
