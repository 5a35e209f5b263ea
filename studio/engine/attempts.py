"""Sampled answers with what they are worth: what a step learns from them, and what it tells of them."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example
from studio.data.questions import prompt_of
from studio.engine.rewarding import Scored
from studio.engine.rollouts import Sampled


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer to the question of an example."""

    example: Example
    question: str
    sampled: Sampled
    text: str
    scored: Scored

    @property
    def reward(self) -> float:
        assert self.scored.total is not None
        return self.scored.total

    def as_example(self) -> Example:
        """Return the question with this answer behind it, all of which is learned."""
        prompt, ids = prompt_of(self.example), self.sampled.ids
        return Example(self.example.row, (*prompt, *ids), ((IGNORED,) * len(prompt)) + ids)


Groups = list[list[Attempt]]
"""The answers to each question of a step."""


def judged(groups: Groups, where: str) -> Groups:
    """Return the answers that could be scored, without questions that have none.

    Raises StudioError where no answer at all could be.
    """
    kept = [[each for each in group if each.scored.total is not None] for group in groups]
    if not any(kept):
        every = [each for group in groups for each in group]
        raise StudioError(
            f"None of the {len(every)} answers {where} could be scored, so there is nothing to learn from. "
            f"{every[0].scored.problem}",
            "Correct the reward, then resume the run: it goes on from its newest save.",
        )
    return [group for group in kept if group]


def lessons_of(
    groups: Groups,
    objective: ModuleType,
    settings: Any,
    before: Callable[[Sequence[Example]], list[Example]],
) -> list[Example]:
    """Return what is learned of answers that were scored; `before` asks the untouched model about them."""
    known = iter(before([each.as_example() for group in groups for each in group]))
    examples = [[next(known) for _ in group] for group in groups]
    rewards = [[each.reward for each in group] for group in groups]
    strayed = [
        [strayed_by(attempt, example) for attempt, example in zip(group, others, strict=True)]
        for group, others in zip(groups, examples, strict=True)
    ]
    weighed = objective.advantages(rewards, strayed, settings)
    return [
        replace(example, advantage=advantage)
        for group, advantages in zip(examples, weighed, strict=True)
        for example, advantage in zip(group, advantages, strict=True)
    ]


def strayed_by(attempt: Attempt, example: Example) -> float:
    """Return log(own / untouched) of a whole answer, nats: in the mean over answers the KL."""
    return math.fsum(attempt.sampled.log_probabilities) - math.fsum(example.untouched)


def about(groups: Groups) -> dict[str, float]:
    """Return what is told of answers: `reward` and each of its parts as `reward.NAME`, means; `spread`, the
    rewards' standard deviation; `alike`, the share of questions whose answers all got the same reward;
    `distinct`, different texts per answer; `answer_tokens`; `ended`, the share that came to an end by itself;
    `failed`, how many could not be scored and are in no other number.
    """
    every = [each for group in groups for each in group]
    scored = [each for each in every if each.scored.total is not None]
    rewards = [each.reward for each in scored]
    same = [len({each.reward for each in group}) == 1 for group in judged(groups, "")]
    return {
        "reward": statistics.fmean(rewards),
        **_parts([each.scored.parts for each in scored]),
        "spread": statistics.pstdev(rewards),
        "alike": statistics.fmean(same),
        "distinct": len({each.text for each in scored}) / len(scored),
        "answer_tokens": statistics.fmean(len(each.sampled.ids) for each in scored),
        "ended": statistics.fmean(each.sampled.ended for each in scored),
        "failed": float(len(every) - len(scored)),
    }


def _parts(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = sorted({name for each in parts for name in each})
    return {
        f"reward.{name}": statistics.fmean(each[name] for each in parts if name in each) for name in names
    }


def about_chances(groups: Groups, examples: Sequence[Example]) -> dict[str, float]:
    """Return `kl`, to the untouched model, and `entropy`, both in nats per token that was drawn.

    Source: the estimator that is never negative, joschu.net/blog/kl-approx.html (k3), as trl logs it.
    """
    attempts = [each for group in groups for each in group]
    tokens = sum(len(each.sampled.ids) for each in attempts)
    pairs = [
        (own, before)
        for attempt, example in zip(attempts, examples, strict=True)
        for own, before in zip(attempt.sampled.log_probabilities, example.untouched, strict=True)
    ]
    apart = math.fsum(math.exp(before - own) - (before - own) - 1 for own, before in pairs)
    return {"kl": apart / tokens, "entropy": math.fsum(each.sampled.entropy for each in attempts) / tokens}
