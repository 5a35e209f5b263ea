"""What a run is given, and which of its rows teach something."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from transformers import PreTrainedTokenizerBase

from studio.core import events
from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.examples import Example, cut_tokens_of, only, trained_tokens_of
from studio.data.questions import Asked
from studio.engine.checkpoints import CheckpointStore
from studio.engine.models import ModelSource
from studio.engine.processes import ONE, Processes
from studio.engine.replay import Mixed

Emit = Callable[[events.Event], None]


@dataclass(frozen=True)
class TrainingJob:
    """All that a run needs. `worker` names who trains it, for the record.

    `history` is what the run said so far: a resumed one repeats what it did to fit its machine.
    `processes`: who trains it together; each is given the same job, and all have met (`processes.join`).
    `replayed` is what the untouched model answered, to be learned beside the rows.
    `asked`: what each row asks in words, where answers are tried for a reward.
    """

    config: RunConfig
    source: ModelSource
    tokenizer: PreTrainedTokenizerBase
    training: Sequence[Example]
    held_out: Sequence[Example]
    checkpoints: CheckpointStore
    worker: str
    history: Sequence[events.Recorded] = ()
    processes: Processes = ONE
    replayed: Sequence[Example] = ()
    asked: Mapping[int, Asked] = field(default_factory=dict)


def teachable(job: TrainingJob, emit: Emit) -> TrainingJob:
    """Return the job with the rows that teach or test something, and what is replayed behind those to learn
    from; say how many teach nothing, and how many are cut.

    Raises Refused where no row is left to learn from, or of those held back none.
    """
    training = _telling(job.training, "training", emit)
    held_out = _telling(job.held_out, "held-back", emit)
    if not job.asked:  # else nobody learns the answers in the rows
        _tell_cut(training, emit)
    if job.replayed:
        training = Mixed(training, job.replayed)
    return replace(job, training=training, held_out=held_out)


def _telling(examples: Sequence[Example], what: str, emit: Emit) -> Sequence[Example]:
    kept = [at for at, learned in enumerate(trained_tokens_of(examples)) if learned]
    if not kept and (examples or what == "training"):
        raise Refused(
            f"None of the {len(examples)} {what} rows has anything to learn after it was cut to length.",
            "Raise the longest example (max_length), or check which column holds the answer.",
        )
    if idle := len(examples) - len(kept):
        emit(
            events.Warned(
                f"{idle} of {len(examples)} {what} rows have nothing to learn and are left out: their answer "
                "is empty or was cut off.",
                "Raise the longest example (max_length) to use them too.",
            )
        )
    return only(examples, kept)


def _tell_cut(training: Sequence[Example], emit: Emit) -> None:
    if cut := sum(tokens > 0 for tokens in cut_tokens_of(training)):
        emit(
            events.Warned(
                f"{cut} of {len(training)} training rows are longer than the longest example allowed and are "
                "learned without their end.",
                "Raise the longest example (max_length) to learn the whole of them.",
            )
        )
