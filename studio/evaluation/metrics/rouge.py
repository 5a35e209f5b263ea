"""What the three ROUGE metrics share: rouge-score gives the F measure of each row, and rows are meaned.

Source: Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"; rouge-score without stemming, as
in `evaluate`'s own metric.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from rouge_score.rouge_scorer import RougeScorer

from studio.evaluation.metrics.text_metric import EachAnswer

_WORD = re.compile(r"\w")
_READ = re.compile(r"[a-z0-9]")
ENOUGH_READ = 0.5


class Rouge(EachAnswer):
    """Reads a to z and digits, nothing else: that is the standard's own rule."""

    source = "Lin 2004, aclanthology.org/W04-1013; rouge-score 0.1.2"

    @classmethod
    def measurable(cls, references: Sequence[str]) -> bool:
        """In a script of which it sees less than half it would be near 0 for any model."""
        text = "".join(references).lower()
        return len(_READ.findall(text)) > ENOUGH_READ * len(_WORD.findall(text))

    @cached_property
    def _scorer(self) -> RougeScorer:
        return RougeScorer([self.name])

    def worth(self, answer: str, expected: str) -> float:
        return self._scorer.score(expected, answer)[self.name].fmeasure
