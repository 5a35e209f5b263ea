"""Which texts share the telling words of a question: BM25, by the library bm25s.

Source: Robertson and Zaragoza 2009, doi:10.1561/1500000019; the library: arXiv:2407.03618.
"""

import re
from collections.abc import Sequence

import bm25s
import numpy as np

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts without spaces between words: each letter counts as a word."""
_WORDS = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")


class Bm25:
    """The words of some texts, counted. Nothing is left out as too frequent: BM25 weighs such words down."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counted = bm25s.BM25(method="lucene")
        words = [words_of(text) for text in texts]
        self._empty = not any(words)
        if not self._empty:
            self._counted.index(words, show_progress=False)

    def ranked(self, question: str, most: int | None = None) -> list[int]:
        """Return the places of the texts that share a word with the question, the most alike first.

        `most`: no more than these are wanted, which is found without putting all texts in order.
        """
        words = words_of(question)
        if self._empty or not words:
            return []
        scores = self._counted.get_scores(words)
        places = np.flatnonzero(scores > 0)
        if most is not None and most < len(places):
            least = np.partition(scores[places], -most)[-most]
            places = places[scores[places] >= least]
        order = np.argsort(-scores[places], kind="stable")  # of equals the earlier text, on every machine
        return places[order][:most].tolist()


def words_of(text: str) -> list[str]:
    """Return the words in small letters."""
    return _WORDS.findall(text.casefold())
