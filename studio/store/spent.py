"""The machine's time that deleted runs took: a day's minutes do not come back by deleting what used them."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from studio.core.worked import DAY_SECONDS, Span
from studio.store.files import read_as, told_plainly, write_json
from studio.store.turns import turn_to_write

_HINT = "Delete this file: only the time that deleted runs took today is lost with it."


class Spent:
    """A small file of one home, of the last day only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, owner: str, spans: Iterable[Span]) -> None:
        """Keep what a run took that is about to be deleted."""
        with told_plainly("The time of the run"), turn_to_write(self._path):
            since = time.time() - DAY_SECONDS
            kept = [*self._all(), *((owner, *span) for span in spans)]
            lines = [line for line in kept if line[2] > since]
            write_json(self._path, {"version": 1, "spans": lines})

    def spans(self, owner: str) -> tuple[Span, ...]:
        return tuple((begun, ended) for name, begun, ended in self._all() if name == owner)

    def _all(self) -> list[tuple[str, float, float]]:
        if not self._path.exists():
            return []
        return read_as(_lines, self._path, hint=_HINT)


def _lines(entries: dict[str, Any]) -> list[tuple[str, float, float]]:
    return [(str(owner), float(begun), float(ended)) for owner, begun, ended in entries["spans"]]
