"""Rows that say exactly what an earlier row says."""

from studio.data.checks.seen import Finding, Scene, Seen, rows_array

TITLE = "Exact copies"
SOURCE = ""


class Duplicates:
    """Keeps a digest of every record; two different records with one digest do not happen by chance."""

    def __init__(self, scene: Scene) -> None:
        self._known: set[bytes] = set()
        self._copies = rows_array()

    def see(self, seen: Seen) -> None:
        if seen.digest in self._known:
            self._copies.append(seen.row)
        else:
            self._known.add(seen.digest)

    def findings(self) -> list[Finding]:
        """List the copies, not the first of their kind. They stay: a copy is only learned more often."""
        count = len(self._copies)
        if not count:
            return []
        message = f"{count:,} {'row is' if count == 1 else 'rows are'} an exact copy of an earlier one."
        hint = "Copies are learned more often than other rows, and never end up in the exam as well."
        return [Finding("warning", message, hint, self._copies, fix="keep_one")]


begin = Duplicates
