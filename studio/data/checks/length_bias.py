"""The better answers are nearly always the longer ones, or the shorter: then it is length that is learned."""

import math
from array import array

import numpy as np
from numpy.typing import NDArray

from studio.core.records import Preference, Rated
from studio.data.checks.seen import Finding, Scene, Seen

TITLE = "Length of the better answers"
SOURCE = "arXiv:2310.03716; arXiv:2403.19159 (length bias); Mann and Whitney, 1947 (rated answers)"

FEWEST = 20
"""Pairs, or answers rated good and rated bad: of fewer most can be the longer ones by chance."""
TELLING = 0.7
"""So large a share of the pairs can be told by length alone."""
SIGNIFICANT = 0.01


class LengthBias:
    """Keeps the lengths of all answers that are set against each other, in characters."""

    def __init__(self, scene: Scene) -> None:
        self._better, self._worse = array("L"), array("L")
        self._good, self._bad = array("L"), array("L")

    def see(self, seen: Seen) -> None:
        match seen.record:
            case Preference(_, chosen, rejected):
                self._better.append(len(chosen))
                self._worse.append(len(rejected))
            case Rated(_, completion, label):
                (self._good if label else self._bad).append(len(completion))

    @property
    def share(self) -> float | None:
        """How often the better answer is the longer one, ties for half; None where too few are compared."""
        if len(self._better) >= FEWEST:
            better, worse = _counts(self._better), _counts(self._worse)
            return float((better > worse).mean() + (better == worse).mean() / 2)
        if min(len(self._good), len(self._bad)) >= FEWEST:
            return _longer_share(_counts(self._good), np.sort(_counts(self._bad)))
        return None

    def findings(self) -> list[Finding]:
        share = self.share
        if share is None or not self._tells(share):
            return []
        which, other = ("longer", "shorter") if share > 0.5 else ("shorter", "longer")
        percent = math.floor(max(share, 1 - share) * 100)
        if self._better:
            message = f"In {percent} % of the pairs the better answer is the {which} one."
            hint = (
                f"Length may be what is learned. Add pairs in which the {other} answer is the better one, or "
                "choose SimPO, which counts by token and so leans least to length."
            )
            return [Finding("warning", message, hint, count=len(self._better))]
        message = f"Of a good and a bad answer the good one is the {which} in {percent} % of all couples."
        hint = f"Length may be what is learned. Add {other} answers that are good, {which} ones that are bad."
        return [Finding("warning", message, hint, count=len(self._good) + len(self._bad))]

    def _tells(self, share: float) -> bool:
        """Return whether length tells better from worse, and not by chance."""
        if self._better:
            spread = math.sqrt(0.25 / len(self._better))
        else:
            good, bad = len(self._good), len(self._bad)
            spread = math.sqrt((good + bad + 1) / (12 * good * bad))
        chance = math.erfc(abs(share - 0.5) / spread / math.sqrt(2))
        return max(share, 1 - share) >= TELLING and chance < SIGNIFICANT


def _counts(lengths: "array[int]") -> NDArray[np.int64]:
    return np.asarray(lengths, dtype=np.int64)


def _longer_share(good: NDArray[np.int64], bad: NDArray[np.int64]) -> float:
    """Return for how many of all couples the good answer is the longer; `bad` is sorted."""
    below, up_to = np.searchsorted(bad, good, "left"), np.searchsorted(bad, good, "right")
    return float((below + up_to).mean() / 2 / len(bad))


def figures(watch: LengthBias) -> dict[str, float]:
    return {} if watch.share is None else {"better_is_longer": round(watch.share, 3)}


begin = LengthBias
