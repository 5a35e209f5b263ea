"""Which rows of a run are held out: divided once, and kept in its folder for all that follows.

A run that is resumed, examined or exported by a later studio has the rows it began with, whatever that studio
thinks of near copies; and a million rows are not compared again.
"""

from array import array
from typing import Any

from studio.core.config import DataSettings, Optimisation, RunConfig
from studio.core.errors import StudioError
from studio.core.records import SourcedRecord
from studio.data.split import divide
from studio.services.setting_aside import Parts
from studio.store.files import read_as, write_json
from studio.store.records import ChosenRecords, RecordFile
from studio.store.runs import RunFolder

FILE = "division.json"
_RESTORE = "Restore it from a copy, or start a new run from the data set."


def divided(folder: RunFolder, records: RecordFile, config: RunConfig) -> Parts:
    """Return both parts of a run's records.

    Raises Refused where there is nothing to divide, StudioError where a run that has learned from some of the
    rows does not say which: divided anew, its exam could ask what it was trained on.
    """
    path = folder.path / FILE
    if path.exists():
        training, held_out = read_as(_places, path, hint=_RESTORE)
    elif folder.checkpoints.steps():
        raise StudioError(f"Which rows this run held back is not known: {FILE} is missing.", _RESTORE)
    else:
        data = config.part(DataSettings)
        found = divide(records, data.held_out_percent, data.max_rows, config.part(Optimisation).seed)
        training, held_out = found.training, found.held_out
        write_json(path, {"version": 1, "training": list(training), "held_out": list(held_out)})
    return Parts(ChosenRecords(records, training), ChosenRecords(records, held_out))


def first_held_out(folder: RunFolder) -> SourcedRecord | None:
    """Return the first held-back record of a run, which tells who chose them; None before it is divided."""
    path = folder.path / FILE
    if not path.exists():
        return None
    held_out = read_as(_places, path, hint=_RESTORE)[1]
    return RecordFile(folder.records_file)[held_out[0]] if held_out else None


def _places(entries: dict[str, Any]) -> "tuple[array[int], array[int]]":
    if min((*entries["training"], *entries["held_out"]), default=0) < 0:
        raise ValueError("a place below zero")
    training, held_out = (array("Q", entries[part]) for part in ("training", "held_out"))
    if not set(held_out).isdisjoint(training):
        raise ValueError("a row stands in both parts")
    return training, held_out
