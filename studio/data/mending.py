"""A fix at work on a whole data set: the rows it may touch, what becomes of each, the report on the rest."""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.core.errors import Refused
from studio.core.records import SourcedRecord, first_view
from studio.core.report import DatasetReport, verdict_on
from studio.data.checks import CHECKS, Scene, Seen, SetAside
from studio.data.checks.lengths import LengthWatch
from studio.data.checkup import Checkup, findings_of
from studio.data.fixes import FIXES
from studio.data.readers import read_table
from studio.data.tables import SourceRow


@dataclass(frozen=True)
class Uploaded:
    """The file as it was uploaded, and how it was read: for rows that are no records yet."""

    path: Path
    name: str
    format: str
    mapping: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What becomes of a row: `after` is the same object where it stays as it is, None where it is dropped.

    `before` is a row of the file where the row is added.
    """

    before: SourcedRecord | SourceRow
    after: SourcedRecord | None


def rows_to_mend(
    names: tuple[str, str, str], records: Iterable[SourcedRecord], scene: Scene, set_aside: Sequence[SetAside]
) -> Collection[int]:
    """Return all rows that a fix may touch. `names`: the check, the kind of its finding, and the fix.

    Raises Refused where the check no longer finds this.
    """
    check, kind, fix = names
    found = findings_of(check, records, scene, set_aside)
    finding = next((each for each in found if each.kind == kind), None)
    if finding is None:
        raise Refused("This finding is no longer there.", "Look at the newest report.")
    stays = finding.stays if getattr(FIXES[fix], "KEEPS_THE_FIRST", False) else ()
    return set(finding.rows).difference(stays)


class Mending:
    """One fix on its way through the records. `changed`, `dropped` and `added` count rows meanwhile."""

    def __init__(self, fix: str, options: Mapping[str, str], rows: Collection[int]) -> None:
        self._module = FIXES[fix]
        self._fix = self._module.begin(options)
        self._rows = rows
        self.changed = self.dropped = self.added = 0

    @property
    def total(self) -> int:
        return self.changed + self.dropped + self.added

    def changes(self, records: Iterable[SourcedRecord], uploaded: Uploaded) -> Iterator[Change]:
        """Yield every row in the order of the file; goes through `records` twice where the fix needs it."""
        if self._module.NEEDS_PASS:
            for index, sourced in enumerate(records):
                self._fix.see(Seen(index, sourced))
        if getattr(self._module, "MENDS_SOURCE_ROWS", False):
            unchanged = (Change(sourced, sourced) for sourced in records)
            yield from heapq.merge(unchanged, self._mended(uploaded), key=_row)
            return
        for sourced in records:
            after = self._fix.apply(sourced, sourced.row in self._rows)
            self.dropped += after is None
            self.changed += after is not None and after is not sourced
            yield Change(sourced, after)

    def _mended(self, uploaded: Uploaded) -> Iterator[Change]:
        for row in read_table(uploaded.path, uploaded.name).rows:
            after = row.number in self._rows and self._fix.mend(row, uploaded.format, uploaded.mapping)
            if after:
                self.added += 1
                yield Change(row, after)


def _row(change: Change) -> int:
    return change.before.number if isinstance(change.before, SourceRow) else change.before.row


class Recheck:
    """The same checks on the records that a fix leaves. Show it every record, then ask for the report."""

    def __init__(self, before: DatasetReport, scene: Scene) -> None:
        self._before = before
        self._checkup = Checkup(scene)
        self._first: SourcedRecord | None = None

    def see(self, sourced: SourcedRecord) -> None:
        self._first = self._first or sourced
        self._checkup.see(sourced)

    def report(self, set_aside: Sequence[SetAside]) -> DatasetReport:
        """Return the report on what was seen and the rows still set aside; what the reader said stays.

        Raises Refused where nothing was left to see.
        """
        if self._first is None:
            raise Refused("That would leave no row to learn from.", "Choose another fix.")
        for row in set_aside:
            self._checkup.set_aside(row.row, row.check, row.message)
        notes = [issue for issue in self._before.issues if issue.check not in CHECKS]
        issues = (*notes, *self._checkup.issues())
        lengths = self._checkup.watches["lengths"]
        assert isinstance(lengths, LengthWatch)
        return replace(
            self._before,
            verdict=verdict_on(issues),
            total=self._checkup.kept + len(set_aside),
            kept=self._checkup.kept,
            set_aside=len(set_aside),
            first=first_view(self._first.record),
            lengths=lengths.summary(),
            issues=issues,
            figures=self._checkup.figures(),
            charts=self._checkup.charts(),
        )
