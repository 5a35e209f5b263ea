"""Prompt tuning: learned words, which no vocabulary has, stand before every row of the frozen model."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.tunings import prefix

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

TITLE = "Prompt tuning"
SUMMARY = "Learns an invisible instruction before every question; a few kilobytes, the model stands still."
WHEN = "Pick it to try how far a better instruction alone would carry; it learns the least of all."
SOURCE = "arXiv:2104.08691"
LEARNING_RATE = 3e-2
FROZEN_BASE = True
BITS = 16
HOLDS_BASE = True
MERGES = False
"""What stands before a row is no weight of the model."""
PEFT = True
PREPENDS = True


@dataclass(frozen=True)
class Config(prefix.Places):
    """How many places there are and what they begin as."""


def apply(model: "PreTrainedModel", config: Config) -> "PreTrainedModel":
    """Return the same model with float32 words before its rows, which mean nothing yet (see `begin`)."""
    from studio.engine.openings import Prompt, add_opening  # torch: not before the first page

    width = model.get_input_embeddings().weight.shape[1]
    add_opening(model, Prompt(config.places, width, model.device))
    return model


begin = prefix.begin
reference = prefix.reference
state = prefix.state
load_state = prefix.load_state
merged = prefix.merged


def trained_parameters(config: Config, model_config: "PreTrainedConfig") -> int:
    """Return how many numbers are trained: the width of a word for each place."""
    from studio.engine.layers import skeleton

    return config.places * skeleton(model_config).get_input_embeddings().weight.shape[1]
