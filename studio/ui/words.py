"""Numbers as the screen says them: the wording of the whole studio, which stands in `core/words.py`."""

from studio.core.words import (
    about,
    between,
    count,
    decimals,
    duration,
    listed,
    loss,
    moment,
    percentage,
    row_numbers,
    size,
)

__all__ = [
    "about",
    "between",
    "count",
    "decimals",
    "duration",
    "listed",
    "loss",
    "moment",
    "percentage",
    "row_numbers",
    "size",
]
