"""Exact match: the share of rows answered with precisely the expected text, blank ends aside."""

from collections.abc import Sequence

import evaluate
import numpy as np
from datasets import Features, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.row_metric import RowMetric


class ExactMatch(RowMetric):
    """Predictions: the model's answers. References: the expected ones."""

    title = "Exact match"
    unit = "fraction of rows"
    better = "higher"
    needs = "answers"
    source = "arXiv:1606.05250"

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Share of answers equal to the expected text once blank ends are removed.",
            citation=self.source,
            inputs_description="predictions: answers; references: expected answers.",
            features=Features({"predictions": Value("string"), "references": Value("string")}),
        )

    def parts(self, predictions: Sequence[str], references: Sequence[str]) -> Parts:
        pairs = zip(predictions, references, strict=True)
        hits = [float(answer.strip() == expected.strip()) for answer, expected in pairs]
        return Parts(np.asarray(hits), np.ones(len(hits)))
