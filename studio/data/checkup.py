"""All checks over one file in one pass: every check sees every record, then they say what they found."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from studio.core.records import SourcedRecord
from studio.core.report import ROWS_NAMED, Issue
from studio.data.checks import CHECKS, Finding, Scene, Seen, SetAside, Watch


class Checkup:
    """The checks at work on one file. Feed it every row, then ask once for what was found.

    Call `issues` before `figures` and `charts`: a check works its findings out when it is asked for them.
    """

    def __init__(self, scene: Scene, names: Iterable[str] = tuple(CHECKS)) -> None:
        self.scene = scene
        self.watches: dict[str, Watch] = {name: CHECKS[name].begin(scene) for name in names}
        self.kept = 0
        self._see = [watch.see for watch in self.watches.values()]

    def see(self, sourced: SourcedRecord | None) -> None:
        """Show a kept row to all checks; None, while no column is mapped, is only counted."""
        if sourced is None:
            self.kept += 1
            return
        seen = Seen(self.kept, sourced)
        self.kept += 1
        for see in self._see:
            see(seen)

    def set_aside(self, row: int, check: str, message: str) -> None:
        """Take note of a row that became no record. Equal messages are kept once."""
        self.scene.set_aside.append(SetAside(row, check, sys.intern(message)))

    def issues(self) -> list[Issue]:
        """Return what all checks found, in the order of the registry."""
        return [
            issue_of(name, finding) for name, watch in self.watches.items() for finding in watch.findings()
        ]

    def figures(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, watch in self.watches.items():
            if hasattr(CHECKS[name], "figures"):
                found |= CHECKS[name].figures(watch)
        return found

    def charts(self) -> dict[str, dict[str, Any]]:
        """Return what can be drawn, by check; a check with nothing to draw is left out."""
        charts = {
            name: CHECKS[name].chart(watch)
            for name, watch in self.watches.items()
            if hasattr(CHECKS[name], "chart")
        }
        return {name: chart for name, chart in charts.items() if chart}


def findings_of(
    check: str, records: Iterable[SourcedRecord], scene: Scene, set_aside: Sequence[SetAside] = ()
) -> list[Finding]:
    """Run one check alone and return its findings with all their rows, as a fix needs them."""
    watch = CHECKS[check].begin(scene)
    for index, sourced in enumerate(records):
        watch.see(Seen(index, sourced))
    scene.set_aside.extend(set_aside)
    return watch.findings()


def issue_of(check: str, finding: Finding) -> Issue:
    """Return a finding as the report keeps it: with the first rows and the true count."""
    count = len(finding.rows) if finding.count is None else finding.count
    rows = tuple(finding.rows[:ROWS_NAMED])
    return Issue(
        check, finding.severity, count, rows, finding.message, finding.hint, finding.fix, finding.kind
    )
