"""Rated apart: how often a good answer is found likelier, by its tokens, than a bad one to any question."""

from collections.abc import Sequence
from dataclasses import dataclass

import evaluate
import numpy as np
from datasets import Features, List, Value

from studio.evaluation.metrics.row_metric import RowMetric


@dataclass(frozen=True)
class Ranks:
    """Of each good answer and each bad one, whether the good one stands above: 1, 0, and 0.5 for the same.

    `good` and `bad` are their places among all `rows`; `above` is `(good, bad)`.
    """

    good: np.ndarray
    bad: np.ndarray
    above: np.ndarray

    @property
    def rows(self) -> int:
        return self.good.size + self.bad.size

    def measure(self, counts: np.ndarray) -> np.ndarray:
        """Return the share for each draw; one without good or without bad answers tells nothing: a half."""
        good, bad = counts[:, self.good], counts[:, self.bad]
        pairs = good.sum(-1) * bad.sum(-1)
        won = ((good @ self.above) * bad).sum(-1)
        return np.divide(won, pairs, out=np.full_like(won, 0.5), where=pairs > 0)


class RatedApart(RowMetric):
    """Predictions: the summed nats of each rated answer. References: its tokens, and 1 where it is good."""

    needs = "rated"
    source = "area under the ROC curve: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747"

    @classmethod
    def measurable(cls, references: Sequence[tuple[int, int]]) -> bool:
        """Without a good and a bad answer nothing can be told apart."""
        return cls.rests_on(references) > 0

    @classmethod
    def rests_on(cls, references: Sequence[tuple[int, int]]) -> int:
        """Return twice the rows of the rarer kind: many good answers beside one bad one tell little."""
        good = sum(bool(good) for _, good in references)
        return 2 * min(good, len(references) - good)

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Share of pairs of a good and a bad answer whose good one is likelier by token.",
            citation=self.source,
            inputs_description="predictions: nats of each answer; references: its tokens, and 1 where good.",
            features=Features({"predictions": Value("float64"), "references": List(Value("int64"))}),
        )

    def parts(self, predictions: Sequence[float], references: Sequence[tuple[int, int]]) -> Ranks:
        tokens, good = np.asarray(references, float).T
        likely = -np.asarray(predictions, float) / tokens
        own, other = (np.flatnonzero(good == kind) for kind in (1, 0))
        apart = likely[own][:, None] - likely[other][None, :]
        return Ranks(own, other, (np.sign(apart) + 1) / 2)
