"""Questions -> answers that the model tries, with what they are worth -> a step, or what a check sees."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from transformers import PreTrainedTokenizerBase

from studio.core.config import Optimisation, RunConfig
from studio.core.examples import Example
from studio.data.questions import Asked, prompt_of
from studio.engine.attempts import Attempt, Groups, about, about_chances, judged, lessons_of
from studio.engine.generate import end_tokens
from studio.engine.held_out import Part, Seen, in_parts
from studio.engine.machinery import Machinery
from studio.engine.reinforcing import Reinforcing
from studio.engine.rewarding import Given, Rewards
from studio.engine.rewarding import Part as Reward
from studio.engine.rollouts import Sampled, Way, sample
from studio.engine.steps import StepResult, take_step

CACHED_FOR_EACH = 8
"""So many tokens go into the cache of answers for each that goes through the model to learn: what is kept of
one for the way back takes at least twice as much."""


@dataclass(frozen=True)
class Tries:
    """How answers are tried and scored; `asked` is what each row asks in words."""

    config: RunConfig
    tokenizer: PreTrainedTokenizerBase
    asked: Mapping[int, Asked]
    rewards: Rewards

    def learn(
        self,
        machinery: Machinery,
        rows: Sequence[Example],
        *,
        learning_rate: float,
        between: Callable[[], None],
        token_budget: int,
    ) -> tuple[StepResult, Groups]:
        """Take a step on answers to these questions, and return with it what was tried. Mutates the model.

        All of it is one piece of work: done again with fewer tokens at once it is what a resumed run does,
        which knows from the start how many fit.
        """
        objective = machinery.objective
        assert isinstance(objective, Reinforcing)
        way = self._way(machinery, objective.settings.answers, objective.settings.sampling_temperature)
        groups = self._answered(machinery, rows, way, token_budget, between)
        scored = judged(groups, "of a step")
        with machinery.precision():
            before = partial(objective.before, machinery.model, token_budget=token_budget)
            examples = lessons_of(scored, objective.objective, objective.settings, before)
        between()
        clip = self.config.part(Optimisation).gradient_clip
        how = {"learning_rate": learning_rate, "clip": clip, "between": between}
        result = take_step(machinery, examples, token_budget=token_budget, **how)
        return replace(result, measures=about(groups) | about_chances(scored, examples)), groups

    def look(
        self,
        machinery: Machinery,
        rows: Sequence[Example],
        *,
        between: Callable[[], None],
        token_budget: int,
    ) -> Seen:
        """Return what the likeliest answers to these questions are worth; as a loss it is minus that."""
        way = self._way(machinery, answers=1, temperature=0.0)
        parts = in_parts(rows)
        ordered = [example for part in parts for example in part]
        every = self._answered(machinery, ordered, way, token_budget, between)
        judged(every, "to held-back questions")
        told = about(every)
        del told["alike"]  # one answer to each question is like itself
        answered = iter(every)
        return Seen(tuple(_lost(islice(answered, len(part))) for part in parts), told)

    def _way(self, machinery: Machinery, answers: int, temperature: float) -> Way:
        ends = end_tokens(machinery.model, self.tokenizer)
        return Way(answers, machinery.objective.settings.answer_tokens, temperature, ends)

    def _answered(
        self,
        machinery: Machinery,
        rows: Sequence[Example],
        way: Way,
        token_budget: int,
        between: Callable[[], None],
    ) -> Groups:
        """Return the answers to each question, with what they are worth."""
        prompts, at_once = [prompt_of(each) for each in rows], CACHED_FOR_EACH * token_budget
        with machinery.precision():
            drawn = sample(machinery.model, prompts, way, tokens_at_once=at_once, between=between)
        asked = [self.asked[each.row] for each in rows]
        tried = [
            (example, about_row, sampled, self._text(sampled))
            for example, about_row, group in zip(rows, asked, drawn, strict=True)
            for sampled in group
        ]
        given = [Given(row.question, text, row.reference) for _, row, _, text in tried]
        scored = self.rewards.score_all(given)
        attempts = iter(
            Attempt(example, row.question, sampled, text, worth)
            for (example, row, sampled, text), worth in zip(tried, scored, strict=True)
        )
        return [list(islice(attempts, len(group))) for group in drawn]

    def _text(self, sampled: Sampled) -> str:
        ids = sampled.ids[:-1] if sampled.ended else sampled.ids
        return self.tokenizer.decode(ids, skip_special_tokens=True)


def rehearsed(config: RunConfig, tokenizer: PreTrainedTokenizerBase, rows: Iterable[Example]) -> Tries:
    """Return tries whose answers are all worth the same: enough to time a run. What its rewards take, and
    what the rows say in words, is left out."""
    nothing = Rewards({"nothing": Reward(1.0, lambda given: 0.0)})
    return Tries(config, tokenizer, {each.row: Asked("", "") for each in rows}, nothing)


def _lost(groups: Iterable[list[Attempt]]) -> Part:
    """Return minus the rewards of a part, for which less is better, and how many there are."""
    rewards = [each.reward for group in groups for each in group if each.scored.total is not None]
    return -sum(rewards), len(rewards)
