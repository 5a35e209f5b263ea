"""Training: a job in, events out. It evaluates, saves, pauses and stops on the way."""

import time
from collections.abc import Callable

from studio.core import events, system
from studio.core.config import Optimisation
from studio.core.early_warnings import exploding
from studio.core.progress import Progress as Told
from studio.core.verdict import ends_early
from studio.engine.divided import while_others_last
from studio.engine.division import why_divided
from studio.engine.from_rewards import lesson_of
from studio.engine.guards.numbers import NotANumber
from studio.engine.guards.room import split
from studio.engine.held_out import mean_loss, standard_error
from studio.engine.interruptions import Interruptions
from studio.engine.job import Emit, TrainingJob, teachable
from studio.engine.lessons import Lesson
from studio.engine.preparation import prepare
from studio.engine.replay import in_words
from studio.engine.schedule import Schedule, learning_rate, plan_steps
from studio.engine.standing import Standing
from studio.engine.steps import Stopped

BAD_STEPS_ALLOWED = 3
HALF = 0.5


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
    Of several processes the first alone emits, is asked and pauses; the others do as it does.
    Raises Refused before anything was done, StudioError when the run cannot go on.
    """
    system.reset_peak_memory()
    processes = job.processes
    processes.meet()  # all have read what the run said so far, before more is said
    emit = emit if processes.leads else _silent
    job = teachable(job, emit)
    lesson = lesson_of(job)
    settings = job.config.part(Optimisation)
    schedule = plan_steps(settings, len(job.training))
    divided = why_divided(job.config, job.source, processes)
    prepared = prepare(job.config, job.source, job.tokenizer, processes=processes, divided=divided)
    run = _Run(lesson, Standing(job, prepared), schedule, emit)
    with while_others_last():
        run.begin()
        try:
            run.go(Interruptions(should_stop, at_pause, processes))
        except Stopped:
            run.stop()
        else:
            run.finish()


def _silent(event: events.Event) -> None:
    """Say nothing: the first process says it."""


class _Run:
    """One run from its first or its last saved step to its end."""

    def __init__(self, lesson: Lesson, standing: Standing, schedule: Schedule, emit: Emit) -> None:
        self._job, self._lesson, self._at, self._schedule = lesson.job, lesson, standing, schedule
        self._settings = self._job.config.part(Optimisation)
        self._tell = emit
        self._told = Told()
        for recorded in self._job.history:
            self._told.add(recorded)
        self._alarmed = False

    def _emit(self, event: events.Event) -> None:
        """Say something, and keep in mind what was said: the run is judged by it."""
        self._tell(event)
        self._told.add(events.Recorded(time.time(), event))

    def begin(self) -> None:
        """Go to the newest checkpoint, and say that and how the run starts."""
        self._at.to_newest_checkpoint()
        ran_out = self._told.near_memory_limit
        self._emit(self._start())
        if ran_out:
            self._at.repeat(self._told.adjustments, checking=True)
            progress, why = self._at.progress, "The run was cut off when the memory was nearly used up"
            self._emit(split(progress, progress.micro_tokens // 2, why, checking=True))

    def _start(self) -> events.RunStarted:
        prepared = self._at.prepared
        return events.RunStarted(
            worker=self._job.worker,
            from_step=self._at.progress.step,
            steps=self._schedule.steps,
            training_rows=len(self._job.training) - len(self._job.replayed),
            held_out_rows=len(self._job.held_out),
            trainable_parameters=prepared.trainable_parameters,
            total_parameters=prepared.total_parameters,
            device=prepared.device,
            dtype=prepared.dtype,
            reasons=(*prepared.reasons, *self._lesson.reasons, *in_words(len(self._job.replayed))),
            weights_hash=self._job.source.weights_hash,
            memory_limit_bytes=prepared.memory_limit_bytes(),
            replayed_rows=len(self._job.replayed),
        )

    def go(self, between: Interruptions) -> None:
        """Take every step that is left. Where a number stops being one, go back to a good point, once."""
        while (trouble := self._try_to_go(between)) is not None:
            self._go_back(trouble)

    def _try_to_go(self, between: Interruptions) -> NotANumber | None:
        try:
            self._take_steps(between)
        except NotANumber as trouble:
            return trouble.with_traceback(None)  # its frames would hold the model
        return None

    def _go_back(self, trouble: NotANumber) -> None:
        """Go on from the last good point with half the step size.

        Raises `trouble` where that was done before, and where the untouched model itself gives no numbers.
        """
        halved = any(isinstance(event, events.RateHalved) for event in self._told.adjustments)
        if halved or self._at.progress.step == 0:
            raise trouble
        self._at.go_back()
        step = self._at.progress.step
        end = f"The run went back to step {step} and goes on with half the step size."
        self._emit(events.RateHalved(step, HALF, f"{trouble.message} {end}"))

    def _take_steps(self, between: Interruptions) -> None:
        """Take the steps that are left, with the evaluations and checkpoints that lie on the way."""
        at, progress = self._at, self._at.progress
        self._look_at_held_out(between)
        while progress.step < self._schedule.steps and not self._learns_by_heart():
            at.hold_random()
            self._take_next_step(between)
            self._look_at_held_out(between)
            due = progress.step in self._schedule.save_after and at.saved_step != progress.step
            if due and not progress.skipped_in_a_row:
                self._emit(at.save(None))

    def _learns_by_heart(self) -> bool:
        return self._settings.early_stop and ends_early(self._told)

    def _take_next_step(self, between: Interruptions) -> None:
        progress, started = self._at.progress, time.monotonic() - between.paused_seconds
        self._at.repeat(self._told.adjustments, checking=False)
        planned = learning_rate(progress.step + 1, settings=self._settings, schedule=self._schedule)
        rate = planned * progress.rate_factor
        self._job.processes.draw_apart(self._settings.seed, progress.step)
        result = self._lesson.step(self._at, rate, between, self._emit)
        progress.step += 1
        self._at.hold_random()
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
                seconds=time.monotonic() - between.paused_seconds - started,
                memory_bytes=self._at.prepared.memory_bytes(),
                base_kl=result.base_kl,
                measures=result.measures,
            )
        )
        alarm = None if self._alarmed else exploding(self._told)
        if alarm is not None:
            self._alarmed = True
            self._emit(alarm)

    def _note_skipped_step(self) -> None:
        progress = self._at.progress
        progress.skipped_steps += 1
        progress.skipped_in_a_row += 1
        if progress.skipped_in_a_row >= BAD_STEPS_ALLOWED:
            raise NotANumber(
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

    def _look_at_held_out(self, between: Interruptions) -> None:
        """Measure and save where the schedule says so and it was not done before a stop."""
        progress, looked_at = self._at.progress, self._lesson.looked_at
        due = progress.step == 0 or progress.step in self._schedule.evaluate_after
        if not due or progress.evaluated_step == progress.step or not looked_at:
            return
        self._at.repeat(self._told.adjustments, checking=True)
        seen = self._lesson.look(self._at, between, self._emit)
        progress.evaluated_step, parts = progress.step, seen.parts
        (loss, tokens), error = mean_loss(parts), standard_error(parts, progress.best_parts)
        self._emit(events.Evaluated(progress.step, loss, tokens, len(looked_at), error, seen.measures))
        if progress.best_loss is None or loss < progress.best_loss:
            # The untouched model is what the first look is set beside, and never the best itself.
            progress.best_loss, progress.best_parts = loss if progress.step else None, parts
        if progress.step > 0:
            self._emit(self._at.save(loss))

    def stop(self) -> None:
        """Keep the state after the last whole step, so that nothing is lost and the run can go on."""
        if self._at.saved_step != self._at.progress.step:
            self._emit(self._at.save(None))
        self._emit(events.RunStopped(*self._at.ending()))

    def finish(self) -> None:
        done = self._at.progress.step >= self._schedule.steps
        reason = "" if done else "More steps would only teach the examples by heart."
        self._emit(events.RunFinished(*self._at.ending(), reason))
