"""Macro F1: the harmonic mean of precision and recall of each label, meaned over the labels."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score

from studio.evaluation.metrics.labels import MacroMetric


def _quality(both: np.ndarray, given: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 2 * both, given + true


class F1Macro(MacroMetric):
    """Every label counts alike, however rare; one that is never given counts 0."""

    source = "scikit-learn, f1_score(average='macro', zero_division=0)"
    quality = staticmethod(_quality)

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> float:
        return f1_score(references, predictions, average="macro", zero_division=0)
