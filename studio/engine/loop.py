"""Training: a job in, events out. It evaluates, saves, pauses and stops on the way."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from studio.core import events, system
from studio.core.config import Optimisation
from studio.core.errors import StudioError
from studio.engine.batches import rows_of_step
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
from studio.engine.job import Emit, TrainingJob, teachable
from studio.engine.preparation import Prepared, prepare
from studio.engine.schedule import Schedule, learning_rate, plan_steps
from studio.engine.steps import Stopped, measure, take_step

BAD_STEPS_ALLOWED = 3


def train(
    job: TrainingJob,
    emit: Emit,
    should_stop: Callable[[], bool],
    at_pause: Callable[[], None] = lambda: None,
) -> None:
    """Train until done or stopped, going on from the newest checkpoint where there is one.

    Emits RunStarted, then Evaluated for step 0 (the untouched model), and at the end RunFinished or
    RunStopped. `should_stop` is asked after each micro-batch and `at_pause` called: it may use the
    machine for something else, e.g. to answer a question; random numbers are put back after it.
    Raises Refused before anything was done, StudioError when the run cannot go on.
    """
    system.reset_peak_memory()
    job = teachable(job, emit)
    settings = job.config.part(Optimisation)
    prepared = prepare(job.config, job.source, job.tokenizer)
    schedule = plan_steps(settings, len(job.training))
    run = _Run(job, prepared, settings, schedule, emit)
    run.begin()

    def between() -> None:
        if should_stop():
            raise Stopped
        run.pause(at_pause)

    try:
        run.go(between)
    except Stopped:
        run.stop()
    else:
        run.finish()


class _Run:
    """One run from its first or its last saved step to its end."""

    def __init__(
        self, job: TrainingJob, prepared: Prepared, settings: Optimisation, schedule: Schedule, emit: Emit
    ) -> None:
        self._job, self._prepared, self._settings, self._schedule = job, prepared, settings, schedule
        self._emit = emit
        self._progress = Progress(micro_tokens=prepared.token_budget)
        self._saved_step = 0
        self._random = random_tensors()
        self._clock = time.monotonic()
        self._paused_seconds = 0.0

    def begin(self) -> None:
        """Go to the newest checkpoint, and say that and how the run starts."""
        found = self._job.checkpoints.newest()
        if found is not None:
            self._restore(found[1])
        prepared = self._prepared
        self._emit(
            events.RunStarted(
                worker=self._job.worker,
                from_step=self._progress.step,
                steps=self._schedule.steps,
                training_rows=len(self._job.training),
                held_out_rows=len(self._job.held_out),
                trainable_parameters=prepared.trainable_parameters,
                total_parameters=prepared.total_parameters,
                device=prepared.device,
                dtype=prepared.dtype,
                reasons=prepared.reasons,
                weights_hash=self._job.source.weights_hash,
            )
        )

    def _restore(self, folder: Path) -> None:
        state = read_checkpoint(folder)
        self._prepared.tuning.load_state(self._prepared.machinery.model, dict(state.weights))
        load_optimiser_tensors(self._prepared.machinery.optimiser, self._prepared.names, state.optimiser)
        load_random_tensors(state.random)
        self._progress = state.progress
        self._saved_step = state.progress.step
        self._random = random_tensors()

    def go(self, between: Callable[[], None]) -> None:
        """Take every step that is left, with the evaluations and checkpoints that lie on the way."""
        progress = self._progress
        self._look_at_held_out(between)
        while progress.step < self._schedule.steps:
            self._random = random_tensors()  # a stop inside the step goes back to before it
            self._take_next_step(between)
            self._look_at_held_out(between)
            if progress.step in self._schedule.save_after and self._saved_step != progress.step:
                self._save(None)

    def _take_next_step(self, between: Callable[[], None]) -> None:
        progress, started = self._progress, time.monotonic() - self._paused_seconds
        rate = learning_rate(progress.step + 1, settings=self._settings, schedule=self._schedule)
        rows = rows_of_step(
            progress.step,
            rows=len(self._job.training),
            batch_size=self._settings.batch_size,
            seed=self._settings.seed,
        )
        result = self._prepared.within_memory(
            partial(
                take_step,
                self._prepared.machinery,
                [self._job.training[row] for row in rows],
                learning_rate=rate,
                clip=self._settings.gradient_clip,
                between=between,
            ),
            progress,
            self._emit,
        )
        progress.step += 1
        self._random = random_tensors()
        if result.skipped:
            self._note_skipped_step()
            return
        progress.skipped_in_a_row = 0
        self._emit(
            events.StepLogged(
                step=progress.step,
                loss=result.loss,
                trained_tokens=result.trained_tokens,
                tokens=result.tokens,
                learning_rate=rate,
                gradient_norm=result.gradient_norm,
                seconds=time.monotonic() - self._paused_seconds - started,
                memory_bytes=self._prepared.memory_bytes(),
            )
        )

    def pause(self, at_pause: Callable[[], None]) -> None:
        """Let the machine do something else: neither the random numbers nor the pace tell of it."""
        states, began = random_tensors(), time.monotonic()
        at_pause()
        load_random_tensors(states)
        self._paused_seconds += time.monotonic() - began

    def _note_skipped_step(self) -> None:
        progress = self._progress
        progress.skipped_steps += 1
        progress.skipped_in_a_row += 1
        if progress.skipped_in_a_row >= BAD_STEPS_ALLOWED:
            raise StudioError(
                f"The loss was not a number {BAD_STEPS_ALLOWED} times in a row, the last time at step "
                f"{progress.step}; no weights were changed by these steps.",
                "Lower the step size (learning_rate), then start again.",
            )
        self._emit(
            events.Warned(
                f"Step {progress.step} gave a loss that is not a number and was skipped.",
                "If it happens again, lower the step size (learning_rate).",
            )
        )

    def _look_at_held_out(self, between: Callable[[], None]) -> None:
        """Measure and save where the schedule says so and it was not done before a stop."""
        progress = self._progress
        due = progress.step == 0 or progress.step in self._schedule.evaluate_after
        if not due or progress.evaluated_step == progress.step or not self._job.held_out:
            return
        loss, tokens = self._prepared.within_memory(
            partial(measure, self._prepared.machinery, self._job.held_out, between=between),
            progress,
            self._emit,
        )
        progress.evaluated_step = progress.step
        self._emit(events.Evaluated(progress.step, loss, tokens, len(self._job.held_out)))
        if progress.step > 0:
            self._save(loss)

    def _save(self, eval_loss: float | None) -> None:
        prepared, progress = self._prepared, self._progress
        state = TrainingState(
            replace(progress, seconds=self._seconds()),
            prepared.tuning.state(prepared.machinery.model),
            optimiser_tensors(prepared.machinery.optimiser, prepared.names),
            self._random,
        )
        saved = self._job.checkpoints.save(
            progress.step, lambda folder: write_checkpoint(folder, state), eval_loss=eval_loss
        )
        self._saved_step = progress.step
        self._emit(events.CheckpointSaved(progress.step, saved.bytes, saved.best))

    def _seconds(self) -> float:
        """Time spent on this run, earlier sessions included."""
        return self._progress.seconds + time.monotonic() - self._clock

    def stop(self) -> None:
        """Keep the state after the last whole step, so that nothing is lost and the run can go on."""
        if self._saved_step != self._progress.step:
            self._save(None)
        self._emit(events.RunStopped(*self._ending()))

    def finish(self) -> None:
        self._emit(events.RunFinished(*self._ending()))

    def _ending(self) -> tuple[int, int, float, int]:
        best = self._job.checkpoints.best()
        return (
            self._progress.step,
            best[0] if best else 0,
            self._seconds(),
            self._prepared.peak_memory_bytes(),
        )
