"""How long something waits for the machine, and how that is said."""

from dataclasses import dataclass

from studio.core.words import about, between

SOON_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Wait:
    """So many things are `before` it, of whoever; what is under way is not among them.

    It begins between `low` and `high` seconds from now. `high` is None where something before it was never
    measured here; both are None where nobody works.
    """

    before: int
    low: float | None = None
    high: float | None = None


def starts(wait: Wait) -> str:
    """Return `in about 10 to 14 min`, with the precision of an estimate; empty where nothing is known."""
    if wait.low is None:
        return ""
    if wait.high is None:
        return f"in {about(wait.low)} at the earliest" if wait.low >= SOON_SECONDS else ""
    if wait.high < SOON_SECONDS:
        return "in a moment"
    if wait.low < SOON_SECONDS:
        return f"within about {about(wait.high)}"
    return f"in about {between(wait.low, wait.high)}"
