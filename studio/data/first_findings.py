"""First findings: what can be said of a file at once, from its first rows, before anything heavy is there."""

import time
from collections.abc import Callable, Mapping
from itertools import chain, islice
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.report import DatasetReport
from studio.data.checks import CHECKS
from studio.data.readers.glance import glance
from studio.data.reading import reading_of
from studio.data.row_pass import ROWS_TO_GUESS_FROM, Conditions, RowPass
from studio.data.tables import Table

FIRST_ROWS, FIRST_SECONDS = 1000, 1.0
"""So many rows are looked at, or as many as can be in so long."""

LATER = {"lengths", "wrong_labels"}
"""Checks that need the tokenizer, or load scikit-learn first: they follow when the whole file is read."""


def first_findings(
    path: Path,
    name: str,
    mapping: Mapping[str, str] | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> DatasetReport | None:
    """Return a report on the first rows of a file; None where there is nothing to say before all is read.

    What speaks against the file, a wrong mapping included, is left to `inspect`, which reads it whole.
    """
    try:
        with glance(path, name) as table:
            return _report(table, mapping, clock) if table is not None else None
    except (StudioError, UnicodeError):
        return None


def _report(
    table: Table, mapping: Mapping[str, str] | None, clock: Callable[[], float]
) -> DatasetReport | None:
    began = clock()
    first = tuple(islice(table.rows, ROWS_TO_GUESS_FROM))
    if not first:
        return None
    checks = tuple(name for name in CHECKS if name not in LATER)
    look = RowPass(table, reading_of(table, first, mapping), Conditions(), checks=checks)
    for done, row in enumerate(islice(chain(first, table.rows), FIRST_ROWS)):
        if done and clock() - began >= FIRST_SECONDS:
            break
        look.take(row)
    return look.report()
