"""Rows that could not be read or understood: each reason with its rows."""

from array import array

from studio.data.checks.seen import Finding, Scene, Seen, rows_array
from studio.data.formats.turns import MENDABLE

TITLE = "Rows that cannot be used"
SOURCE = ""


class Unusable:
    """Lists the rows that were set aside because they cannot be read or learned."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def see(self, seen: Seen) -> None:
        """A record was made of this row: nothing to list."""

    def findings(self) -> list[Finding]:
        hint = "These rows are set aside and the rest is used; correct them in the file to use them too."
        return findings_by_message(self._scene, "unusable", hint)


begin = Unusable


def findings_by_message(scene: Scene, check: str, hint: str) -> list[Finding]:
    """Return one finding for each reason why rows were set aside, in the order the reasons appear.

    The reason is the finding's kind. Turns that can be mended come with that fix.
    """
    rows: dict[str, array[int]] = {}
    for row in scene.set_aside:
        if row.check == check:
            rows.setdefault(row.message, rows_array()).append(row.row)
    return [
        Finding(
            "warning", message, hint, numbers, kind=message, fix="mend_turns" if message in MENDABLE else None
        )
        for message, numbers in rows.items()
    ]
