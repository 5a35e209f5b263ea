"""What the exam's metrics share: an `evaluate.Metric` that is a function of sums over rows.

`evaluate.load` fetches metric scripts from the hub; subclasses need no network (DESIGN section 11).
"""

import tempfile
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import evaluate
import numpy as np

from studio.evaluation.intervals import Shares


class RowMetric(evaluate.Metric):
    """A metric with a value for any set of rows; `compute` is `evaluate`'s own entry."""

    title: ClassVar[str]
    unit: ClassVar[str]
    better: ClassVar[Literal["lower", "higher"]]
    needs: ClassVar[Literal["losses", "answers"]]
    """What it reads: `losses` (nats and trained tokens of each row) or `answers` (texts)."""
    source: ClassVar[str]

    @classmethod
    def ready(cls) -> Self:
        """Return an instance that holds its rows in memory; `evaluate` insists on making a cache folder."""
        with tempfile.TemporaryDirectory() as folder:
            return cls(keep_in_memory=True, cache_dir=folder)

    @abstractmethod
    def parts(self, predictions: Sequence, references: Sequence) -> Shares:
        """Return each row's share of the sums."""

    def finish(self, measured: np.ndarray) -> np.ndarray:
        """Turn what the sums give into the value."""
        return measured

    def _compute(self, predictions: Sequence, references: Sequence) -> dict[str, float]:
        parts = self.parts(predictions, references)
        return {self.name: float(self.finish(parts.measure(np.ones((1, parts.rows))))[0])}
