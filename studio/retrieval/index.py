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

    def ranked(self, question: str, most: int | None = None) -> Sequence[int]:
        """Return the places of texts that are, the most alike first; of many only `most`."""
        ...


class Index:
    """Texts with the rankers that judge them."""

    def __init__(self, texts: Sequence[str], further: Sequence[Ranker] = ()) -> None:
        self._texts = texts
        self._rankers: tuple[Ranker, ...] = (Bm25(texts), *further)

    def search(self, question: str, count: int) -> list[int]:
        """Return at most `count` places, the most alike first; of equal texts only the first."""
        most = 4 * count  # Among so many there are mostly enough that differ; else more are asked for.
        while True:
            places = self._ranked(question, most)
            found: dict[str, int] = {}
            for place in places:
                found.setdefault(self._texts[place], place)
            if len(found) >= count or len(places) < most:
                return list(found.values())[:count]
            most *= 8

    def _ranked(self, question: str, most: int) -> Sequence[int]:
        """Return the first places; with several rankers each has to rank all, since the sums decide."""
        if len(self._rankers) == 1:
            return self._rankers[0].ranked(question, most)
        return fused([ranker.ranked(question) for ranker in self._rankers])[:most]


def fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Return one ranking of several: each gives a text 1 / (60 + its rank), and the sums decide."""
    sums: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, place in enumerate(ranking, start=1):
            sums[place] += 1 / (FLATTENS + rank)
    return sorted(sums, key=lambda place: (-sums[place], place))
