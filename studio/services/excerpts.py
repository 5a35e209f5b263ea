"""What a fix does to a row, as text to look at: only what changes, a long text cut around that place."""

import json

from studio.core.records import SourcedRecord
from studio.data.checks import Seen
from studio.data.mending import Change
from studio.data.tables import SourceRow
from studio.services.views_of_data import ChangedRow

LETTERS = 300
"""Of a long text so many are shown."""
_LEAD = 60
"""So many of them before the first letter that changes."""


def changed_row(change: Change) -> ChangedRow:
    """Return a change as the screen shows it."""
    before, after = change.before, change.after
    if isinstance(before, SourceRow):
        cells = json.dumps(dict(before.cells), ensure_ascii=False, default=str)
        return ChangedRow(before.number, _part(cells), _part(_whole(after)) if after is not None else None)
    if after is None:
        return ChangedRow(before.row, _part(_whole(before)), None)
    pairs = [_around(old, new) for old, new in zip(_texts(before), _texts(after), strict=True) if old != new]
    return ChangedRow(before.row, *("\n".join(texts) for texts in zip(*pairs, strict=True)))


def _texts(sourced: SourcedRecord) -> tuple[str, ...]:
    return Seen(0, sourced).texts


def _whole(sourced: SourcedRecord) -> str:
    return "\n".join(_texts(sourced))


def _around(old: str, new: str) -> tuple[str, str]:
    """Return both texts from shortly before their first difference on."""
    same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    at = min(len(old), len(new)) if same is None else same
    first = max(0, at - _LEAD)
    return _part(old, first), _part(new, first)


def _part(text: str, first: int = 0) -> str:
    begin = "…" if first else ""
    end = "…" if len(text) > first + LETTERS else ""
    return f"{begin}{text[first : first + LETTERS]}{end}"
