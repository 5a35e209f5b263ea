"""The listed models for one way of learning and tuning, those that fit this machine first."""

from dataclasses import dataclass

from studio.core.system import memory, process_memory_bytes
from studio.engine.catalogue import MODELS, Listed, least_bytes
from studio.engine.objectives import objective_named
from studio.engine.sources import source_here
from studio.engine.tunings import tuning_named
from studio.services.packages import IMPORTING


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A listed model on this machine. `needs_bytes`: at the very least, for the way of tuning asked for."""

    facts: Listed
    needs_bytes: int
    fits: bool
    ready: bool


def offered(objective: str, tuning: str) -> tuple[OfferedModel, ...]:
    """Return the models that can learn so, those that fit first; touches no network.

    Raises Refused on an unknown name.
    """
    sorts, way = objective_named(objective).HEAD == "classes", tuning_named(tuning)
    available = memory_for_runs()
    found = []
    for facts in MODELS:
        if facts.reads_only and not (sorts and not way.PREPENDS):
            continue
        needs = least_bytes(facts.parameters, way)
        found.append(OfferedModel(facts, needs, needs <= available, source_here(facts.id) is not None))
    return tuple(sorted(found, key=lambda model: not model.fits))


def memory_for_runs() -> int:
    """Return the memory that a run may use, on the device that trains; this process's own is part of it."""
    with IMPORTING:
        from torch import cuda  # heavy: not before the first page

    if cuda.is_available():
        return cuda.mem_get_info()[0] + cuda.memory_reserved()
    return memory().available_bytes + process_memory_bytes()
