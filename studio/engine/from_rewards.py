"""A run that learns from a reward: it tries answers, has them scored, and learns by what they are worth."""

from collections.abc import Sequence
from functools import partial

from studio.core import events
from studio.core.config import Optimisation
from studio.core.errors import Refused
from studio.core.examples import Example, only
from studio.core.sampling import LOOKED_AT
from studio.engine.attempts import Groups
from studio.engine.held_out import Seen
from studio.engine.job import Emit, TrainingJob
from studio.engine.lessons import Between, FromRows, Lesson
from studio.engine.objectives import learns_from_reward, objective_named
from studio.engine.rewarding import Rewards
from studio.engine.schedule import plan_steps
from studio.engine.standing import Standing
from studio.engine.steps import StepResult
from studio.engine.tries import Tries

SHOWN = 50
"""So often in a run, evenly spread, its best and its worst answer are shown."""


def lesson_of(job: TrainingJob) -> Lesson:
    """Return how the run of a job learns. Raises Refused where its reward cannot be asked."""
    if not learns_from_reward(job.config.objective):
        return FromRows(job)
    if job.processes.count > 1:
        title = objective_named(job.config.objective).TITLE
        raise Refused(
            f"“{title}” runs in one process, and {job.processes.count} were started.",
            "Start the run without torchrun.",
        )
    return FromRewards(job, Rewards.of(job.config.part(objective_named(job.config.objective).Config)))


class FromRewards(Lesson):
    """Each step samples answers; each check scores the likeliest one to held-back questions."""

    def __init__(self, job: TrainingJob, rewards: Rewards) -> None:
        super().__init__(job)
        self._tries = Tries(job.config, job.tokenizer, job.asked, rewards)
        self._failures_told = False
        steps = plan_steps(job.config.part(Optimisation), len(job.training)).steps
        self._shown_every = -(-steps // SHOWN)
        held_out = len(job.held_out)
        count = min(LOOKED_AT, held_out)
        self._looked_at = only(job.held_out, [at * held_out // count for at in range(count)])

    @property
    def looked_at(self) -> Sequence[Example]:
        return self._looked_at

    @property
    def reasons(self) -> tuple[str, ...]:
        if len(self.looked_at) == len(self.job.held_out):
            return ()
        many = f"{len(self.looked_at)} of the {len(self.job.held_out):,} held-back questions"
        return (f"{many}, evenly spread over them, are answered at each check.",)

    def step(self, at: Standing, rate: float, between: Between, emit: Emit) -> StepResult:
        rows, machinery = self.drawn(at.progress.step), at.prepared.machinery
        work = partial(self._tries.learn, machinery, rows, learning_rate=rate, between=between)
        result, groups = at.prepared.within_memory(work, at.progress, emit)
        self._tell(at.progress.step + 1, groups, emit)
        return result

    def look(self, at: Standing, between: Between, emit: Emit) -> Seen:
        work = partial(self._tries.look, at.prepared.machinery, self.looked_at, between=between)
        return at.prepared.within_memory(work, at.progress, emit, checking=True)

    def _tell(self, step: int, groups: Groups, emit: Emit) -> None:
        """Show the best and the worst answer every few steps; say once that some could not be scored."""
        every = [each for group in groups for each in group]
        failed = [each for each in every if each.scored.total is None]
        if failed and not self._failures_told:
            self._failures_told = True
            emit(
                events.Warned(
                    f"{len(failed)} of {len(every)} answers of step {step} could not be scored and are left "
                    f"out. {failed[0].scored.problem}",
                    "The run goes on without such answers and counts them (failed).",
                )
            )
        if step > 1 and step % self._shown_every:
            return
        scored = [each for each in every if each.scored.total is not None]
        for place, pick in (("best", max), ("worst", min)):
            each = pick(scored, key=lambda attempt: attempt.reward)
            emit(events.AnswerSampled(step, each.question, each.text, each.reward, place))
