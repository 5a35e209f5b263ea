"""Events that say how a run was fitted to its machine and its numbers on the way: a resume repeats them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchGrew:
    """A batch larger than any before is about to be tried, near the limit of the memory.

    Written before it is tried: should the system end the process for it, this is its last word.
    """

    step: int
    tokens: int
    needed_bytes: int
    available_bytes: int


@dataclass(frozen=True, slots=True)
class BatchSplit:
    """From here at most `micro_tokens` padded tokens go through the model at once; a resume repeats it.

    `step` were taken; `checking`: it holds from the look at the held-out rows after that step, else only from
    the next step on. `reason` is for the screen.
    """

    step: int
    checking: bool
    micro_tokens: int
    reason: str


@dataclass(frozen=True, slots=True)
class RateHalved:
    """The run went back to `step` and goes on with `factor` of its step sizes; so does a resume."""

    step: int
    factor: float
    reason: str
