"""What the names of a table's columns must be, whatever the file type."""

from collections import Counter
from collections.abc import Sequence

from studio.core.errors import Refused
from studio.data.tables import MOST_COLUMNS


def check_columns(columns: Sequence[str]) -> None:
    """Raise Refused where the columns cannot be told apart, are none or are far too many."""
    if not columns:
        raise Refused("The file has no columns.", "Give it a header with at least two names, then the rows.")
    if len(columns) > MOST_COLUMNS:
        raise Refused(
            f"The file has {len(columns):,} columns; up to {MOST_COLUMNS:,} are read.",
            "Keep the columns with the question and the answer.",
        )
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise Refused(
            f"Two columns are named {shown(twice[0])}.", "Give every column of the header its own name."
        )


def named(header: Sequence[str]) -> tuple[str, ...]:
    """Return the header's names without white space around them; a nameless column gets its number."""
    stripped = [name.strip() for name in header]
    return tuple(name or f"column {number}" for number, name in enumerate(stripped, 1))


def shown(text: str) -> str:
    """Return a name as a message can show it: short, and without letters that cannot be written."""
    short = text if len(text) <= 60 else text[:60] + "…"
    return "“" + short.encode("utf-8", "replace").decode() + "”"
