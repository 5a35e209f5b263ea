"""Texts that can be searched: by their words, and by their meaning where a model for that is at hand."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from studio.retrieval.bm25 import Bm25

FLATTENS = 60
"""Reciprocal rank fusion's one constant. Source: Cormack, Clarke and Büttcher 2009, section 2,
doi:10.1145/1571941.1572114."""


class Ranker(Protocol):
    """One way to say which texts are like a question."""

    def ranked(self, question: str) -> Sequence[int]:
        """Return the places of texts that are, the most alike first."""
        ...


class Index:
    """Texts with the rankers that judge them."""

    def __init__(self, texts: Sequence[str], further: Sequence[Ranker] = ()) -> None:
        self._texts = texts
        self._rankers: tuple[Ranker, ...] = (Bm25(texts), *further)

    def search(self, question: str, count: int) -> list[int]:
        """Return at most `count` places, the most alike first; of equal texts only the first."""
        found: dict[str, int] = {}
        for place in fused([ranker.ranked(question) for ranker in self._rankers]):
            if len(found) == count:
                break
            found.setdefault(self._texts[place], place)
        return list(found.values())


def fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Return one ranking of several: each gives a text 1 / (60 + its rank), and the sums decide."""
    sums: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, place in enumerate(ranking, start=1):
            sums[place] += 1 / (FLATTENS + rank)
    return sorted(sums, key=lambda place: (-sums[place], place))
