"""chrF: how many stretches of one to six letters an answer shares with the expected one, over all rows."""

from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics import CHRF

from studio.evaluation.metrics.text_metric import Statistics, TextMetric, sacrebleu_rows

RECALL_WEIGHT = CHRF.BETA**2


class Chrf(TextMetric):
    """sacrebleu's corpus chrF2 with its defaults; 0 to 100. It needs no words, so it serves any language."""

    source = "Popović 2015, doi:10.18653/v1/W15-3049; sacrebleu, arXiv:1804.08771"

    @classmethod
    def signature(cls) -> str:
        scorer = CHRF()
        scorer.corpus_score(["one"], [["one"]])  # it knows the number of references only then
        return str(scorer.get_signature())

    def parts(self, predictions: Sequence[str], references: Sequence[str]) -> Statistics:
        return Statistics(np.asarray(sacrebleu_rows(CHRF(), predictions, references), float), _formula)

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        scorer = CHRF()
        rows = sacrebleu_rows(scorer, predictions, references)
        return {self.name: scorer._aggregate_and_compute(rows).score}


def _formula(sums: np.ndarray) -> np.ndarray:
    """Return chrF `(draws,)` of sums `(draws, 18)`: for each length of stretch the answers', the references'
    and those in common. Lengths that one of the two does not have are left out of the means.
    """
    written, expected, common = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
    counted = (written > 0) & (expected > 0)
    orders = np.maximum(counted.sum(1), 1)
    precision, recall = (
        np.divide(common, whole, out=np.zeros_like(common), where=counted).sum(1) / orders
        for whole in (written, expected)
    )
    weighed = RECALL_WEIGHT * precision + recall
    both = (1 + RECALL_WEIGHT) * precision * recall
    return 100 * np.divide(both, weighed, out=np.zeros_like(both), where=weighed > 0)
