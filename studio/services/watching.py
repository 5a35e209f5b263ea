"""Passes through the records of a data set that somebody watches: how far they are, and whether to go on."""

from collections.abc import Collection, Iterator

from studio.core.records import SourcedRecord
from studio.data.inspect import ROWS_BETWEEN_LOOKS, Conditions, Stopped

CHECKING_WEIGHT = 25
"""The pass in which all checks look costs about so many others (measured on 20,000 rows)."""
NEARLY = 0.99
"""The share that stays until the last word is written."""


class Watched:
    """Records that tell about every pass through them. Raises Stopped where the watcher wants no more.

    `light` passes come before the one in which the new rows are checked. `against` holds who watches.
    """

    def __init__(self, records: Collection[SourcedRecord], light: int, against: Conditions) -> None:
        self._records, self._light, self._against = records, light, against
        self._passes = 0

    def __iter__(self) -> Iterator[SourcedRecord]:
        began, weight = self._passes, CHECKING_WEIGHT if self._passes == self._light else 1
        self._passes += 1
        for done, sourced in enumerate(self._records):
            if done % ROWS_BETWEEN_LOOKS == 0:
                self._look(began + weight * done / len(self._records))
            yield sourced

    def _look(self, passes: float) -> None:
        share = min(NEARLY, passes / (self._light + CHECKING_WEIGHT))
        if self._against.progress is not None:
            self._against.progress(int(share * len(self._records)), share)
        self.heed()

    def heed(self) -> None:
        if self._against.should_stop is not None and self._against.should_stop():
            raise Stopped
