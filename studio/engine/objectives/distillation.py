"""Learn from a larger model beside the answers: which words it finds likely, not only which one came next."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.objectives import chat

if TYPE_CHECKING:
    import torch

    from studio.engine.batches import Batch

TITLE = "Learn from a larger model"
SUMMARY = "The model learns your answers, and at each word also what a larger model on this machine expects."
WHEN = "Pick it where a larger model of the same family does well and only the small one will be used later."
SOURCE = "arXiv:1503.02531, section 2; arXiv:1910.01108"
HEAD = "language"
CHAT = True
WINDOWS = False
METRICS = chat.METRICS


@dataclass(frozen=True)
class Config:
    """Who teaches, and how much of the learning is that."""

    teacher: str = knob(
        "",
        label="The larger model",
        technical="teacher: hub id or folder",
        help="It must share the small model's vocabulary, so take one of the same family. It is not changed.",
        source="arXiv:1503.02531",
    )
    teacher_share: float = knob(
        0.5,
        label="How much the larger model counts",
        technical="weight of the soft loss, 0 to 1",
        low=0.0,
        high=1.0,
        help="0 learns your answers alone, 1 what the larger model thinks of them alone.",
        source="arXiv:1503.02531, section 2",
    )
    temperature: float = knob(
        2.0,
        label="How much of its doubts is learned",
        technical="softmax temperature",
        low=0.5,
        high=20.0,
        help="Higher shows more of the words that the larger model finds possible beside the likeliest.",
        source="arXiv:1503.02531, section 2",
    )


accepts = chat.accepts
encode = chat.encode


def loss(model: "torch.nn.Module", batch: "Batch") -> "tuple[torch.Tensor, int]":
    """Return the summed cross-entropy in nats and the number of learned tokens.

    This is what an exam measures: the answers themselves, as with any other objective. In training
    `engine/teacher.py` adds what the larger model thinks.
    """
    return chat.loss(model, batch)
