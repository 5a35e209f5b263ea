"""Normalised match: the share of rows answered with the expected text but for case, marks and articles."""

import re
import string

from studio.evaluation.metrics.text_metric import EachAnswer

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation)


class NormalisedMatch(EachAnswer):
    """SQuAD's own normalisation, so that figures can be compared: English articles are left out."""

    source = "arXiv:1606.05250, evaluate-v1.1.py"
    right_or_wrong = True

    def worth(self, answer: str, expected: str) -> float:
        return normalised(answer) == normalised(expected)


def normalised(text: str) -> str:
    """Return a text in lower case without punctuation marks, English articles and extra blanks."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_MARKS)).split())
