"""ROUGE-L: the longest run of words, gaps allowed, that an answer and the expected one share in one order."""

from studio.evaluation.metrics.rouge import Rouge


class RougeL(Rouge):
    name = "rougeL"  # `evaluate` would make rouge_l of it, which no paper writes
