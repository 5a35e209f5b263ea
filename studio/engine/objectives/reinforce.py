"""REINFORCE: an answer becomes likelier by as much as its reward lies above the step's mean."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.examples import Example
from studio.core.records import Record
from studio.core.sampling import Sampling
from studio.data.questions import asks, encode_question
from studio.data.templates import ChatTemplate
from studio.engine.rewards import Rewarded

if TYPE_CHECKING:
    import torch

    from studio.engine.reinforcing import Tried

TITLE = "Learn from a reward (REINFORCE)"
SUMMARY = "The plain form: answers with more reward than the mean of the step become likelier."
WHEN = "Pick it to see the simplest rule at work, or as what the others are measured by."
SOURCE = "Williams 1992, Machine Learning 8, section 4 (with a baseline)"
HEAD = "language"
CHAT = True
WINDOWS = False
REFERENCE = True
RATE_SHARE = 0.1
METRICS = (
    "reward", "label_written", "exact_match", "normalised_match", "rougeL", "chrf", "repetition",
    "answer_words", "seconds_per_answer",
)  # fmt: skip


@dataclass(frozen=True)
class Config(Sampling, Rewarded):
    """How answers are tried; nothing else is there to be set."""


def accepts(record: Record) -> bool:
    """Return whether this kind of record asks something; its own answer is what a reward may compare with."""
    return asks(record)


def encode(record: Record, template: ChatTemplate, *, max_length: int, row: int) -> Example:
    """Return the question as it is asked, with the row's own answer behind it."""
    return encode_question(record, template, max_length, row)


def advantages(
    rewards: Sequence[Sequence[float]], strayed: Sequence[Sequence[float]], settings: Config
) -> list[list[float]]:
    """Return for each answer how far its reward lies above the mean of all answers of the step.

    `strayed` (nats), the KL of each answer to the untouched model, is taken off its reward.
    """
    kept = [
        [reward - settings.reward_kl * apart for reward, apart in zip(group, others, strict=True)]
        for group, others in zip(rewards, strayed, strict=True)
    ]
    mean = statistics.fmean(each for group in kept for each in group)
    return [[each - mean for each in group] for group in kept]


def policy_loss(tried: "Tried", settings: Config) -> "tuple[torch.Tensor, int]":
    """Return -advantage * log-probability of each whole answer, summed, and the number of answers."""
    return -(tried.by_answer(tried.own) * tried.advantages).sum(), len(tried.tokens)
