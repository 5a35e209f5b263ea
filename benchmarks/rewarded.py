"""Runs on a reward for the benchmarks: the starter model says in one word whether a review is positive."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core import events
from studio.core.config import RunConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.ground import Ground
    from studio.core.examples import Example
    from studio.core.records import Completion, SourcedRecord
    from studio.data.questions import Asked

ASKED = "{text}\n\nPositive or negative? One word."
LONGEST = 512


def question(record: Any) -> Completion:
    """Return a labelled review as a question with its answer."""
    from studio.core.records import Completion

    return Completion(ASKED.format(text=record.text), record.label)


def encoded(land: Ground, records: Sequence[SourcedRecord]) -> tuple[Example, ...]:
    from studio.engine.objectives import grpo

    found = (
        grpo.encode(question(each.record), land.template, max_length=LONGEST, row=each.row)
        for each in records
    )
    return tuple(example for example in found if example.trained_tokens)


def asked_of(land: Ground) -> dict[int, Asked]:
    """Return what each row asks in words."""
    from studio.data.questions import Asked

    made = ((each.row, question(each.record)) for each in (*land.training, *land.held_out))
    return {row: Asked(record.prompt, record.completion) for row, record in made}


class Forgetful:
    """Keeps only how large a checkpoint was, and which was the best."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._losses = folder, dict[int, float]()

    def save(
        self, step: int, write: Callable[[Path], None], *, eval_loss: float | None
    ) -> events.CheckpointSaved:
        (self._folder / str(step)).mkdir()
        write(self._folder / str(step))
        self._losses |= {} if eval_loss is None else {step: eval_loss}
        best = self.best()
        return events.CheckpointSaved(step, 0, best is not None and best[0] == step)

    def newest(self) -> None:
        return None

    def best(self) -> tuple[int, Path] | None:
        if not self._losses:
            return None
        step = min(self._losses, key=self._losses.__getitem__)
        return step, self._folder / str(step)


@dataclass
class Rewarded:
    """One run, and what it said. `reward` scores instead of the rewards that the settings switch on."""

    land: Ground
    objective: str
    knobs: dict[str, Any]
    folder: Path
    reward: Callable[[Any], float] | None = None
    said: list[events.Event] = field(default_factory=list)

    def trained(self) -> Rewarded:
        from studio.engine.job import TrainingJob
        from studio.engine.loop import train

        knobs, land = self.knobs, self.land
        if self.reward is not None:
            from studio.engine.from_rewards import Rewards
            from studio.engine.rewarding import Part

            made = Rewards({"other": Part(1.0, self.reward)})
            Rewards.of = staticmethod(lambda settings: made)
        config = RunConfig("reviews", "1", objective=self.objective, knobs=knobs)
        halves = (encoded(land, land.training), encoded(land, land.held_out))
        job = TrainingJob(
            config, land.source, land.tokenizer, *halves, Forgetful(self.folder), "a benchmark",
            asked=asked_of(land),
        )  # fmt: skip
        train(job, self._hear, lambda: False)
        return self

    def _hear(self, event: events.Event) -> None:
        self.said.append(event)
        if isinstance(event, events.StepLogged | events.Evaluated):
            told = ", ".join(f"{name} {value:.3f}" for name, value in event.measures.items())
            print(f"{type(event).__name__} {event.step}: {told}", file=sys.stderr)

    @property
    def steps(self) -> list[events.StepLogged]:
        return [event for event in self.said if isinstance(event, events.StepLogged)]

    @property
    def checks(self) -> list[events.Evaluated]:
        return [event for event in self.said if isinstance(event, events.Evaluated)]
