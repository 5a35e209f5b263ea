"""Work done in pieces that fit in memory: foreseen where that is possible, else halved and done again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor

from studio.core import events
from studio.core.errors import StudioError
from studio.engine.attention import LONGEST
from studio.engine.checkpoints import Progress, load_random_tensors, random_tensors
from studio.engine.device import ran_out_of_memory
from studio.engine.divided import own_part
from studio.engine.guards.memory import MemoryGuard, ModelSize, NoRoom, ThisMachine
from studio.engine.models import ModelSource, read_model_config
from studio.engine.processes import ONE, Processes

Result = TypeVar("Result")
_MOMENTS_BYTES = 8
"""Of a trained weight: AdamW's two, in 32 bits."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where work is done: what foresees, the place in words, and how it is emptied after a failure."""

    guard: MemoryGuard
    place: str
    free: Callable[[], None]


def guard_for(
    source: ModelSource,
    device: str,
    *,
    number_bytes: int,
    trained: Iterable[Tensor],
    processes: Processes = ONE,
    side_by_side: bool = False,
) -> MemoryGuard:
    """Return what foresees memory on a processor; nothing does on a graphics card, which tells.

    `side_by_side`: whether the texts of an example are set beside each other, see `memory.shape_of`.
    Make it once the model is loaded: what the process holds then is what it holds at rest.
    """
    if device != "cpu":
        return MemoryGuard(None)
    config = read_model_config(source).get_text_config()
    size = ModelSize(
        width=config.hidden_size,
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        vocabulary=config.vocab_size,
        number_bytes=number_bytes,
        longest_products=LONGEST,
    )
    moments_bytes = _MOMENTS_BYTES * sum(own_part(weight).numel() for weight in trained)
    here = ThisMachine(processes.local_count)
    return MemoryGuard(size, moments_bytes=moments_bytes, machine=here, side_by_side=side_by_side)


def within_memory(
    room: Room,
    work: Callable[..., Result],
    progress: Progress,
    emit: Callable[[events.Event], None],
    *,
    checking: bool,
) -> Result:
    """Do `work(token_budget=...)`, with half the tokens at once where more would not fit or did not.

    Mutates `progress.micro_tokens`. `checking`: the work is a look at the held-out rows.
    Raises StudioError where a single row does not fit.
    """
    room.guard.tell = lambda *batch: emit(events.BatchGrew(progress.step, *batch))
    while True:
        states = random_tensors()
        try:
            return work(token_budget=progress.micro_tokens)
        except NoRoom as error:
            if error.single:
                raise _too_small(room) from error
            why = f"The memory of {room.place} would not hold the next batch"
            fitting = error.fitting_tokens
        except RuntimeError as error:
            if not ran_out_of_memory(error):
                raise
            if progress.micro_tokens < 2:
                raise _too_small(room) from error
            why, fitting = f"The memory of {room.place} ran out", progress.micro_tokens // 2
        room.free()
        emit(split(progress, fitting, why, checking=checking))
        load_random_tensors(states)


def split(progress: Progress, fitting_tokens: int, why: str, *, checking: bool) -> events.BatchSplit:
    """Halve the tokens that go through the model at once until no more than fit; return what to say of it.

    Mutates `progress.micro_tokens`, which is halved at least once.
    """
    progress.micro_tokens = max(1, progress.micro_tokens // 2)
    while progress.micro_tokens > max(1, fitting_tokens):
        progress.micro_tokens //= 2
    return events.BatchSplit(
        progress.step,
        checking,
        progress.micro_tokens,
        f"{why}; from here {progress.micro_tokens} tokens go through the model at once. The result is the "
        "same, the run a little slower.",
    )


def _too_small(room: Room) -> StudioError:
    return StudioError(
        f"The memory of {room.place} is too small for a single row of this data.",
        "Lower the longest example (max_length), choose a smaller model, or close other programs.",
    )
