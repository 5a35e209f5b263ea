"""Leave out the rows that a check named."""

from collections.abc import Mapping

from studio.core.records import SourcedRecord
from studio.data.checks.seen import Seen

TITLE = "Drop"
ACTION = "Leave these rows out"
SUMMARY = "Your file keeps them; training goes on without them."
NEEDS_PASS = False


class Drop:
    def see(self, seen: Seen) -> None:
        """Which rows go is what the check says."""

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        return None if seen_by_check else sourced


def begin(options: Mapping[str, str]) -> Drop:
    return Drop()
