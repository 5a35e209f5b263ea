"""What the metrics of labels share: scikit-learn gives the value, and counts by class any resample's.

A macro metric is the mean over classes, each counting alike however rare it is. A class counts where it
is given or true at least once, as in scikit-learn.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import evaluate
import numpy as np

from studio.evaluation.intervals import Shares
from studio.evaluation.metrics.row_metric import RowMetric, form_of_texts


class LabelMetric(RowMetric):
    """Predictions: the labels given. References: the true ones."""

    needs = "answers"

    def _info(self) -> evaluate.MetricInfo:
        return form_of_texts(self, "predictions: labels given; references: true labels.")

    @abstractmethod
    def score(self, predictions: Sequence[str], references: Sequence[str]) -> float:
        """Return scikit-learn's own value."""

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {self.name: float(self.score(predictions, references))}


Quality = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Rows of a class that are (both, given, true), each (draws, classes) -> numerator and denominator."""


@dataclass(frozen=True)
class ClassCounts:
    """Which class each row was given and which is true, `(rows, classes)` of 0 and 1 each."""

    given: np.ndarray
    true: np.ndarray
    quality: Quality

    @property
    def rows(self) -> int:
        return len(self.true)

    def measure(self, counts: np.ndarray) -> np.ndarray:
        """Return the mean over classes for each draw; a class of which nothing was given counts 0.

        So does a draw without any row of these classes: there is nothing to find in it.
        """
        both, given, true = (counts @ each for each in (self.given * self.true, self.given, self.true))
        each = share_of(*self.quality(both, given, true))
        return each.sum(-1) / np.maximum(((given + true) > 0).sum(-1), 1)


def share_of(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return numerator / denominator, and 0 where there is nothing to divide by."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


class MacroMetric(LabelMetric):
    """The mean over classes of a quality of each."""

    quality: ClassVar[Quality]

    def parts(self, predictions: Sequence[str], references: Sequence[str]) -> Shares:
        labels = np.asarray(sorted({*predictions, *references}))
        given, true = (
            (np.asarray(rows)[:, None] == labels).astype(float) for rows in (predictions, references)
        )
        return ClassCounts(given, true, type(self).quality)
