"""What a run is given, and which of its rows teach something."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from studio.core import events
from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.examples import Example
from studio.engine.checkpoints import CheckpointStore
from studio.engine.models import ModelSource

Emit = Callable[[events.Event], None]


@dataclass(frozen=True)
class TrainingJob:
    """All that a run needs. `worker` names who trains it, for the record."""

    config: RunConfig
    source: ModelSource
    tokenizer: PreTrainedTokenizerBase
    training: Sequence[Example]
    held_out: Sequence[Example]
    checkpoints: CheckpointStore
    worker: str


def learnable(examples: Sequence[Example], emit: Emit) -> tuple[Example, ...]:
    """Return the rows that teach something, saying how many do not. Raises Refused where none does."""
    kept = tuple(example for example in examples if example.trained_tokens)
    if not kept:
        raise Refused(
            f"None of the {len(examples)} training rows has anything to learn after it was cut to length.",
            "Raise the longest example (max_length), or check which column holds the answer.",
        )
    if idle := len(examples) - len(kept):
        emit(
            events.Warned(
                f"{idle} of {len(examples)} training rows have nothing to learn and are left out: "
                "their answer is empty or was cut off.",
                "Raise the longest example (max_length) to learn from them too.",
            )
        )
    return kept
