"""ROUGE-1: single words that an answer and the expected one share."""

from studio.evaluation.metrics.rouge import Rouge


class Rouge1(Rouge):
    """Order plays no part."""
