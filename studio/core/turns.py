"""Whose turn it is where several people wait for one machine: each in turn, their own oldest wish first.

What a person waits for cannot push others back: whoever asks for a hundred things gets one, then everybody
else who waits gets one. Whoever waits is served after at most one turn of each other person.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, zip_longest
from typing import Protocol, TypeVar

NEVER = float("-inf")
NOW = float("inf")
"""When the last turn ended of the person for whom the machine works at this moment."""


class Waits(Protocol):
    """Something that waits for the machine. All times are seconds since 1970."""

    @property
    def owner(self) -> str: ...
    @property
    def at(self) -> float:
        """Orders what one person waits for."""

    @property
    def name(self) -> str:
        """Tells apart what was asked for in the same moment."""

    @property
    def follows(self) -> bool:
        """Whether it belongs to a turn that was had: the exam after training."""


Wish = TypeVar("Wish", bound=Waits)


def in_turn(waiting: Iterable[Wish], turn_ended: Mapping[str, float]) -> tuple[Wish, ...]:
    """Return what waits, the next first. `turn_ended`: when the last turn of each person was over.

    First comes who has waited longest: since the own last turn, or since asking where that was later. Hence
    somebody new stands behind all who wait already, and a crowd of new people keeps nobody from a turn.
    """
    ordered = sorted(waiting, key=lambda wish: (wish.at, wish.name))
    queues: dict[str, list[Wish]] = {}
    for wish in ordered:
        if not wish.follows:
            queues.setdefault(wish.owner, []).append(wish)
    people = sorted(queues, key=lambda owner: _waits_since(queues[owner][0], turn_ended))
    rounds = zip_longest(*(queues[owner] for owner in people))
    in_rounds = (wish for wish in chain.from_iterable(rounds) if wish is not None)
    return (*(wish for wish in ordered if wish.follows), *in_rounds)


def _waits_since(oldest: Waits, turn_ended: Mapping[str, float]) -> tuple[float, float, str]:
    return max(turn_ended.get(oldest.owner, NEVER), oldest.at), oldest.at, oldest.name
