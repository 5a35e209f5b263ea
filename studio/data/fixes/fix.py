"""What every fix can do."""

from collections.abc import Mapping
from typing import Protocol

from studio.core.records import SourcedRecord
from studio.data.checks.seen import Seen
from studio.data.tables import SourceRow


class Fix(Protocol):
    """One fix at work on one data set, in the order of the file."""

    def see(self, seen: Seen) -> None:
        """Look at a record before any is changed; called for every record where the module `NEEDS_PASS`."""
        ...

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        """Return the record as it shall be: the same object where nothing changes, None where it is dropped.

        `seen_by_check`: the issue that is being fixed names this row.
        """
        ...


class RowFix(Fix, Protocol):
    """One fix at work on rows that were set aside: they are no records yet."""

    def mend(self, row: SourceRow, format_name: str, mapping: Mapping[str, str]) -> SourcedRecord | None:
        """Return what the row becomes; None where it stays set aside."""
        ...
