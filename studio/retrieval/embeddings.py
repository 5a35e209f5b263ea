"""Which texts mean something like a question, though they share no word with it: by vectors."""

from collections.abc import Callable, Sequence

import numpy as np

Embed = Callable[[Sequence[str]], np.ndarray]
"""Gives texts as vectors of length 1, `(texts, width)`."""
NEAREST = 50
"""So many are ranked: behind them words decide alone."""


class Embeddings:
    """Texts as vectors."""

    def __init__(self, texts: Sequence[str], embed: Embed) -> None:
        self._embed = embed
        self._vectors = embed(texts) if texts else None

    def ranked(self, question: str, most: int | None = None) -> list[int]:
        """Return the places of the texts whose vectors are nearest, by their cosine."""
        if self._vectors is None:
            return []
        likeness = self._vectors @ self._embed([question])[0]
        order = np.argsort(-likeness, kind="stable")[:NEAREST]
        return order[:most].tolist()
