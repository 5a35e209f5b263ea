"""Learn to continue a prompt: the two texts follow each other as they are, without a chat template."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.config import Keeping
from studio.core.examples import Example
from studio.core.records import Completion, Record
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_completion
from studio.engine.objectives import chat

if TYPE_CHECKING:
    import torch

    from studio.engine.batches import Batch

TITLE = "Continue a text"
SUMMARY = (
    "The model learns to write what follows each prompt, without chat roles. For models made for plain text."
)
WHEN = "Pick it for a prompt with what should follow it, where nobody talks to anybody."
SOURCE = "arXiv:2012.15723 (prompt-based fine-tuning), arXiv:2005.14165"
HEAD = "language"
CHAT = False
WINDOWS = False
METRICS = chat.METRICS


@dataclass(frozen=True)
class Config(Keeping):
    """No settings but those against forgetting."""


def accepts(record: Record) -> bool:
    """Return whether this kind of record is a prompt with its continuation."""
    return isinstance(record, Completion)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return the tokens of prompt and continuation, of which the continuation is learned."""
    assert isinstance(record, Completion)
    return encode_completion(record, template, max_length, row)


def loss(model: "torch.nn.Module", batch: "Batch") -> "tuple[torch.Tensor, int]":
    """Return the summed cross-entropy in nats and the number of learned tokens."""
    from studio.engine.losses import next_token_loss  # torch: not before the first page

    return next_token_loss(model, batch)
