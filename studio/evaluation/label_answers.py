"""Answers that are labels: which ones there are, and which one a model finds the most likely.

A text can be sorted without a head for classes: by what a model writes, and by which label it finds the most
likely answer (arXiv:2005.14165, section 2.4). The two often differ, so both are measured.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from types import ModuleType

import torch
from transformers import PreTrainedModel

from studio.core.examples import IGNORED
from studio.core.records import Completion
from studio.data.templates import ChatTemplate
from studio.evaluation.classes import answer_scores

MOST_LABELS, LABEL_WORDS, ROWS_EACH = 30, 5, 5
"""More than so many different answers, longer ones, or fewer rows of each on average are not labels."""
_NEVER_CUT = 1 << 30


def labels_among(answers: Iterable[str]) -> tuple[str, ...]:
    """Return the labels where the answers are nothing else; empty where they are free texts."""
    rows: Counter[str] = Counter()
    for answer in answers:
        rows[answer.strip()] += 1
        if len(rows) > MOST_LABELS or len(answer.split()) > LABEL_WORDS:
            return ()
    if len(rows) < 2 or rows.total() < ROWS_EACH * len(rows):
        return ()
    return tuple(sorted(rows))


class Choosing:
    """Takes the label that a model finds the most likely answer, its end included."""

    def __init__(self, labels: Sequence[str], objective: ModuleType, template: ChatTemplate) -> None:
        self._labels = tuple(labels)
        self._answers = [_learned(label, objective, template) for label in labels]

    @torch.inference_mode()
    def __call__(self, model: PreTrainedModel, prompt: Sequence[int]) -> str:
        scores = answer_scores(model, prompt, self._answers)
        return self._labels[scores.index(max(scores))]


def _learned(label: str, objective: ModuleType, template: ChatTemplate) -> list[int]:
    """Return the tokens that training would learn of such an answer; they do not depend on the question."""
    example = objective.encode(Completion("Which?", label), template, max_length=_NEVER_CUT, row=0)
    return [token for token in example.labels if token != IGNORED]
