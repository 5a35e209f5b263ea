"""Preferred: the share of pairs of answers of which the better one is found the likelier."""

from collections.abc import Sequence

import evaluate
import numpy as np
from datasets import Features, List, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.row_metric import RowMetric

Pair = tuple[float, float]


class Preferred(RowMetric):
    """Predictions: how much both answers of each pair are liked, the better one first: the log-probabilities
    of whole answers, their ends included. References: how many tokens both have.

    Where both are liked alike, the better one is not preferred.
    """

    needs = "pairs"
    source = "ranking accuracy: arXiv:2405.19534, section 2"
    right_or_wrong = True

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Share of pairs whose better answer has the higher log-probability.",
            citation=self.source,
            inputs_description="predictions: how much the better and the worse answer are liked; "
            "references: the tokens of both.",
            features=Features({"predictions": List(Value("float64")), "references": List(Value("int64"))}),
        )

    def parts(self, predictions: Sequence[Pair], references: Sequence[tuple[int, int]]) -> Parts:
        pairs = zip(predictions, references, strict=True)
        hits = [float(self.apart(liked, tokens) > 0) for liked, tokens in pairs]
        return Parts(np.asarray(hits), np.ones(len(hits)))

    def apart(self, liked: Pair, tokens: tuple[int, int]) -> float:
        """Return how much more the better answer is liked."""
        return liked[0] - liked[1]
