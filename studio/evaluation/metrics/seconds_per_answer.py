"""Seconds per answer, as they were spent in the exam on the machine that held it."""

from collections.abc import Sequence

import evaluate
import numpy as np
from datasets import Features, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.row_metric import RowMetric


class SecondsPerAnswer(RowMetric):
    """Predictions: the seconds of each answer. References: how many answers these are, 1 each.

    Answers are written many at once and share the time by their tokens. Both models sit the exam one after
    the other, and a machine's pace varies: so no difference is called better or worse.
    """

    needs = "seconds"
    source = "time.monotonic, the tokens' share of each group of answers"

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Mean seconds of an answer, of many that were written at once.",
            citation=self.source,
            inputs_description="predictions: seconds of each answer; references: 1 each.",
            features=Features({"predictions": Value("float64"), "references": Value("int64")}),
        )

    def parts(self, predictions: Sequence[float], references: Sequence[int]) -> Parts:
        return Parts(np.asarray(predictions, float), np.asarray(references, float))
