"""Accuracy: the share of rows that were given their own label."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import accuracy_score

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.labels import LabelMetric


class Accuracy(LabelMetric):
    """Says little where one label is much more frequent than the others: then look at F1 too."""

    source = "scikit-learn, accuracy_score"
    right_or_wrong = True

    def parts(self, predictions: Sequence[str], references: Sequence[str]) -> Parts:
        pairs = zip(predictions, references, strict=True)
        hits = [float(given == true) for given, true in pairs]
        return Parts(np.asarray(hits), np.ones(len(hits)))

    def score(self, predictions: Sequence[str], references: Sequence[str]) -> float:
        return accuracy_score(references, predictions)
