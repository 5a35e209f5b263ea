"""Whether the answers of a file are labels, and how often each stands there: for the checks of labels."""

from collections import Counter
from collections.abc import Mapping

LONGEST_LABEL = 120
MOST_LABELS = 1000
FEWEST_ROWS = 20
FEW_LABELS = 200
"""So many different answers may come one after the other at the beginning of a file."""


class LabelCounts:
    """Counts answers until they cannot be labels any more, and then forgets them.

    Labels are short and come again: fewer than one in five rows may bring a new one, once there are enough
    rows to tell.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.rows = 0
        self.may_be_labels = True

    def see(self, answer: str) -> bool:
        """Count one answer; return whether all so far may be labels."""
        if not self.may_be_labels:
            return False
        self.counts[answer] += 1
        self.rows += 1
        different = len(self.counts)
        if (
            not answer
            or len(answer) > LONGEST_LABEL
            or different > min(MOST_LABELS, max(FEW_LABELS, self.rows // 5))
        ):
            self.may_be_labels = False
            self.counts.clear()
        return self.may_be_labels

    @property
    def are_labels(self) -> bool:
        different = len(self.counts)
        return self.may_be_labels and self.rows >= FEWEST_ROWS and 2 <= different <= self.rows // 5


def listed(counts: Mapping[str, int], most: int = 3) -> str:
    """Return the first labels with their counts, as a sentence can hold them."""
    first = [f"“{shortened(label)}” ({count:,})" for label, count in list(counts.items())[:most]]
    rest = len(counts) - len(first)
    return ", ".join(first) + (f" and {rest:,} more" if rest > 0 else "")


def shortened(text: str, longest: int = 60) -> str:
    """Return the text, or its beginning with three dots, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
