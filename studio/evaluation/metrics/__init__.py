"""The metrics an exam can measure, in the order of the screen. To add one: a file here and a line below."""

from studio.evaluation.metrics.accuracy import Accuracy
from studio.evaluation.metrics.answer_words import AnswerWords
from studio.evaluation.metrics.bits_per_byte import BitsPerByte
from studio.evaluation.metrics.bleu import Bleu
from studio.evaluation.metrics.chrf import Chrf
from studio.evaluation.metrics.exact_match import ExactMatch
from studio.evaluation.metrics.f1_macro import F1Macro
from studio.evaluation.metrics.gained import Gained
from studio.evaluation.metrics.label_scored import LabelScored
from studio.evaluation.metrics.label_written import LabelWritten
from studio.evaluation.metrics.loss import Loss
from studio.evaluation.metrics.normalised_match import NormalisedMatch
from studio.evaluation.metrics.perplexity import Perplexity
from studio.evaluation.metrics.precision_macro import PrecisionMacro
from studio.evaluation.metrics.preferred import Preferred
from studio.evaluation.metrics.preferred_per_token import PreferredPerToken
from studio.evaluation.metrics.rated_apart import RatedApart
from studio.evaluation.metrics.recall_macro import RecallMacro
from studio.evaluation.metrics.repetition import Repetition
from studio.evaluation.metrics.reward import Reward
from studio.evaluation.metrics.rouge1 import Rouge1
from studio.evaluation.metrics.rouge2 import Rouge2
from studio.evaluation.metrics.rouge_l import RougeL
from studio.evaluation.metrics.row_metric import RowMetric
from studio.evaluation.metrics.seconds_per_answer import SecondsPerAnswer
from studio.evaluation.metrics.steadiness import Steadiness
from studio.evaluation.metrics.unsupported import Unsupported

METRICS: dict[str, type[RowMetric]] = {
    "loss": Loss,
    "perplexity": Perplexity,
    "bits_per_byte": BitsPerByte,
    "reward": Reward,
    "preferred": Preferred,
    "preferred_per_token": PreferredPerToken,
    "gained": Gained,
    "rated_apart": RatedApart,
    "accuracy": Accuracy,
    "precision_macro": PrecisionMacro,
    "recall_macro": RecallMacro,
    "f1_macro": F1Macro,
    "label_written": LabelWritten,
    "label_scored": LabelScored,
    "exact_match": ExactMatch,
    "normalised_match": NormalisedMatch,
    "rougeL": RougeL,
    "rouge1": Rouge1,
    "rouge2": Rouge2,
    "chrf": Chrf,
    "bleu": Bleu,
    "steadiness": Steadiness,
    "unsupported": Unsupported,
    "repetition": Repetition,
    "answer_words": AnswerWords,
    "seconds_per_answer": SecondsPerAnswer,
}


def metric_named(name: str) -> RowMetric:
    """Return the metric, ready to measure. Raises KeyError naming the known ones."""
    if name not in METRICS:
        raise KeyError(f"there is no metric {name!r}; known: {', '.join(METRICS)}")
    return METRICS[name].ready()
