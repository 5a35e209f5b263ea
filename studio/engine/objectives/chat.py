"""Learn the assistant's answers of a chat, in the model's own chat template."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.config import Keeping
from studio.core.examples import Example
from studio.core.records import Completion, Conversation, Labelled, Record, as_conversation
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat

if TYPE_CHECKING:
    import torch

    from studio.engine.batches import Batch

TITLE = "Answer in chat"
SUMMARY = (
    "The model learns to answer as your examples do. Questions are read as context; only answers are learned."
)
WHEN = "Pick it for questions with good answers, in one turn or several; it is what most people want."
SOURCE = "arXiv:2203.02155, section 3.5 (supervised fine-tuning)"
HEAD = "language"
CHAT = True
WINDOWS = False
METRICS = (
    "loss", "perplexity", "bits_per_byte", "label_written", "label_scored", "exact_match", "normalised_match",
    "rougeL", "rouge1", "rouge2", "chrf", "bleu", "steadiness", "unsupported", "repetition",
    "answer_words", "seconds_per_answer",
)  # fmt: skip


@dataclass(frozen=True)
class Config(Keeping):
    """No settings but those against forgetting."""


def accepts(record: Record) -> bool:
    """Return whether this kind of record can be learned as a chat."""
    return isinstance(record, Conversation | Completion | Labelled)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return the tokens of one record: the template's turns, of which the assistant's are learned."""
    assert isinstance(record, Conversation | Completion | Labelled)
    return encode_chat(as_conversation(record), template, max_length, row)


def loss(model: "torch.nn.Module", batch: "Batch") -> "tuple[torch.Tensor, int]":
    """Return the summed cross-entropy in nats and the number of learned tokens."""
    from studio.engine.losses import next_token_loss  # torch: not before the first page

    return next_token_loss(model, batch)
