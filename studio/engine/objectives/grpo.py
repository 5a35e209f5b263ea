"""GRPO: of several answers to a question, those with more reward than the others become likelier."""

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

TITLE = "Learn from a reward (GRPO)"
SUMMARY = "It tries several answers to each question; those with more reward than the others become likelier."
WHEN = "Pick it where a rule or a reward model can tell a good answer, and you want more of those."
SOURCE = "arXiv:2402.03300, equation 3"
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

    grpo_loss: str = knob(
        "token",
        label="What counts equally",
        technical="loss over each token (DAPO), each answer (GRPO), or without either mean (Dr. GRPO)",
        choices=("token", "answer", "length_free"),
        help="Each word, so that long answers count more; each answer; or a word the same in every step.",
        source="arXiv:2503.14476, section 3.3; arXiv:2402.03300; arXiv:2503.20783, section 3.2",
    )
    grpo_scale: bool = knob(
        True,
        label="Set the spread of each question to one",
        technical="advantages divided by the group's standard deviation",
        help="Questions whose answers hardly differ then count as much as the others.",
        source="arXiv:2402.03300, section 4.1.2",
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
    """Return for each answer of each question how far its reward lies above the question's mean.

    `strayed` (nats), the KL of each answer to the untouched model, has its part in the loss instead.
    """
    return [_among(group, scale=settings.grpo_scale) for group in rewards]


def _among(rewards: Sequence[float], *, scale: bool) -> list[float]:
    mean = statistics.fmean(rewards)
    spread = statistics.stdev(rewards) + _SMALLEST_SPREAD if scale and len(rewards) > 1 else 1.0
    return [(reward - mean) / spread for reward in rewards]


def policy_loss(tried: "Tried", settings: Config) -> "tuple[torch.Tensor, int]":
    """Return the summed loss and over how much. Each answer is learned from once, right after it was drawn,
    so that the ratio of old and new chances is one and nothing is clipped. The KL has that ratio, too: else
    its gradient would not be that of its mean (arXiv:2512.02556)."""
    ratio = (tried.own - tried.own.detach()).exp()
    behind = tried.untouched - tried.own
    apart = behind.exp() - behind - 1  # never negative, and the KL in the mean
    losses = ratio * (settings.reward_kl * apart - tried.advantages[tried.rows])
    if settings.grpo_loss == "token":
        return losses.sum(), len(losses)
    each = tried.by_answer(losses)
    lengths = tried.tokens if settings.grpo_loss == "answer" else settings.answer_tokens
    return (each / lengths).sum(), len(each)
