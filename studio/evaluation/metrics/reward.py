"""Reward: what the run's own rewards give an answer, summed by their weights, meaned over the questions."""

from collections.abc import Sequence

import evaluate
import numpy as np
from datasets import Features, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.row_metric import RowMetric


class Reward(RowMetric):
    """Predictions: the reward of each answer. References: 1 for each."""

    needs = "rewards"
    source = "the mean of the run's own reward, J(theta) of arXiv:2203.02155, without its KL term"

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Mean reward of the answers.",
            citation=self.source,
            inputs_description="predictions: the reward of each answer; references: 1 for each.",
            features=Features({"predictions": Value("float64"), "references": Value("int64")}),
        )

    def parts(self, predictions: Sequence[float], references: Sequence[int]) -> Parts:
        return Parts(np.asarray(predictions, float), np.ones(len(predictions)))
