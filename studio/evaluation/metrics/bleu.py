"""BLEU: how many stretches of one to four words an answer shares with the expected one, over all rows."""

from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics import BLEU

from studio.evaluation.metrics.text_metric import Statistics, TextMetric, sacrebleu_rows

ORDERS = 4


class Bleu(TextMetric):
    """sacrebleu's corpus BLEU with its defaults, comparable with papers; 0 to 100."""

    source = "Papineni et al. 2002, doi:10.3115/1073083.1073135; sacrebleu, arXiv:1804.08771"

    @classmethod
    def measurable(cls, references: Sequence[str]) -> bool:
        """It looks for four words in a row: without an expected answer so long it is 0 for any model."""
        return any(len(reference.split()) >= ORDERS for reference in references)

    @classmethod
    def signature(cls) -> str:
        scorer = BLEU()
        scorer.corpus_score(["one"], [["one"]])  # it knows the number of references only then
        return str(scorer.get_signature())

    def parts(self, predictions: Sequence[str], references: Sequence[str]) -> Statistics:
        return Statistics(
            np.asarray(sacrebleu_rows(BLEU(force=True), predictions, references), float), _formula
        )

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        scorer = BLEU(force=True)
        rows = sacrebleu_rows(scorer, predictions, references)
        return {self.name: scorer._aggregate_and_compute(rows).score}


def _formula(sums: np.ndarray) -> np.ndarray:
    """Return BLEU `(draws,)` of sums `(draws, 10)`: lengths of answers and of references, hits, stretches.

    Smoothed as in mteval-v13a, sacrebleu's `exp`: the k-th order without a hit counts 1 / 2^k hits.
    """
    written, expected = sums[:, 0], sums[:, 1]
    hits, stretches = sums[:, 2 : 2 + ORDERS], sums[:, 2 + ORDERS :]
    halvings = np.cumsum(hits == 0, axis=1)
    counted = np.where(hits > 0, hits, 0.5**halvings)
    defined = (stretches > 0).all(1) & (hits > 0).any(1)
    precisions = np.divide(counted, stretches, out=np.ones_like(counted), where=stretches > 0)
    shorter = (written > 0) & (written < expected)
    ratio = np.divide(expected, written, out=np.ones_like(written), where=shorter)
    return np.where(defined, 100 * np.exp(1 - ratio) * np.exp(np.log(precisions).mean(1)), 0.0)
