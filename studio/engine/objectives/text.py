"""Learn plain documents: go on training as the model was trained first, without questions or answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.config import Keeping
from studio.core.examples import Example
from studio.core.records import Record, Text
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_text

if TYPE_CHECKING:
    import torch

    from studio.engine.batches import Batch

TITLE = "Read documents"
SUMMARY = "The model learns to write texts like yours: their words, their style and what they say."
WHEN = "Pick it for documents without questions and answers, to teach a field's language first."
SOURCE = "arXiv:2004.10964 (continued pretraining), arXiv:2404.10830 (packing without cutting)"
HEAD = "language"
CHAT = False
WINDOWS = True
METRICS = ("loss", "perplexity", "bits_per_byte", "repetition", "answer_words", "seconds_per_answer")


@dataclass(frozen=True)
class Config(Keeping):
    """No settings but those against forgetting."""


def accepts(record: Record) -> bool:
    """Return whether this kind of record is a plain document."""
    return isinstance(record, Text)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return the tokens of one document, all of them and its end learned."""
    assert isinstance(record, Text)
    return encode_text(record, template, max_length, row)


def loss(model: "torch.nn.Module", batch: "Batch") -> "tuple[torch.Tensor, int]":
    """Return the summed cross-entropy in nats and the number of learned tokens."""
    from studio.engine.losses import next_token_loss  # torch: not before the first page

    return next_token_loss(model, batch)
