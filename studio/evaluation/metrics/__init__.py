"""The metrics an exam can measure, in the order of the screen. To add one: a file here and a line below."""

from studio.evaluation.metrics.exact_match import ExactMatch
from studio.evaluation.metrics.loss import Loss
from studio.evaluation.metrics.perplexity import Perplexity
from studio.evaluation.metrics.row_metric import RowMetric

METRICS: dict[str, type[RowMetric]] = {
    "loss": Loss,
    "perplexity": Perplexity,
    "exact_match": ExactMatch,
}


def metric_named(name: str) -> RowMetric:
    """Return the metric, ready to measure. Raises KeyError naming the known ones."""
    if name not in METRICS:
        raise KeyError(f"there is no metric {name!r}; known: {', '.join(METRICS)}")
    return METRICS[name].ready()
