"""How a run learns and is checked: what each step and each look at the held-out rows does."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from studio.core.config import Optimisation
from studio.core.examples import Example
from studio.engine.batches import rows_of_step
from studio.engine.held_out import Seen
from studio.engine.job import Emit, TrainingJob
from studio.engine.standing import Standing
from studio.engine.steps import StepResult, measure_parts, take_step

Between = Callable[[], None]


@dataclass
class Lesson(ABC):
    """How the run of a job learns; of the job's rows each teaches something."""

    job: TrainingJob

    @property
    def looked_at(self) -> Sequence[Example]:
        """Return the held-back rows that each check looks at."""
        return self.job.held_out

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return what is said of it when the run starts."""
        return ()

    @abstractmethod
    def step(self, at: Standing, rate: float, between: Between, emit: Emit) -> StepResult:
        """Take the next step, in pieces that fit in memory. Mutates the model and the optimiser."""

    @abstractmethod
    def look(self, at: Standing, between: Between, emit: Emit) -> Seen:
        """Look at the held-back rows, in pieces that fit in memory."""

    def drawn(self, step: int) -> list[Example]:
        """Return the rows of a step, counted from 0."""
        settings, rows = self.job.config.part(Optimisation), self.job.training
        drawn = rows_of_step(step, rows=len(rows), batch_size=settings.batch_size, seed=settings.seed)
        return [rows[at] for at in drawn]


class FromRows(Lesson):
    """What stands in the rows is learned."""

    def step(self, at: Standing, rate: float, between: Between, emit: Emit) -> StepResult:
        work = partial(
            take_step,
            at.prepared.machinery,
            self.drawn(at.progress.step),
            learning_rate=rate,
            clip=self.job.config.part(Optimisation).gradient_clip,
            between=between,
        )
        return at.prepared.within_memory(work, at.progress, emit)

    def look(self, at: Standing, between: Between, emit: Emit) -> Seen:
        work = partial(measure_parts, at.prepared.machinery, self.job.held_out, between=between)
        return at.prepared.within_memory(work, at.progress, emit, checking=True)
