"""Bits per byte: the held-out loss by the bytes of the text; models of other tokens can be compared by it."""

import math
from collections.abc import Sequence

import numpy as np

from studio.evaluation.intervals import Parts
from studio.evaluation.metrics.loss import Loss


class BitsPerByte(Loss):
    """Predictions: the summed nats of each row. References: the bytes of its learned text in UTF-8.

    The nats are those of the loss, the token that ends an answer included; that token has no bytes.
    """

    needs = "bytes"
    source = "arXiv:2101.00027, section 3.1"

    @classmethod
    def measurable(cls, references: Sequence[int]) -> bool:
        """A row of nothing but marks that end an answer has no bytes to share its bits among."""
        return all(references)

    def parts(self, predictions: Sequence[float], references: Sequence[int]) -> Parts:
        return super().parts(np.asarray(predictions, float) / math.log(2), references)
