"""Exact match: the share of rows answered with precisely the expected text, blank ends aside."""

from studio.evaluation.metrics.text_metric import EachAnswer


class ExactMatch(EachAnswer):
    source = "arXiv:1606.05250"
    right_or_wrong = True

    def worth(self, answer: str, expected: str) -> float:
        return answer.strip() == expected.strip()
