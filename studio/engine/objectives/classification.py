"""Learn to sort texts into classes: a new head on the model says how likely each of the labels is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.examples import Example
from studio.core.records import Labelled, Record
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_labelled

if TYPE_CHECKING:
    import torch

    from studio.engine.batches import Batch

TITLE = "Sort into classes"
SUMMARY = "The model learns to give each text one of your labels, and says how sure it is."
WHEN = "Pick it where the answer is always one of a few labels: a topic, an urgency, a yes or no."
SOURCE = "arXiv:1810.04805, section 4.1; arXiv:1801.06146"
HEAD = "classes"
CHAT = False
WINDOWS = False
METRICS = (
    "accuracy",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "label_written",
    "loss",
    "seconds_per_answer",
)


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def accepts(record: Record) -> bool:
    """Return whether this kind of record is a text with its label."""
    return isinstance(record, Labelled)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return the tokens of the text as the tokenizer writes a single text, and its label."""
    assert isinstance(record, Labelled)
    return encode_labelled(record, template, max_length, row)


def loss(model: "torch.nn.Module", batch: "Batch") -> "tuple[torch.Tensor, int]":
    """Return the summed cross-entropy of the labels in nats and the number of rows."""
    from studio.engine.losses import class_loss  # torch: not before the first page

    return class_loss(model, batch)
