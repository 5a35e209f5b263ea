"""The listed models for one way of learning and tuning, those that fit this machine first."""

from dataclasses import dataclass

from studio.engine.catalogue import MODELS, Listed, least_bytes
from studio.engine.objectives import objective_named
from studio.engine.sources import source_here
from studio.engine.tunings import tuning_named
from studio.services.forecasts import available_bytes
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
    with IMPORTING:
        from studio.engine.device import choose_device  # torch: not before the first page

    held, available = choose_device().torch_dtype.itemsize, available_bytes()
    found = []
    for facts in MODELS:
        if facts.reads_only and not (sorts and way.MERGES):
            continue
        needs = least_bytes(facts.parameters, way, held_bytes=held)
        found.append(OfferedModel(facts, needs, needs <= available, source_here(facts.id) is not None))
    return tuple(sorted(found, key=lambda model: not model.fits))
