"""A run that learns from a reward: it tries answers, has them scored, and learns by what they are worth."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from studio.core import events
from studio.core.config import Optimisation
from studio.core.errors import Refused
from studio.core.examples import Example, only
from studio.data.questions import prompt_of
from studio.engine.attempts import Attempt, Groups, about, about_chances, judged, lessons_of
from studio.engine.generate import end_tokens
from studio.engine.held_out import Part, Seen, in_parts
from studio.engine.job import Emit, TrainingJob
from studio.engine.lessons import Between, FromRows, Lesson
from studio.engine.machinery import Machinery
from studio.engine.objectives import learns_from_reward, objective_named
from studio.engine.reinforcing import Reinforcing
from studio.engine.rewarding import Given, Rewards
from studio.engine.rollouts import Sampled, Way, sample
from studio.engine.schedule import plan_steps
from studio.engine.standing import Standing
from studio.engine.steps import StepResult, take_step

CACHED_FOR_EACH = 8
"""So many tokens go into the cache of answers for each that goes through the model to learn: what is kept of
one for the way back takes at least twice as much."""
LOOKED_AT = 128
"""Of the held-back questions at most so many are answered at each check."""
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
        self._rewards = rewards
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
        work = partial(self._try, at.prepared.machinery, at.progress.step, rate, between)
        result, groups = at.prepared.within_memory(work, at.progress, emit)
        self._tell(at.progress.step + 1, groups, emit)
        return result

    def _try(
        self, machinery: Machinery, step: int, rate: float, between: Between, *, token_budget: int
    ) -> tuple[StepResult, Groups]:
        """Take a step, counted from 0; return with it what was tried.

        All of it is one piece of work: done again with fewer tokens at once it is what a resumed run does,
        which knows from the start how many fit.
        """
        objective = machinery.objective
        assert isinstance(objective, Reinforcing)
        way = self._way(machinery, objective.settings.answers, objective.settings.sampling_temperature)
        groups = self._answered(machinery, self.drawn(step), way, token_budget, between)
        scored = judged(groups, f"of step {step + 1}")
        with machinery.precision():
            before = partial(objective.before, machinery.model, token_budget=token_budget)
            examples = lessons_of(scored, objective.objective, objective.settings, before)
        between()
        clip = self.job.config.part(Optimisation).gradient_clip
        how = {"learning_rate": rate, "clip": clip, "token_budget": token_budget, "between": between}
        result = take_step(machinery, examples, **how)
        return replace(result, measures=about(groups) | about_chances(scored, examples)), groups

    def look(self, at: Standing, between: Between, emit: Emit) -> Seen:
        work = partial(self._look, at.prepared.machinery, at.progress.step, between)
        return at.prepared.within_memory(work, at.progress, emit, checking=True)

    def _look(self, machinery: Machinery, step: int, between: Between, *, token_budget: int) -> Seen:
        way = self._way(machinery, answers=1, temperature=0.0)
        parts = in_parts(self.looked_at)
        asked = [example for part in parts for example in part]
        every = self._answered(machinery, asked, way, token_budget, between)
        judged(every, f"to held-back questions after step {step}")
        told = about(every)
        del told["alike"]  # one answer to each question is like itself
        answered = iter(every)
        return Seen(tuple(_lost(list(islice(answered, len(part)))) for part in parts), told)

    def _way(self, machinery: Machinery, answers: int, temperature: float) -> Way:
        ends = end_tokens(machinery.model, self.job.tokenizer)
        return Way(answers, machinery.objective.settings.answer_tokens, temperature, ends)

    def _answered(
        self, machinery: Machinery, asked: Sequence[Example], way: Way, token_budget: int, between: Between
    ) -> Groups:
        """Return the answers to each question, with what they are worth."""
        prompts, at_once = [prompt_of(each) for each in asked], CACHED_FOR_EACH * token_budget
        with machinery.precision():
            drawn = sample(machinery.model, prompts, way, tokens_at_once=at_once, between=between)
        texts = [[self._text(each) for each in group] for group in drawn]
        rows = [self.job.asked[each.row] for each in asked]
        scored = iter(
            self._rewards.score_all(
                [
                    Given(row.question, text, row.reference)
                    for row, group in zip(rows, texts, strict=True)
                    for text in group
                ]
            )
        )
        return [
            [
                Attempt(example, row.question, each, text, next(scored))
                for each, text in zip(group, words, strict=True)
            ]
            for example, row, group, words in zip(asked, rows, drawn, texts, strict=True)
        ]

    def _text(self, sampled: Sampled) -> str:
        ids = sampled.ids[:-1] if sampled.ended else sampled.ids
        return self.job.tokenizer.decode(ids, skip_special_tokens=True)

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


def _lost(groups: Groups) -> Part:
    """Return minus the rewards of a part, for which less is better, and how many there are."""
    rewards = [each.reward for group in groups for each in group if each.scored.total is not None]
    return -sum(rewards), len(rewards)
