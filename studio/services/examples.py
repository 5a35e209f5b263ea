"""Records -> examples for one model: each row as its template writes it, or why it cannot be written."""

from collections.abc import Iterable, Iterator
from types import ModuleType

from studio.core.errors import StudioError
from studio.core.examples import Example
from studio.core.records import SourcedRecord
from studio.data.packing import windows
from studio.data.templates import ChatTemplate

WHOLE = 1 << 30
"""A longest example that no row reaches."""


def encode_rows(
    records: Iterable[SourcedRecord], objective: ModuleType, template: ChatTemplate, *, max_length: int
) -> Iterator[tuple[SourcedRecord, Example | StudioError]]:
    """Yield every record with its tokens; with the error that names its row where it has none.

    What is learned in windows comes once for each window.
    """
    for sourced in records:
        encoded = _encode(sourced, objective, template, WHOLE if objective.WINDOWS else max_length)
        if isinstance(encoded, Example) and objective.WINDOWS:
            for window in windows(encoded, max_length):
                yield sourced, window
        else:
            yield sourced, encoded


def _encode(
    sourced: SourcedRecord, objective: ModuleType, template: ChatTemplate, max_length: int
) -> Example | StudioError:
    if not objective.accepts(sourced.record):
        return StudioError(
            f"Row {sourced.row}: it cannot be learned as “{objective.TITLE}”.", "Choose another objective."
        )
    try:
        return objective.encode(sourced.record, template, max_length=max_length, row=sourced.row)
    except StudioError as error:
        return error
