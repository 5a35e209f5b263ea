"""The metrics an exam can measure, in the order of the screen. To add one: a file here and a line below."""

from studio.evaluation.metrics.accuracy import Accuracy
from studio.evaluation.metrics.exact_match import ExactMatch
from studio.evaluation.metrics.f1_macro import F1Macro
from studio.evaluation.metrics.loss import Loss
from studio.evaluation.metrics.perplexity import Perplexity
from studio.evaluation.metrics.precision_macro import PrecisionMacro
from studio.evaluation.metrics.recall_macro import RecallMacro
from studio.evaluation.metrics.row_metric import RowMetric

METRICS: dict[str, type[RowMetric]] = {
    "loss": Loss,
    "perplexity": Perplexity,
    "accuracy": Accuracy,
    "precision_macro": PrecisionMacro,
    "recall_macro": RecallMacro,
    "f1_macro": F1Macro,
    "exact_match": ExactMatch,
}


def metric_named(name: str) -> RowMetric:
    """Return the metric, ready to measure. Raises KeyError naming the known ones."""
    if name not in METRICS:
        raise KeyError(f"there is no metric {name!r}; known: {', '.join(METRICS)}")
    return METRICS[name].ready()
