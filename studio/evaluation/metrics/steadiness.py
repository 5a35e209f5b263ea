"""Steadiness: how alike the answers to one question are when it is asked in other words."""

import re
from collections.abc import Sequence
from itertools import combinations

import evaluate
import numpy as np
from datasets import Features, List, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.row_metric import RowMetric

_WORD = re.compile(r"\w+")


class Steadiness(RowMetric):
    """Predictions: the answers to each question's phrasings. References: how many they are.

    ROUGE-L between any two of them, over words of any script, meaned over the pairs and then over rows. It
    knows nothing of right and wrong: who always says the same is as steady as can be.
    """

    needs = "phrasings"
    source = "arXiv:2102.01017, section 3 (consistency over paraphrases); ROUGE-L: Lin 2004"

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Mean ROUGE-L between the answers to a question's phrasings.",
            citation=self.source,
            inputs_description="predictions: answers to each question's phrasings; references: their number.",
            features=Features({"predictions": List(Value("string")), "references": Value("int64")}),
        )

    def parts(self, predictions: Sequence[Sequence[str]], references: Sequence[int]) -> Parts:
        agreed = np.asarray([agreement(answers) for answers in predictions])
        return Parts(agreed, np.ones(len(agreed)))


def agreement(answers: Sequence[str]) -> float:
    """Return how alike answers are, 1 where all have the same words; such without any word are alike."""
    words = [_WORD.findall(answer.lower()) for answer in answers]
    pairs = [_alike(one, other) for one, other in combinations(words, 2)]
    return sum(pairs) / len(pairs) if pairs else 1.0


def _alike(one: list[str], other: list[str]) -> float:
    """Return twice the longest common subsequence over all words: the F measure of ROUGE-L."""
    if one == other:
        return 1.0
    longest = [0] * (len(other) + 1)  # of the words so far of one, with each beginning of the other
    for word in one:
        before = 0
        for at, known in enumerate(other, start=1):
            before, longest[at] = (
                longest[at],
                before + 1 if word == known else max(longest[at], longest[at - 1]),
            )
    return 2 * longest[-1] / (len(one) + len(other))
