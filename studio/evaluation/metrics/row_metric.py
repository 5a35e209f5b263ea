"""What the exam's metrics share: an `evaluate.Metric` that is a function of sums over rows.

`evaluate.load` fetches metric scripts from the hub; subclasses need no network (DESIGN section 11).
"""

import inspect
import tempfile
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import evaluate
import numpy as np
from datasets import Features, Value

from studio.evaluation.intervals import Shares


class RowMetric(evaluate.Metric):
    """A metric with a value for any set of rows; `compute` is `evaluate`'s own entry.

    What it is called, its unit and which way is better stand in `core/measures.py`.
    """

    needs: ClassVar[
        Literal[
            "losses", "bytes", "answers", "seconds", "written", "choices", "phrasings", "sourced",
            "pairs", "gains", "rated", "rewards",
        ]
    ]  # fmt: skip
    """What it reads of each row: nats and trained tokens (`losses`), nats and the bytes of the learned text
    (`bytes`), the answer and the expected one (`answers`), what the answer took (`seconds`), what was
    written (`written`) and what was likeliest (`choices`) where answers are labels, or the answers to the
    phrasings of a question (`phrasings`), or the answer with what it may rest on (`sourced`); of two answers
    how much each is liked (`pairs`) or was raised by tuning (`gains`), of a rated one its nats (`rated`); or
    what the answer is worth (`rewards`)."""
    source: ClassVar[str]
    right_or_wrong: ClassVar[bool] = False
    """Each row counts 1 or 0 and all rows alike, so that the value is a share of rows."""

    @classmethod
    def ready(cls) -> Self:
        """Return an instance that holds its rows in memory; `evaluate` insists on making a cache folder."""
        with tempfile.TemporaryDirectory() as folder:
            return cls(keep_in_memory=True, cache_dir=folder)

    @classmethod
    def measurable(cls, references: Sequence) -> bool:
        """Return whether it can tell anything on these rows; where not, it is left out of the exam."""
        return True

    @classmethod
    def rests_on(cls, references: Sequence) -> int | None:
        """Return how many rows say anything of the value; None for all."""
        return None

    @classmethod
    def signature(cls) -> str:
        """Return what a paper has to state beside the value; empty where the name says it all."""
        return ""

    @abstractmethod
    def parts(self, predictions: Sequence, references: Sequence) -> Shares:
        """Return each row's share of the sums."""

    def finish(self, measured: np.ndarray) -> np.ndarray:
        """Turn what the sums give into the value."""
        return measured

    def _compute(self, predictions: Sequence, references: Sequence) -> dict[str, float]:
        parts = self.parts(predictions, references)
        return {self.name: float(self.finish(parts.measure(np.ones((1, parts.rows))))[0])}


def form_of_texts(metric: RowMetric, read: str) -> evaluate.MetricInfo:
    """Return the form of `evaluate` of a metric that compares texts; `read` says what it reads."""
    return evaluate.MetricInfo(
        description=inspect.getdoc(type(metric)) or "",
        citation=metric.source,
        inputs_description=read,
        features=Features({"predictions": Value("string"), "references": Value("string")}),
    )
