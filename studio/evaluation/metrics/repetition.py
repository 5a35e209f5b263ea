"""Repetition: the share of an answer's stretches of four words that it has said before."""

from studio.evaluation.metrics.text_metric import EachAnswer

WORDS = 4


class Repetition(EachAnswer):
    """`seq-rep-4`, of each answer and then meaned; one of fewer than four words repeats nothing."""

    source = "arXiv:1908.04319, section 6.1"

    def worth(self, answer: str, expected: str) -> float:
        words = answer.split()
        stretches = [tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)]
        return 1 - len(set(stretches)) / len(stretches) if stretches else 0.0
