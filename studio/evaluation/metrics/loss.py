"""Held-out loss: nats per trained token over all rows, the same number as in training."""

from collections.abc import Sequence

import evaluate
import numpy as np
from datasets import Features, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.row_metric import RowMetric


class Loss(RowMetric):
    """Predictions: the summed nats of each row. References: how many tokens of it are learned."""

    needs = "losses"
    source = "Shannon 1948, doi:10.1002/j.1538-7305.1948.tb01338.x"

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Mean negative log-likelihood per trained token, over all rows together.",
            citation=self.source,
            inputs_description="predictions: nats of each row; references: its trained tokens.",
            features=Features({"predictions": Value("float64"), "references": Value("int64")}),
        )

    def parts(self, predictions: Sequence[float], references: Sequence[int]) -> Parts:
        return Parts(np.asarray(predictions, float), np.asarray(references, float))
