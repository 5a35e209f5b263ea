"""Where a run stands between two steps: how it gets there from a checkpoint, and into the next one."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studio.core import events
from studio.core.errors import StudioError
from studio.core.progress import Adjustment
from studio.engine.checkpoints import (
    Progress,
    TrainingState,
    load_optimiser_tensors,
    load_random_tensors,
    optimiser_tensors,
    random_tensors,
    read_checkpoint,
    write_checkpoint,
)
from studio.engine.divided import gathered
from studio.engine.guards.numbers import NotANumber, all_finite
from studio.engine.job import TrainingJob
from studio.engine.preparation import Prepared, prepare


class Standing:
    """The model, the numbers and the random numbers after the last whole step."""

    def __init__(self, job: TrainingJob, prepared: Prepared) -> None:
        self.prepared = prepared
        self.progress = Progress(micro_tokens=prepared.token_budget)
        self.saved_step = 0
        self._job = job
        self._clock = time.monotonic()
        self.hold_random()

    def hold_random(self) -> None:
        """Remember the random numbers' state: what a step that is stopped in the middle goes back to."""
        self._random = random_tensors()

    def to_newest_checkpoint(self) -> bool:
        """Go on from there; return whether there is one."""
        found = self._job.checkpoints.newest()
        self._job.processes.check_same(found[0] if found else 0, "saved points of this run")
        if found is not None:
            self._restore(found[1])
        return found is not None

    def _restore(self, folder: Path) -> None:
        state, machinery = read_checkpoint(folder), self.prepared.machinery
        self.prepared.tuning.load_state(machinery.model, dict(state.weights))
        load_optimiser_tensors(machinery.optimiser, self.prepared.names, state.optimiser)
        if state.optimiser:
            machinery.guard.optimiser_is_held()
        load_random_tensors(state.random)
        self.progress = state.progress
        # A run that began on a card may go on on a processor, which takes less at once.
        self.progress.micro_tokens = min(state.progress.micro_tokens, self.prepared.token_budget)
        self.saved_step = state.progress.step
        self.hold_random()

    def go_back(self) -> None:
        """Return to the last good point: the newest checkpoint, or the start."""
        seconds = self.seconds()
        if not self.to_newest_checkpoint():
            self._start_anew()
        self.progress.skipped_in_a_row = 0
        self.progress.seconds, self._clock = seconds, time.monotonic()

    def _start_anew(self) -> None:
        job, divided = self._job, self.prepared.machinery.divided
        del self.prepared  # two models at once may not fit
        self.prepared = prepare(
            job.config, job.source, job.tokenizer, processes=job.processes, divided=divided
        )
        self.progress, self.saved_step = Progress(micro_tokens=self.prepared.token_budget), 0
        self.hold_random()

    def repeat(self, adjustments: Sequence[Adjustment], *, checking: bool) -> None:
        """Do at this place what the run did here before it was cut off, so that it ends bit-equal.

        `checking`: the look at the held-out rows after this step is still to come.
        """
        here = self.progress
        for event in adjustments:
            if isinstance(event, events.RateHalved):
                if event.step <= here.step:
                    here.rate_factor = min(here.rate_factor, event.factor)
                if event.step == here.step:
                    here.skipped_in_a_row = 0  # as when it went back to here
            elif event.step < here.step or (event.step == here.step and event.checking >= checking):
                here.micro_tokens = min(here.micro_tokens, event.micro_tokens)

    def save(self, eval_loss: float | None) -> events.CheckpointSaved:
        """Keep all this. Raises NotANumber rather than keep weights that are none; StudioError where the disk
        is full."""
        prepared, progress, processes = self.prepared, self.progress, self._job.processes
        state = TrainingState(
            replace(progress, seconds=self.seconds()),
            gathered(prepared.tuning.state(prepared.machinery.model), kept=processes.leads),
            gathered(optimiser_tensors(prepared.machinery.optimiser, prepared.names), kept=processes.leads),
            self._random,
        )
        if processes.any(not all_finite((*state.weights.values(), *state.optimiser.values()))):
            raise NotANumber(
                f"After step {progress.step} some weights are no numbers any more; they are not saved.",
                "Lower the step size (learning_rate), then start again.",
            )
        self.saved_step = progress.step
        return self._written(state, eval_loss)

    def _written(self, state: TrainingState, eval_loss: float | None) -> events.CheckpointSaved:
        """Let the first process write. Where it cannot, all end: they stand at the same step for ever."""
        processes, step = self._job.processes, state.progress.step
        problem, answer = None, (0.0, 0.0, 0.0)
        if processes.leads:
            try:
                saved = self._job.checkpoints.save(
                    step, lambda folder: write_checkpoint(folder, state), eval_loss=eval_loss
                )
                answer = (1.0, saved.bytes, saved.best)
            except StudioError as error:
                problem = error
        written, size, best = processes.of_first(answer)
        if not written:
            raise problem or StudioError(
                f"The first process could not save step {step}.", "See what it printed, then resume the run."
            )
        return events.CheckpointSaved(step, int(size), bool(best))

    def seconds(self) -> float:
        """Return the time spent on this run, earlier sessions included."""
        return self.progress.seconds + time.monotonic() - self._clock

    def ending(self) -> tuple[int, int, float, int]:
        """Return what the last word of a run says: step, best step, seconds, peak memory in bytes."""
        best = self._job.checkpoints.best()
        return self.progress.step, best[0] if best else 0, self.seconds(), self.prepared.peak_memory_bytes()
