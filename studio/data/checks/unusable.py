"""Rows that could not be read or understood: each reason with its rows."""

from array import array

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.remedies import advice_for, fixes_for

TITLE = "Rows that cannot be used"
SOURCE = ""


class Unusable:
    """Lists the rows that were set aside because they cannot be read or learned."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def see(self, seen: Seen) -> None:
        """A record was made of this row: nothing to list."""

    def findings(self) -> list[Finding]:
        return findings_by_reason(self._scene, "unusable")


begin = Unusable


def findings_by_reason(scene: Scene, check: str) -> list[Finding]:
    """Return one finding for each reason why rows were set aside, in the order the reasons appear.

    The reason is the finding's kind; the fix is the one that fits it best.
    """
    rows: dict[str, array[int]] = {}
    for row in scene.set_aside:
        if row.check == check:
            rows.setdefault(row.message, rows_array()).append(row.row)
    return [_finding(reason, numbers, scene.format) for reason, numbers in rows.items()]


def _finding(reason: str, rows: "array[int]", format_name: str) -> Finding:
    fix = next(iter(fixes_for(reason, format_name)), None)
    hint = f"These rows are set aside and the rest is used. {advice_for(reason, fix or '')}"
    return Finding("warning", reason, hint, rows, kind=reason, fix=fix)
