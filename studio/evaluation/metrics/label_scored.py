"""Sorted by likelihood: the share of rows whose right label is the one that the model finds most likely."""

from collections.abc import Sequence

import numpy as np

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.text_metric import TextMetric


class LabelScored(TextMetric):
    """Predictions: the label with the highest likelihood as an answer. References: the true ones."""

    needs = "choices"
    source = "arXiv:2005.14165, section 2.4; scikit-learn, accuracy_score"
    right_or_wrong = True

    def parts(self, predictions: Sequence[str], references: Sequence[str]) -> Parts:
        pairs = zip(predictions, references, strict=True)
        hits = [float(chosen == true.strip()) for chosen, true in pairs]
        return Parts(np.asarray(hits), np.ones(len(hits)))
