"""Sorted by writing: the share of rows for which the answer that was written names the right label."""

import re
from collections.abc import Iterable, Sequence

import evaluate
import numpy as np
from datasets import Features, List, Value

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.normalised_match import normalised
from studio.evaluation.metrics.text_metric import TextMetric

_WORD = re.compile(r"\w+")


class LabelWritten(TextMetric):
    """An answer that names no label, or several, counts as wrong.

    References: of each row the true label, then all that there are, also those that no row asked here has.
    """

    needs = "written"
    source = "named_label below: the label itself, or the only one that is named"
    right_or_wrong = True

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Share of rows whose answer names the right label and no other.",
            citation=self.source,
            inputs_description="predictions: answers; references: the true label of each, then all labels.",
            features=Features({"predictions": Value("string"), "references": List(Value("string"))}),
        )

    def parts(self, predictions: Sequence[str], references: Sequence[Sequence[str]]) -> Parts:
        labels = sorted({label.strip() for each in references for label in each})
        pairs = zip(predictions, references, strict=True)
        hits = [float(named_label(answer, labels) == true.strip()) for answer, (true, *_) in pairs]
        return Parts(np.asarray(hits), np.ones(len(hits)))


def named_label(answer: str, labels: Iterable[str]) -> str | None:
    """Return the label that an answer is or names, whatever its case and marks; None for none or several.

    Of two labels, one of which is part of the other ("positive", "very positive"), the longer one is meant.
    """
    said = _padded(answer)
    forms = {label: _padded(label) for label in labels}
    if exact := [label for label, form in forms.items() if form == said]:
        return exact[0] if len(exact) == 1 else None
    found = [label for label, form in forms.items() if form.strip() and form in said]
    meant = [
        label for label in found if not any(forms[label] in forms[other] for other in found if other != label)
    ]
    return meant[0] if len(meant) == 1 else None


def _padded(text: str) -> str:
    """Return a text as whole words between blanks; a label of marks or articles alone keeps them."""
    return f" {' '.join(_WORD.findall(normalised(text))) or text.strip().lower()} "
