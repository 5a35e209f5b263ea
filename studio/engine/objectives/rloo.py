"""RLOO: each answer is set beside the mean reward of the other answers to its question."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.examples import Example
from studio.core.knobs import knob
from studio.core.records import Record
from studio.core.sampling import Sampling
from studio.data.questions import asks, encode_question
from studio.data.templates import ChatTemplate
from studio.engine.rewards import Rewarded

if TYPE_CHECKING:
    import torch

    from studio.engine.reinforcing import Tried

TITLE = "Learn from a reward (RLOO)"
SUMMARY = "It tries several answers to each question; each is set beside the mean reward of the others."
WHEN = "Pick it instead of GRPO where rewards are noisy or a question's answers often get the same one."
SOURCE = "arXiv:2402.14740, section 3.3"
HEAD = "language"
CHAT = True
WINDOWS = False
REFERENCE = True
RATE_SHARE = 0.1
METRICS = (
    "reward", "label_written", "exact_match", "normalised_match", "rougeL", "chrf", "repetition",
    "answer_words", "seconds_per_answer",
)  # fmt: skip
_SMALLEST_SPREAD = 1e-4


@dataclass(frozen=True)
class Config(Sampling, Rewarded):
    """How answers are tried, and how they count."""

    rloo_scale: bool = knob(
        False,
        label="Set the spread of a step to one",
        technical="advantages normalised over the batch",
        help="Makes the step size mean the same for rewards of any range.",
        source="arXiv:2501.03262, section 3.2",
    )


def accepts(record: Record) -> bool:
    """Return whether this kind of record asks something; its own answer is what a reward may compare with."""
    return asks(record)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return the question as it is asked, with the row's own answer behind it."""
    return encode_question(record, template, max_length, row)


def advantages(
    rewards: Sequence[Sequence[float]], strayed: Sequence[Sequence[float]], settings: Config
) -> list[list[float]]:
    """Return for each answer how far its reward lies above the mean of the question's others.

    `strayed` (nats), the KL of each answer to the untouched model, is taken off its reward.
    """
    kept = [_less(group, apart, settings.reward_kl) for group, apart in zip(rewards, strayed, strict=True)]
    found = [_beside_others(group) for group in kept]
    every = [each for group in found for each in group]
    if not settings.rloo_scale or len(every) < 2:
        return found
    mean, spread = statistics.fmean(every), statistics.stdev(every) + _SMALLEST_SPREAD
    return [[(each - mean) / spread for each in group] for group in found]


def _less(rewards: Sequence[float], strayed: Sequence[float], weight: float) -> list[float]:
    return [reward - weight * apart for reward, apart in zip(rewards, strayed, strict=True)]


def _beside_others(rewards: Sequence[float]) -> list[float]:
    """An answer that stands alone cannot be set beside others, and teaches nothing."""
    if len(rewards) < 2:
        return [0.0] * len(rewards)
    total, others = sum(rewards), len(rewards) - 1
    return [reward - (total - reward) / others for reward in rewards]


def policy_loss(tried: "Tried", settings: Config) -> "tuple[torch.Tensor, int]":
    """Return the summed loss and the number of answers. Each is learned from once, right after it was drawn,
    so that the ratio of old and new chances is one and nothing is clipped."""
    whole = tried.by_answer(tried.own)
    ratio = (whole - whole.detach()).exp()
    return -(ratio * tried.advantages).sum(), len(whole)
