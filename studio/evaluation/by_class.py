"""Each label by itself, where rows are sorted: how often it is given rightly and how often it is found.

The mean over labels hides which of them are mixed up. Each has intervals as everything else has, on resamples
of rows.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from studio.core.exam import ClassScores
from studio.evaluation.intervals import Draws, difference, row_draws, score
from studio.evaluation.metrics import METRICS
from studio.evaluation.metrics.labels import share_of

QUALITIES = {"precision": "precision_macro", "recall": "recall_macro", "f1": "f1_macro"}
"""What is told of each label, and the metric that means it over all of them."""
MOST_LABELS = 40
"""So many are told of, the most frequent ones; each costs six values for every resample."""


def by_class(
    expected: Sequence[str],
    base: Sequence[str],
    tuned: Sequence[str],
    *,
    seed: int,
    between: Callable[[], None] = lambda: None,
) -> tuple[ClassScores, ...]:
    """Return the scores of each label that rows truly have, the most frequent first.

    `between` is called every few draws; what it raises ends the work.
    """
    frequent = Counter(expected).most_common(MOST_LABELS)
    if not frequent:
        return ()
    labels = np.asarray([label for label, _ in frequent])
    true = _holds(expected, labels)
    given = {"base": _holds(base, labels), "tuned": _holds(tuned, labels)}
    once = _qualities(np.ones((1, len(expected))), true, given)
    drawn: dict[tuple[str, str], list[np.ndarray]] = {key: [] for key in once}
    for counts in row_draws(len(expected), seed=seed):
        between()
        for key, values in _qualities(counts, true, given).items():
            drawn[key].append(values)
    whole = {key: np.concatenate(parts) for key, parts in drawn.items()}  # each (resamples, labels)
    return tuple(
        _scores(
            label,
            rows,
            {key: Draws(float(once[key][0, at]), each[:, at], rows) for key, each in whole.items()},
        )
        for at, (label, rows) in enumerate(frequent)
    )


def _holds(rows: Sequence[str], labels: np.ndarray) -> np.ndarray:
    """Return which label each row has, `(rows, labels)` of 0 and 1."""
    return (np.asarray(rows)[:, None] == labels).astype(float)


def _qualities(
    counts: np.ndarray, true: np.ndarray, given: Mapping[str, np.ndarray]
) -> dict[tuple[str, str], np.ndarray]:
    """Return by arm and quality the value of each label for each draw, `(draws, labels)`.

    All labels at once: one by one, the draws would be read from memory six times for each.
    """
    truly = counts @ true
    found: dict[tuple[str, str], np.ndarray] = {}
    for arm, holds in given.items():
        rightly, named = counts @ (holds * true), counts @ holds
        for name, metric in QUALITIES.items():
            found[arm, name] = share_of(*METRICS[metric].quality(rightly, named, truly))
    return found


def _scores(label: str, rows: int, draws: Mapping[tuple[str, str], Draws]) -> ClassScores:
    """Return one label's scores; `rows`, those that truly have it, decide whether they can tell anything."""
    arms = {arm: {name: score(draws[arm, name]) for name in QUALITIES} for arm in ("base", "tuned")}
    return ClassScores(
        label, rows, arms, difference(draws["base", "f1"], draws["tuned", "f1"], better="higher")
    )
