"""ROUGE-2: pairs of words in a row that an answer and the expected one share."""

from studio.evaluation.metrics.rouge import Rouge


class Rouge2(Rouge):
    """Neighbours only: a gap between two words makes another pair."""
