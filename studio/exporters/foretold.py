"""What was forecast of a run beside what came, for the report and the model card."""

from dataclasses import dataclass

from studio.core.words import between, duration, size
from studio.exporters.facts import RunFacts


@dataclass(frozen=True)
class Foretold:
    """One thing that was forecast before the run, and what it turned out to be."""

    what: str
    forecast: str
    truth: str
    foreseen: bool = True
    """Whether the forecast says anything; else it says why not."""


def forecast(facts: RunFacts) -> tuple[Foretold, ...]:
    """Return the forecast of a finished run beside the truth; nothing where there was none or it was cut."""
    said, story = facts.foreseen, facts.story
    if said is None or facts.status != "finished":
        return ()
    time = between(said.seconds_low, said.seconds_high) if said.seconds_high else "no rehearsal was held"
    memory = size(said.memory_bytes) if said.memory_bytes else "not foreseen"
    took = size(story.peak_memory_bytes) if story.peak_memory_bytes else "not measured"
    return (
        Foretold("Time to train", time, duration(story.seconds(None)), bool(said.seconds_high)),
        Foretold("Largest memory held", memory, took, bool(said.memory_bytes)),
    )


def in_words(facts: RunFacts) -> tuple[str, ...]:
    """Return the forecast beside the truth in sentences, or why they are not set side by side."""
    if facts.foreseen is None:
        return ("No forecast was kept with this run.",)
    if facts.status != "finished":
        return ("It ended before its time, so the forecast of the whole run is not set beside it.",)
    return tuple(
        f"{each.what}: foreseen {each.forecast}, took {each.truth}."
        if each.foreseen
        else f"{each.what}: took {each.truth}, {each.forecast}."
        for each in forecast(facts)
    )
