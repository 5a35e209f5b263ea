"""Macro Precision: how many rows with a label given have it in truth, meaned over the labels."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import precision_score

from studio.evaluation.metrics.labels import MacroMetric


def _quality(both: np.ndarray, given: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return both, given


class PrecisionMacro(MacroMetric):
    """Every label counts alike, however rare; one that is never given counts 0."""

    source = "scikit-learn, precision_score(average='macro', zero_division=0)"
    quality = staticmethod(_quality)

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> float:
        return precision_score(references, predictions, average="macro", zero_division=0)
