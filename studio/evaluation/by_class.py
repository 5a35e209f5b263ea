"""Each label by itself, where rows are sorted: how often it is given rightly and how often it is found.

The mean over labels hides which of them are mixed up. Each has intervals as everything else has, on resamples
of rows.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from studio.core.exam import ClassScores
from studio.evaluation.intervals import Measured, bootstrap_all, difference, score
from studio.evaluation.metrics import METRICS
from studio.evaluation.metrics.labels import ClassCounts, MacroMetric

QUALITIES = {"precision": "precision_macro", "recall": "recall_macro", "f1": "f1_macro"}
"""What is told of each label, and the metric that means it over all of them."""
MOST_LABELS = 40
"""So many are told of, the most frequent ones; each costs six values for every resample."""


def by_class(
    expected: Sequence[str], base: Sequence[str], tuned: Sequence[str], *, seed: int
) -> tuple[ClassScores, ...]:
    """Return the scores of each label that rows truly have, the most frequent first."""
    frequent = Counter(expected).most_common(MOST_LABELS)
    if not frequent:
        return ()
    given = {"base": np.asarray(base), "tuned": np.asarray(tuned)}
    measured = {
        (label, arm, name): _measured(METRICS[metric], np.asarray(expected) == label, given[arm] == label)
        for label, _ in frequent
        for arm in given
        for name, metric in QUALITIES.items()
    }
    draws = bootstrap_all(measured, seed=seed)
    return tuple(
        ClassScores(
            label,
            rows,
            {arm: {name: score(draws[label, arm, name]) for name in QUALITIES} for arm in given},
            difference(draws[label, "base", "f1"], draws[label, "tuned", "f1"], better="higher", rows=rows),
        )
        for label, rows in frequent
    )


def _measured(metric: type[MacroMetric], true: np.ndarray, given: np.ndarray) -> Measured:
    one = ClassCounts(given[:, None].astype(float), true[:, None].astype(float), metric.quality)
    return Measured(one, lambda values: values)
