"""Perplexity: exp of the held-out loss; between how many words the model wavers at each step."""

import numpy as np

from studio.evaluation.metrics.loss import Loss

LARGEST_LOSS = 700.0
"""Beyond it the exponential is no number any more, and infinite perplexities have no difference."""


class Perplexity(Loss):
    """Reads what `Loss` reads; the mean is taken over tokens before the exponential, never after."""

    source = "Jelinek et al. 1977, doi:10.1121/1.2016299"

    def finish(self, measured: np.ndarray) -> np.ndarray:
        return np.exp(np.minimum(measured, LARGEST_LOSS))
