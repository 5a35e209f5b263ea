"""Unsupported statements: the share of an answer's sentences for which no source holds the words."""

import re
from collections.abc import Sequence
from functools import cache

import evaluate
import numpy as np
from datasets import Features, List, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.row_metric import RowMetric

SUPPORTED = 0.5
"""One source must hold such a share of a sentence's content words; chosen by `benchmarks/support.py`."""
CONTENT_LETTERS = 4
"""Shorter words are mostly not what a sentence is about; figures always count."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_WORD = re.compile(r"\w+")


class Unsupported(RowMetric):
    """Predictions: the answers. References: the sources of each, passages and the question itself.

    An estimate by words alone: it sees neither a changed meaning ("not") nor other words for the same thing.
    An answer without a statement has none that is unsupported.
    """

    needs = "sourced"
    source = "share of content words in one source, as ROUGE-1 precision: Lin 2004, aclanthology.org/W04-1013"

    @classmethod
    def measurable(cls, references: Sequence[Sequence[str]]) -> bool:
        """Without sources beside the question nothing could support an answer."""
        return all(len(sources) > 1 for sources in references)

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Share of an answer's sentences whose content words no source holds.",
            citation=self.source,
            inputs_description="predictions: answers; references: the sources of each.",
            features=Features({"predictions": Value("string"), "references": List(Value("string"))}),
        )

    def parts(self, predictions: Sequence[str], references: Sequence[Sequence[str]]) -> Parts:
        words = cache(content_words)  # most rows share their sources
        shares = [
            unsupported_share(answer, [words(source) for source in sources])
            for answer, sources in zip(predictions, references, strict=True)
        ]
        return Parts(np.asarray(shares), np.ones(len(shares)))


def unsupported_share(answer: str, sources: Sequence[frozenset[str]]) -> float:
    """Return the share of an answer's statements that none of the sources, given by their words, holds."""
    statements = [found for sentence in _SENTENCE_ENDS.split(answer) if (found := content_words(sentence))]
    missing = [not any(supports(source, statement) for source in sources) for statement in statements]
    return sum(missing) / len(missing) if missing else 0.0


def supports(source: frozenset[str], statement: frozenset[str], share: float = SUPPORTED) -> bool:
    """Return whether a source holds so many of a statement's words that it may well say it."""
    return len(source & statement) >= share * len(statement)


def content_words(text: str) -> frozenset[str]:
    words = _WORD.findall(text.lower())
    return frozenset(
        word for word in words if len(word) >= CONTENT_LETTERS or word.isdigit() or not word.isascii()
    )
