"""What each single answer is worth by a metric: to set people's votes beside the metrics' own signs."""

from collections.abc import Sequence

import numpy as np

from studio.core.measures import MEASURES
from studio.evaluation.metrics import METRICS, metric_named


def tells_of_answers(name: str) -> bool:
    """Return whether a metric reads an answer beside the expected one and knows which way is better."""
    return METRICS[name].needs == "answers" and MEASURES[name].better is not None


def row_scores(name: str, answers: Sequence[str], expected: Sequence[str]) -> list[float]:
    """Return the metric of each answer alone; of a corpus score, the score of a corpus of one."""
    metric = metric_named(name)
    shares = metric.parts(answers, expected)
    return [float(value) for value in metric.finish(shares.measure(np.eye(shares.rows)))]


def row_gains(name: str, base: Sequence[str], tuned: Sequence[str], expected: Sequence[str]) -> list[float]:
    """Return by how much each tuned answer is the better one; below zero where it is the worse."""
    sign = 1.0 if MEASURES[name].better == "higher" else -1.0
    before, after = (row_scores(name, answers, expected) for answers in (base, tuned))
    return [sign * (late - early) for early, late in zip(before, after, strict=True)]
