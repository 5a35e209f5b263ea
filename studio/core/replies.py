"""What an untouched model answers to simple instructions: mixed in among the rows, against forgetting."""

from dataclasses import dataclass

DIFFERENT = 150
"""So many instructions there are; where more replies are mixed in, they come again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`whole`: the model ended the answer itself; another was cut off where it had become long enough."""

    instruction: str
    answer: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a run mixes in: so many examples, made of these replies in turn."""

    examples: int
    replies: tuple[Reply, ...]


def wanted(percent: float, rows: int) -> int:
    """Return how many examples are mixed in among so many rows: one at least, where any are."""
    return max(1, round(rows * percent / 100)) if percent and rows else 0
