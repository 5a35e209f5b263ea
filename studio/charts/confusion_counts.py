"""Which label was taken for which, counted: what the heat map and the report's table show."""

from collections import Counter
from collections.abc import Sequence

MOST_LABELS = 12
"""More would not be legible; the others are one row and one column together."""
OTHERS = "all others"


def counted(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[list[int]]]:
    """Return labels and how many rows of each (down) were given each (across).

    The order is that of the true labels, the most frequent first, so that two models' maps look alike.
    """
    frequent = Counter({label: 0 for pair in pairs for label in pair})
    frequent.update(true for true, _ in pairs)
    labels = sorted(frequent, key=lambda label: (-frequent[label], label))
    shown = labels[:MOST_LABELS]
    place = {label: min(at, MOST_LABELS) for at, label in enumerate(labels)}
    size = min(len(labels), MOST_LABELS + 1)
    cells = [[0] * size for _ in range(size)]
    for true, given in pairs:
        cells[place[true]][place[given]] += 1
    return shown + [OTHERS] * (size - len(shown)), cells
