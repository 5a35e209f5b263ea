"""Who sits the exam, one after the other: each arm with its paper, each model loaded once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import groupby

from transformers import PreTrainedModel

from studio.engine.generate import Interrupted
from studio.engine.peak_memory import peak_bytes, reset_peak
from studio.evaluation.arm_readings import ArmReading
from studio.evaluation.arms import PAIR, arm_named
from studio.evaluation.marking import Paper, Sitting
from studio.evaluation.sitting import Said, ShouldStop, Sitter
from studio.evaluation.worksheet import Part, Worksheet

NAMES = {"base": "untouched", "tuned": "tuned"}

Subject = Callable[[], AbstractContextManager[PreTrainedModel | None]]
"""Gives a model for as long as it is examined, in the state it then has (add-on active or not).

None where there is no untouched model that could do the same.
"""
Progress = Callable[[int, int, str], None]
"""Called with done, total and a message in words."""
Told = Callable[[str], None]
"""Called with what is being made ready, before it is known how much there is to do; raises Interrupted."""


@dataclass(frozen=True)
class Seat:
    """One arm at the exam. `key` names what it is asked beyond the paper of the pair; nothing for them.

    `preparation_seconds`: what was made ready before. `seconds` and `sources` by row of the user's file: what
    looking up took, and what was found.
    """

    arm: str
    sitter: Sitter
    paper: Paper
    work: int
    key: tuple[str, ...] = ()
    preparation_seconds: float = 0.0
    seconds: Mapping[int, float] = field(default_factory=dict)
    sources: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    reading: ArmReading = field(default_factory=ArmReading)

    @property
    def model(self) -> str:
        return arm_named(self.arm).MODEL

    @property
    def said(self) -> str:
        how = "" if self.arm in PAIR else f", {arm_named(self.arm).TITLE.lower()}"
        return f"{NAMES[self.model]} model{how}"


@dataclass(frozen=True)
class Sat:
    """What an arm did, and the most memory that was held meanwhile; 0 where nobody measured it."""

    seat: Seat
    sitting: Sitting
    peak_memory_bytes: int


def teller(progress: Progress, should_stop: ShouldStop) -> Told:
    """Return what tells of the making ready, and ends it where it was stopped."""

    def told(message: str) -> None:
        if should_stop():
            raise Interrupted
        progress(0, 0, message)

    return told


def sit_all(
    seats: Sequence[Seat],
    subjects: Mapping[str, Subject],
    sheet: Worksheet,
    progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Sat]:
    """Let all arms sit, by name. Those of one model must stand together: it is loaded once for them.

    Raises Interrupted where it was stopped.
    """
    total, done, found = sum(seat.work for seat in seats), 0, dict[str, Sat]()
    for model_name, together in groupby(seats, key=lambda seat: seat.model):
        with subjects[model_name]() as model:
            for seat in together:

                def said(count: int, what: str, before: int = done, who: str = seat.said) -> None:
                    progress(before + count, total, f"{what} ({who})")

                found[seat.arm] = _sit(seat, model, sheet, said, should_stop)
                done += seat.work
    return found


def _sit(
    seat: Seat, model: PreTrainedModel | None, sheet: Worksheet, said: Said, should_stop: ShouldStop
) -> Sat:
    parts: list[Part] = []

    def begun(identity: tuple[str, ...]) -> Part:
        parts.append(sheet.part(seat.arm, (*identity, *seat.key)))
        return parts[-1]

    device = "" if model is None else str(model.device)
    own_peak = reset_peak(device)
    sitting = seat.sitter(model, seat.paper, begun, said, should_stop)
    if own_peak:  # else it would be that of all who sat before
        parts[0].held(peak_bytes(device))
    spent = {row: seconds + seat.seconds.get(row, 0.0) for row, seconds in sitting.seconds.items()}
    return Sat(seat, replace(sitting, seconds=spent), parts[0].peak_memory_bytes)
